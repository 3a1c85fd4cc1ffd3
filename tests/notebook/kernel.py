"""``%load_ext jurigged`` in a real Jupyter kernel. Prints the cells after an edit, as a notebook shows them."""

import os
import re
import sys

from jupyter_client.manager import start_new_kernel

PATIENCE = 60


def save(name, text):
    with open(name + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name + ".new", name)


class Notebook:
    """Runs cells, and keeps what they show."""

    def __init__(self, client):
        self._client = client
        self.screen = []

    def run(self, text, show=False):
        """What a cell shows: its output, and then what goes to standard error, as it came."""
        request = self._client.execute(text)
        shown = []
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                shown.append((content["name"], content["text"]))
            elif kind == "execute_result":
                shown.append(("result", content["data"]["text/plain"] + "\n"))
            elif kind == "error":
                shown.append(("error", "\n".join(content["traceback"]) + "\n"))
            elif kind == "status" and content["execution_state"] == "idle":
                break
        output = _without_colours("".join(part for _, part in shown))
        if show:
            number = len(self.screen) + 1
            head = f"In [{number}]: "
            cell = head + ("\n" + " " * (len(head) - 5) + "...: ").join(text.splitlines()) + "\n"
            for name, part in shown:
                cell += (f"Out[{number}]: " if name == "result" else "") + _without_colours(part)
            self.screen.append(cell)
        return output, [name for name, _ in shown]


def _without_colours(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def has(shown, *parts):
    for part in parts:
        assert part in shown, f"{part!r} is not in {shown!r}"


def check(client):
    notebook = Notebook(client)
    run = notebook.run
    save("shop.py", "def price(item):\n    return 3\n\ndef total(items):\n    return sum(price(item) for item in items)\n")
    assert run("%load_ext jurigged", show=True) == ("", [])
    output, _ = run("from shop import total\ntotal(['tea', 'jam'])", show=True)
    has(output, "6")
    save("shop.py", "def price(item):\n    return len(item)\n\ndef total(items):\n    return sum(price(item) for item in items)\n")
    output, streams = run("total(['tea', 'jam', 'bread'])", show=True)
    has(output, "Update shop.price @L1", "11")
    assert streams == ["stdout", "result"], streams
    save("shop.py", "def price(:\n    return len(item)\n")
    output, streams = run("total(['tea'])", show=True)
    has(output, "error[syntax]", "shop.py:1:11", "running now: the code from before this save", "3")
    assert streams == ["stderr", "result"], streams
    save("shop.py", "def price(item):\n    return 7\n\ndef total(items):\n    return sum(price(item) for item in items)\n")
    has(run("total(['tea'])")[0], "Update shop.price @L1", "7")

    # A cell that is run again with another text patches what others hold.
    assert run("def greet(name):\n    return 'hello ' + name\n\ncallbacks = [greet]", show=True) == ("", [])
    output, _ = run("def greet(name):\n    return 'good morning ' + name", show=True)
    has(output, "Update __main__.greet @L1")
    output, _ = run("callbacks[0]('Ada')", show=True)
    has(output, "good morning Ada")
    assert run("callbacks[0] is greet")[0] == "True\n"

    # Nothing is applied while a cell runs, unless that is asked for.
    meanwhile = (
        "import time\nwith open('shop.py', 'a') as file:\n    file.write('def price(item):\\n    return {0}\\n')\n"
        "end = time.monotonic() + {1}\nwhile total(['tea']) != {0} and time.monotonic() < end:\n    time.sleep(0.001)\n"
        "total(['tea'])"
    )
    assert run(meanwhile.format(8, 0.5))[0] == "7\n"
    has(run("total(['tea'])")[0], "8")
    run("%jurigged on --immediate")
    has(run(meanwhile.format(9, 30))[0], "9\n")
    run("%jurigged on")

    # What a cell raises in patched code is shown with the lines of its file.
    save("shop.py", "def total(items):\n    return items.missing\n")
    has(run("total(['tea'])")[0], "AttributeError", "return items.missing", "shop.py")
    has(run("%jurigged undo")[0], "price")
    has(run("total(['tea'])")[0], "9\n")
    return notebook.screen


def main():
    sys.stderr.flush()
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=PATIENCE)
    try:
        screen = check(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print("\n".join(screen).rstrip())
    print("ok")


main()
