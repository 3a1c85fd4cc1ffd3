def fetch(number):
    return number + 1


class Client:
    def get(self):
        return "old"
