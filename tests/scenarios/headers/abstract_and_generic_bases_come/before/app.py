from typing import TypeVar

T = TypeVar("T")


class Field:
    def check(self):
        return "field"


class Text(Field):
    pass


class Number(Field):
    def check(self):
        return "number"


class Whole(Number):
    pass


kept = [Text(), Number(), Whole()]
kinds = [Field, Text, Number, Whole]
