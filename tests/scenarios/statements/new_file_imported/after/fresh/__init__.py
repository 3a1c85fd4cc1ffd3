def greet():
    return "hello "
