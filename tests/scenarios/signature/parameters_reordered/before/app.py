def tag(name, text="empty", cls="plain", *rest, **attributes):
    return name, text, cls, rest, attributes
