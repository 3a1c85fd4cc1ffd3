"""Keys of a terminal, one at a time."""

import contextlib
import os
import termios
import tty

#: What terminals send, and what it is called here.
_SEQUENCES = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[C": "right",
    b"\x1bOC": "right",
    b"\x1b[D": "left",
    b"\x1bOD": "left",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\x1b[H": "home",
    b"\x1bOH": "home",
    b"\x1b[1~": "home",
    b"\x1b[F": "end",
    b"\x1bOF": "end",
    b"\x1b[4~": "end",
    b"\t": "right",
}


@contextlib.contextmanager
def keys_at_once(fd):
    """Keys of the terminal arrive without a line end, and are not shown; ctrl-c stays ctrl-c."""
    before = termios.tcgetattr(fd)
    try:
        # By default keys that were pressed a moment too early would be thrown away.
        tty.setcbreak(fd, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def read_keys(fd):
    """The keys that were pressed: characters, or names such as ``page up``. Empty at the end of the input."""
    read = os.read(fd, 1024)
    keys = []
    while read:
        # A terminal sends a sequence in one piece.
        for sequence, name in _SEQUENCES.items():
            if read.startswith(sequence):
                keys.append(name)
                read = read[len(sequence) :]
                break
        else:
            keys.append(read[:1].decode("latin-1"))
            read = read[1:]
    return keys
