"""``%load_ext jurigged`` in an ``ipython`` on a terminal."""

import os
import pty
import re
import select
import sys
import time

PATIENCE = 60


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, *command):
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)
        self._seen = ""

    def until(self, pattern):
        """Reads until this is shown; returns what came before it."""
        end = time.monotonic() + PATIENCE
        while True:
            found = re.search(pattern, self._seen)
            if found:
                before, self._seen = self._seen[: found.start()], self._seen[found.end() :]
                return before
            ready, _, _ = select.select([self._terminal], [], [], max(0, end - time.monotonic()))
            try:
                assert ready, f"{pattern!r} is not in {self._seen!r}"
                data = os.read(self._terminal, 65536)
                assert data
            except OSError:
                raise AssertionError(f"ended, without {pattern!r}: {self._seen!r}") from None
            text = data.decode(errors="replace").replace("\r\n", "\n")
            self._seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)

    def type(self, line):
        os.write(self._terminal, line.encode() + b"\n")

    def end(self):
        """The exit code."""
        try:
            while os.read(self._terminal, 65536):
                pass
        except OSError:
            # The other end is closed.
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def save(text):
    with open("shop.py.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace("shop.py.new", "shop.py")


save("def price():\n    return 'old'\n")
terminal = Terminal(sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor" if sys.version_info < (3, 10) else "--colors=nocolor")
terminal.until(r"In \[1\]: ")
terminal.type("%load_ext jurigged")
terminal.until(r"In \[2\]: ")
terminal.type("from shop import price")
terminal.until(r"In \[3\]: ")
save("def price():\n    return 'new'\n")
terminal.type("price()")
shown = terminal.until(r"In \[4\]: ")
assert "Update shop.price @L1" in shown and "Out[3]: 'new'" in shown, shown
save("def price(:\n")
terminal.type("price()")
shown = terminal.until(r"In \[5\]: ")
assert shown.count("error[syntax]") == 1 and "Out[4]: 'new'" in shown, shown
save("def price():\n    return 'newest'\n")
terminal.type("%jurigged plan")
shown = terminal.until(r"In \[6\]: ")
assert "shop.price" in shown, shown
terminal.type("price()")
shown = terminal.until(r"In \[7\]: ")
assert "Update shop.price @L1" in shown and "Out[6]: 'newest'" in shown, shown
terminal.type("exit")
terminal.until("exit")
code = terminal.end()
assert code == 0, code
print("ok")
