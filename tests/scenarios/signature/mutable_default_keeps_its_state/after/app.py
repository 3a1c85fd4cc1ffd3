def collect(item, into=[], limit=5):
    into.append(item)
    return ["new"] + list(into)[-limit:]
