NAME = "after"

try:
    TimeoutError
except NameError:

    class TimeoutError(Exception):
        message = "late"

        def __init__(self, message, seconds=0):
            self.message = message
            self.seconds = seconds

else:
    TimeoutError = TimeoutError
