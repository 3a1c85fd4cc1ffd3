"""A small solar system in the terminal, made to be edited while it runs.

    jurigged -v examples/orbit.py            (stop with Ctrl-C; a number as argument is how many frames to draw)

Try, and save, without stopping it:

  Planet.symbol   change "o" to "@": every planet of the class follows, since it is a class attribute
  Planet.moved    make `self.angle -= ...`: they turn round where they are, their state survives
  brightness      the results are cached: change the rows of characters, and the plugin clears the cache
  make_wobble     change the 2 of the inner function: the closure that the sun holds runs the new code
  framed          change "=" in the wrapper: the decorator does not run again, what it made does follow
  main            change the 0.05: it is used by the loop as soon as the running call ends, so not in this run
"""

import functools
import math
import sys
import time

WIDTH, HEIGHT = 64, 20


class Planet:
    symbol = "o"

    def __init__(self, distance, speed):
        self.distance = distance
        self.speed = speed
        self.angle = distance

    def moved(self):
        self.angle += self.speed
        x = WIDTH / 2 + self.distance * 2 * math.cos(self.angle)
        y = HEIGHT / 2 + self.distance * math.sin(self.angle)
        return round(x), round(y)


@functools.lru_cache(maxsize=None)
def brightness(distance):
    return " .:*"[max(0, 3 - distance // 3)]


def make_wobble():
    beats = 0

    def wobble():
        nonlocal beats
        beats += 1
        return "(*)" if beats % 2 else "-*-"

    return wobble


def framed(draw):
    @functools.wraps(draw)
    def wrapper(*args):
        edge = "=" * WIDTH
        return "\n".join([edge, draw(*args), edge])

    return wrapper


@framed
def picture(planets, sun):
    rows = [[brightness(abs(y - HEIGHT // 2)) if (x + y) % 7 == 0 else " " for x in range(WIDTH)] for y in range(HEIGHT)]
    for planet in planets:
        x, y = planet.moved()
        if 0 <= x < WIDTH and 0 <= y < HEIGHT:
            rows[y][x] = planet.symbol
    rows[HEIGHT // 2][WIDTH // 2 - 1 : WIDTH // 2 + 2] = sun()
    return "\n".join("".join(row) for row in rows)


def show(text):
    if sys.stdout.isatty():
        text = "\x1b[H\x1b[J" + text
    print(text, flush=True)


def main():
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else None
    planets = [Planet(3, 0.11), Planet(6, 0.06), Planet(9, 0.03)]
    sun = make_wobble()
    drawn = 0
    while frames is None or drawn < frames:
        show(picture(planets, sun))
        drawn += 1
        time.sleep(0.05)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("The planets rest.")
