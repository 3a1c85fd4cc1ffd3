work = repr
limit = 3
