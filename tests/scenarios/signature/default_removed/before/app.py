def area(width, height=2, *, unit="cm"):
    return f"{width * height} {unit}"
