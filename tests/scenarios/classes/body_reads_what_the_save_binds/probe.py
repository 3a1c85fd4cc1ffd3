def probe(app, held):
    table = app.Table
    print(table.limit, getattr(table, "rows", None), table.reader and table.reader.__name__)
    print(table().cut(), table.cut.__annotations__)
