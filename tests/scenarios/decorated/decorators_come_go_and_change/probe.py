import asyncio
import inspect


def hold(app):
    shop = app.Shop()
    app.plain("held")
    functions = app.plain, app.gone, app.changed, app.ordered, shop.method, shop.loses, app.Shop.helper, app.Shop.make
    return shop, functions, app.Shop.method, app.later


def probe(app, held):
    shop, functions, method, later = held
    plain, gone, changed, ordered, bound, loses, helper, make = functions
    count = len(inspect.unwrap(app.plain).__defaults__[0])
    del inspect.unwrap(app.plain).__defaults__[0][1:]
    print(plain("a"), gone("a"), changed("a"), ordered("a"), count > 0)
    del inspect.unwrap(app.plain).__defaults__[0][1:]
    print(app.plain("a"), app.gone("a"), app.changed("a"), app.ordered("a"))
    print(bound("a"), loses(), method(shop, "a"), shop.method("a"), shop.size, helper("a"), make())
    print(app.Shop().loses(), app.Shop.helper("a"), app.Shop.make(), app.Shop().size)
    print([str(inspect.signature(held)) for held in functions], plain.__doc__, plain.__name__)
    print(asyncio.run(later()), asyncio.run(app.later()), inspect.iscoroutinefunction(later))
