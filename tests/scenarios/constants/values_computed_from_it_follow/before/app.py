from base import SIZE

AREA = SIZE * SIZE
NAMES = ("area", f"{AREA} units", -SIZE, SIZE > 3)
CHANGED = SIZE + 1
state = [SIZE]


def grow(by=SIZE, *, times=AREA + 1, into=None):
    return by, times, into


class Box:
    side = SIZE
    volume = side ** 3

    def scaled(self, by=side * 2):
        return by

    @staticmethod
    def unit(of=SIZE):
        return of


def change():
    global CHANGED
    CHANGED = 100
