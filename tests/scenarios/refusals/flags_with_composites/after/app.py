import enum


class Right(enum.Flag):
    READ = 1
    WRITE = 4


BOTH = Right.READ | Right.WRITE
