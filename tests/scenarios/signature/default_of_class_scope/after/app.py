class Grid:
    WIDTH = 10
    HEIGHT = 20

    def size(self, width=HEIGHT, height=WIDTH + HEIGHT):
        return width, height
