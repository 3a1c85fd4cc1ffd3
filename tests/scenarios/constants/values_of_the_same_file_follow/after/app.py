WIDTH = 20
HALF = WIDTH // 2
TITLE = "-" * HALF
count = WIDTH


def line(width=WIDTH):
    return width


def use():
    global count
    count += 1
    return count


class Page:
    margin = 4
    inner = WIDTH - 2 * margin
