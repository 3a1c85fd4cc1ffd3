class Grid:
    WIDTH = 10
    HEIGHT = 20

    def size(self, width=WIDTH):
        return width
