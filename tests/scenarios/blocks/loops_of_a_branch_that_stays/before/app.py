NAMES = ["a", "b"]
if True:
    for _ in range(1):
        def first():
            return 1

    for _ in range(1):
        pass
