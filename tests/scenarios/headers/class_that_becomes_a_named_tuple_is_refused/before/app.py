class Point:
    def __init__(self, x, y=0):
        self.x, self.y = x, y

    def size(self):
        return self.x + self.y
