def tag(text):
    return f"<p>{text}</p>"
