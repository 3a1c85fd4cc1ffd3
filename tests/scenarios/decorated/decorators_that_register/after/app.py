routes = {}


def route(path):
    def register(function):
        routes[path] = function
        return function

    return register


@route("/a/new")
def page():
    return "new page"


def left():
    return "left now"


@route("/plain")
def plain():
    return "plain now"
