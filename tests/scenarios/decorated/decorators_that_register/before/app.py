routes = {}


def route(path):
    def register(function):
        routes[path] = function
        return function

    return register


@route("/a")
def page():
    return "page"


@route("/b")
def left():
    return "left"


def plain():
    return "plain"
