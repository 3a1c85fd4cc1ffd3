class Shelf:
    def plain(self):
        return 1

    def documented(self):
        """Old words."""
        return 2

    @property
    def measured(self):
        return 3

    def shared():
        return 4
