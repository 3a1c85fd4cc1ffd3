import typing


class Signer:
    @typing.overload
    def unsign(self, value: int) -> int: ...

    @typing.overload
    def unsign(self, value: int, stamp: bool) -> tuple: ...

    def unsign(self, value: int, stamp: bool = False) -> typing.Union[int, tuple]:
        result = 3 * value
        return (result, 1) if stamp else result


table = {"unsign": Signer.unsign}
