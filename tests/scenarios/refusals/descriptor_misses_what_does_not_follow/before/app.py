RAW = {"name": "Name", "version": "Version"}
EMAIL = {raw: email.lower() for raw, email in RAW.items()}


class Field:
    def __set_name__(self, owner, name):
        self.email = EMAIL[name]

    def __get__(self, instance, owner=None):
        return self.email


class Metadata:
    name = Field()
    version = Field()

    def shown(self):
        return f"{self.name} {self.version}"
