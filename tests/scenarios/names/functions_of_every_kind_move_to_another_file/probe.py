import inspect


def hold(app):
    place = app.place
    place.tiny.mark = "set on it"
    return place.remembered, place.numbers, place.awaited, place.decorated, place.tiny


def result(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def probe(app, held):
    remembered, numbers, awaited, decorated, tiny = held
    place = app.place
    # The list that is a default is the same one: each call counts.
    before = remembered("held")[0]
    print(place.remembered("by name")[0] - before, remembered("held")[1:], place.remembered("by name")[1:])
    made = numbers(2)
    print(next(made), made.send("sent"), list(numbers(2)), inspect.isgeneratorfunction(numbers))
    print(result(awaited(1)), inspect.iscoroutinefunction(awaited))
    print(decorated(1), place.decorated(1), tiny(), place.tiny(), getattr(place.tiny, "mark", None))
