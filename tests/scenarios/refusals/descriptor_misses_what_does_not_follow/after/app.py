RAW = {"name": "Name", "version": "Version", "license": "License"}
EMAIL = {raw: email.lower() for raw, email in RAW.items()}


class Field:
    def __set_name__(self, owner, name):
        self.email = EMAIL[name]

    def __get__(self, instance, owner=None):
        return self.email


class Metadata:
    size = 3
    name = Field()
    license = Field()
    version = Field()

    def shown(self):
        return f"{self.name}, {self.version}, {self.size}"
