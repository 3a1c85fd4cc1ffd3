double = lambda number: number * 2
FIRST, SECOND = (lambda: "old first"), (lambda: "old second")
