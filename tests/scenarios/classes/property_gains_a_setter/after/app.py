class Thermometer:
    def __init__(self):
        self.celsius = 20

    @property
    def kelvin(self):
        return self.celsius + 273

    @kelvin.setter
    def kelvin(self, value):
        self.celsius = value - 273
