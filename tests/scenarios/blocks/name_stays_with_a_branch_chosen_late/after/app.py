from kinds import first
from kinds import second

if first is not second:
    class shape(first, second):
        pass
else:
    shape = first
