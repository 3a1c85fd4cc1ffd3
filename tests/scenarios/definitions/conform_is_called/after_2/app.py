calls = []


class Compiled:
    def __init__(self, function):
        self.function = function
        self.code = function.__code__

    def __conform__(self, new):
        calls.append(getattr(new, "__name__", new))

    def __call__(self):
        return self.function()


def edited():
    return "new"


compiled = [Compiled(edited)]
