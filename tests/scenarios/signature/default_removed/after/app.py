def area(width, height, *, unit):
    return f"{width * height} {unit}"
