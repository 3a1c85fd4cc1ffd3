made = []


def make(name):
    made.append(name)
    return {}


LIMIT = 4
cache: dict[str, str] = {}
sessions: "dict" = make("sessions")
total: int = LIMIT * 2
scores: list[str] = []
old_style = {}
first: list = [7]
pair: list = []


def visit(key):
    cache[key] = key.upper()
    sessions[key] = len(sessions)
    scores.append(key)
    old_style[key] = 1
    return sorted(cache), sorted(sessions), scores, sorted(old_style)
