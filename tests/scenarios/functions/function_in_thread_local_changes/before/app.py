def work(number):
    return ("old", number)
