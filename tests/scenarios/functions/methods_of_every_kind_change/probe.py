def hold(app):
    account = app.Savings(3)
    return account, account.yearly, app.Savings.named, app.Account.rounded


def probe(app, held):
    account, yearly, named, rounded = held
    account.balance = 3
    print(yearly(), account.yearly(), named(), account.named(), rounded(2.46), account.rounded(2.46))
    print(account.worth, len(account))
    account.worth = 10
    print(account.balance)
