def work(wait, log):
    log.append("new start")
    wait()
    log.append("new end")
    return helper()


def helper():
    return "new helper"
