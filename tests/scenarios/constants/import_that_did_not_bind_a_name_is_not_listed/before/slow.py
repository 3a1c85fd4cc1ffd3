work = str
limit = 2
