"""An error in what is read again is shown, and the program waits for the fix instead of ending."""

import sys

from editing import edit, told
from jurigged import reloading


def raises():
    done = []
    with told(lambda: edit("done.append(missing)", "done.append(i * 10)")) as stream:
        for i in reloading(range(4)):
            if i == 1:
                edit("done.append(i)", "done.append(missing)")
            done.append(i)
    return done, stream.getvalue()


done, text = raises()
assert done == [0, 1, 20, 30] or done == [0, 10, 20, 30], done
assert "NameError: name 'missing' is not defined" in text, text
assert "error[reloading]: NameError in what is read again" in text, text
assert "running now: nothing: the program waits" in text, text
assert "_reloading" not in text, "no frames of ours in the traceback: " + text
assert "done.append(missing)" in text, "the line of the new text: " + text


def does_not_parse():
    done = []
    with told(lambda: edit("done += [i(]", "done += [i * 10]")) as stream:
        for i in reloading(range(4)):
            if i == 1:
                edit("done += [i]", "done += [i(]")
            done += [i]
    return done, stream.getvalue()


done, text = does_not_parse()
assert done == [0, 1, 20, 30], "the iteration waits, and runs once: " + repr(done)
assert "SyntaxError" in text and "errors.py" in text, text


def unpacks():
    done = []
    with told(lambda: edit("for i, j, k in reloading(pairs):", "for i, j in reloading(pairs):")) as stream:
        pairs = [(1, 2), (3, 4), (5, 6)]
        for i, j in reloading(pairs):
            if i == 1:
                edit("for i, j in reloading(pairs):", "for i, j, k in reloading(pairs):")
            done.append((i, j))
    return done, stream.getvalue()


done, text = unpacks()
assert done == [(1, 2), (3, 4), (5, 6)], "no item is lost: " + repr(done)
assert "not enough values to unpack" in text, text


def of_the_iterable():
    def items():
        yield 1
        raise OSError("no more")

    for i in reloading(items()):
        pass


try:
    of_the_iterable()
except OSError as error:
    assert str(error) == "no more", "what the iterable raises is the program's own"
else:
    raise AssertionError("the error of the iterable was swallowed")


def interrupts():
    for i in reloading(range(3)):
        raise KeyboardInterrupt


try:
    interrupts()
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("Ctrl-C ends the loop")

total = 0
stream = told(lambda: edit("total += 1 // 0", "total += 100"))
with stream as text:
    for i in reloading(range(3)):
        if i == 0:
            edit("total += 1", "total += 1 // 0")
        total += 1
assert total == 1 + 100 + 100, total
assert "ZeroDivisionError" in text.getvalue()


@reloading
def called(value):
    return value + 1


def calls():
    found = [called(1)]
    edit("return value + 1", "return value + wrong")
    with told(lambda: edit("return value + wrong", "return value + 100")) as stream:
        found.append(called(1))
    assert "NameError" in stream.getvalue()
    edit("return value + 100", "return (value")
    with told(lambda: edit("return (value", "return value - 1")) as stream:
        found.append(called(1))
    assert "SyntaxError" in stream.getvalue()
    return found


assert calls() == [2, 101, 0]
print("ok")
