class Waiting:
    def __init__(self, inner):
        self.inner = inner

    def __await__(self):
        yield self.inner


def first(awaitable):
    """What a coroutine waits for, or the first item of an async generator."""
    try:
        return awaitable.send(None)
    except StopIteration as end:
        return end.value


def hold(app):
    calls = [app.generator(3, 4), app.generator(5, 6), app.outermost(7)(8)]
    inners = [next(call) for call in calls]
    calls.append(app.coroutine(9, 10, Waiting))
    inners.append(first(calls[-1]))
    calls.append(app.stream(11, 12))
    inners.append(first(calls[-1].__anext__()))
    return calls, inners


def probe(app, held):
    calls, inners = held
    print([inner(2) for inner in inners], next(app.generator(3, 4))(2))
