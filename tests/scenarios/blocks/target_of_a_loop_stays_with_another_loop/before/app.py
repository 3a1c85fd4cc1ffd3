squares = {}
for turn in range(3):
    squares[turn] = turn * turn
for turn, extra in [(5, 6)]:
    pass


def last():
    return turn
