class Image:
    options = {"alt": str}
    width = 5


class Figure(Image):
    options = Image.options.copy()
    height = Image.width + 1


def show(options=Image.options):
    return list(options)
