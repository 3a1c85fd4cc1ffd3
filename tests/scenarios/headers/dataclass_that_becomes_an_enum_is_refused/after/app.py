import dataclasses
import enum


class Colour(enum.IntEnum):
    red = 1
