for number in range(1):
    pass

for number in range(3):
    def shown():
        return ["shown"]
