class Frozen(dict):
    def _refuse(self, *args):
        raise TypeError("frozen")

    __setitem__ = __delitem__ = _refuse
    clear = _refuse
    del _refuse


class Shape:
    _side = 3
    area = _side * _side
    del _side
