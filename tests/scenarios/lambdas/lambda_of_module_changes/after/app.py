double = lambda number: number * 20
FIRST, SECOND = (lambda: "new first"), (lambda: "new second")
