def tag(cls="plain", text="empty", *, name="div", **attributes):
    return name, text, cls, attributes
