import jurigged


def probe(app, held):
    print(app.get(), app.rates, app.values, app.RATE)
    status = jurigged.status()
    for entry in status:
        place = entry["place"]
        print(entry["state"], entry["code"], place["path"].rpartition("/")[2], place["line"], entry["message"])
        print(" ", entry["details"][0], "running_now" in entry, entry["since"] > 1e9, entry["help"])
    print(str(status) if not status else str(status).splitlines()[0])
