import enum


class Right(enum.Flag):
    READ = 1
    WRITE = 2


BOTH = Right.READ | Right.WRITE
