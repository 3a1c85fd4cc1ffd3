class Shelf:
    @property
    def plain(self):
        """Words."""
        return 1

    @property
    def documented(self):
        return 2

    def measured(self):
        """A method."""
        return 3

    @staticmethod
    def shared():
        """Shared words."""
        return 4
