def greet(name="world", *, mark="!"):
    return f"hello {name}{mark}"
