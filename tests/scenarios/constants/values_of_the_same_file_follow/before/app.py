WIDTH = 80
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
    margin = 2
    inner = WIDTH - 2 * margin
