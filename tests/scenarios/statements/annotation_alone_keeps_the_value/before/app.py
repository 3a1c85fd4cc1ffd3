made = []


def make(name):
    made.append(name)
    return {}


LIMIT = 3
cache = {}
sessions = make("sessions")
total = LIMIT * 2
scores: list = []
old_style: dict = {}
first, = [7]
pair = other = []


def visit(key):
    cache[key] = key.upper()
    sessions[key] = len(sessions)
    scores.append(key)
    old_style[key] = 1
    return sorted(cache), sorted(sessions), scores, sorted(old_style)
