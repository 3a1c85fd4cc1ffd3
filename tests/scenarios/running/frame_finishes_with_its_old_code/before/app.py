def work(wait, log):
    log.append("old start")
    wait()
    log.append("old end")
    return helper()


def helper():
    return "old helper"
