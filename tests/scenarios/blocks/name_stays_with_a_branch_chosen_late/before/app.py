import sys

if sys.version_info < (3, 6):
    shape = list
else:
    from kinds import first
    from kinds import second

    if first is not second:
        class shape(first, second):
            pass
    else:
        shape = first
