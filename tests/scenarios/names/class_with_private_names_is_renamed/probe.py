def find(app):
    return getattr(app, "Purse", None) or app.Account


def hold(app):
    kind = find(app)
    return kind(100), app.Special(50), kind(10).pay


def probe(app, held):
    kind = find(app)
    one, special, pay = held
    one.__init__(100)
    special.__init__(50)
    print(type(one) is kind, one.balance, special.balance, special.own(), sorted(vars(one)), sorted(vars(special)))
    print(100 - one.pay(1)[0], 50 - special.pay(1)[0], sorted(name for name in vars(kind) if not name.startswith("__")))
    print(pay.__self__.balance)
