asked = []


def ask(answer):
    asked.append(answer)
    return answer


if ask(0):
    mode = "never"
elif ask(3):
    mode = "new"
