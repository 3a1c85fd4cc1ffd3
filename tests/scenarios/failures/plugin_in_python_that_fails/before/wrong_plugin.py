from jurigged.plugin import Claim, Conformer, class_with


class Wrong(Conformer):
    interest = class_with("mark")

    def claim(self, edit, live):
        return Claim()

    def remake(self, edit, live, change):
        if edit.made["width"] < 0:
            raise ValueError("a negative width")
        for name in edit.cls.changed()[1:]:
            change.set_attr(edit.function, name, edit.made[name])
