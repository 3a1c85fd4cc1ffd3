class Thermometer:
    def __init__(self):
        self.celsius = 20

    @property
    def kelvin(self):
        return self.celsius + 273
