asked = []


def ask(answer):
    asked.append(answer)
    return answer


if ask(1):
    mode = "old"
elif ask(2):
    mode = "never"
