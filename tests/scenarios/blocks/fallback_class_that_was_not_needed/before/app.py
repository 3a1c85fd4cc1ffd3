NAME = "before"

try:
    TimeoutError
except NameError:

    class TimeoutError(Exception):
        def __init__(self, message):
            self.message = message

else:
    TimeoutError = TimeoutError
