import enum


class Right(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4
    ALL = 7
