"""The prompt: without a program, and after it (``-i``).

IPython where it is installed; else ``code.InteractiveConsole`` with the line editor of plain Python (``readline``) or,
on the embedded Python, which has none, with that of the command. Saves of imported files are applied while the prompt
waits.
"""

import os
import sys


def interact(names, is_alone, tells_edits=False, read_line=None):
    """Read, evaluate, print in the namespace ``names`` until the user is done.

    ``is_alone`` says that no program ran before, ``tells_edits`` that edits are reported on the terminal.
    ``read_line(prompt, complete, history)`` reads a line where there is no ``readline``.
    """
    banner = _banner(read_line is not None) if is_alone else ""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if is_terminal and read_line is None and _ipython(names, banner):
        return
    import code

    console = code.InteractiveConsole(names) if read_line is None else _block_console(names)
    editor = _readline(console, names, tells_edits) if is_terminal and read_line is None else None
    if is_terminal and read_line is not None:
        complete = _completions(names)
        history = _state_file("history")
        # RustPython's own prompts are not the ones that people know.
        sys.ps1, sys.ps2 = ">>> ", "... "
        console.raw_input = lambda prompt="": read_line(prompt, complete, history)
    try:
        console.interact(banner=banner, exitmsg="")
    finally:
        if editor is not None:
            editor()


def _banner(is_embedded):
    import jurigged

    python = "embedded Python %d.%d" % sys.version_info[:2] if is_embedded else "CPython " + sys.version.split()[0]
    return "jurigged %s, %s: saved files are live at the next line" % (jurigged.__version__, python)


def _ipython(names, banner):
    """Run IPython; false where there is none."""
    try:
        import IPython
        from IPython.terminal.interactiveshell import TerminalInteractiveShell
        from traitlets.config import Config
    except ImportError:
        return False

    module = sys.modules.get(names.get("__name__"))

    class Shell(TerminalInteractiveShell):
        # Of `user_ns` alone IPython makes a new module, and puts it in the place of the real one.
        def init_create_namespaces(self, user_module=None, user_ns=None):
            own = module if getattr(module, "__dict__", None) is names else user_module
            super().init_create_namespaces(own, names)

    config = Config()
    config.TerminalInteractiveShell.banner1 = banner + "\n"
    config.TerminalInteractiveShell.banner2 = ""
    if hasattr(TerminalInteractiveShell, "enable_tip"):
        config.TerminalInteractiveShell.enable_tip = False
    config.TerminalIPythonApp.display_banner = bool(banner)
    IPython.start_ipython(argv=[], user_ns=names, interactive_shell_class=Shell, config=config)
    return True


def _block_console(names):
    """A console for RustPython, whose compiler takes a block for complete, or for wrong, after its first line."""
    import code

    class Console(code.InteractiveConsole):
        def runsource(self, source, *arguments, **options):
            # An empty line ends a block, as in any Python.
            if not source.endswith("\n") and _goes_on(source):
                return True
            return super().runsource(source, *arguments, **options)

    return Console(names)


def _goes_on(source):
    """Can more lines follow what was typed?"""
    import ast

    blocks = "FunctionDef AsyncFunctionDef ClassDef If For AsyncFor While Try TryStar With AsyncWith Match".split()

    def parse(text):
        try:
            return ast.parse(text).body
        except (SyntaxError, ValueError):
            return None

    statements = parse(source)
    if statements is not None:
        return bool(statements) and type(statements[-1]).__name__ in blocks
    # A decorator without its function, a `try` without its `finally`.
    indents = {line[: len(line) - len(line.lstrip())] for line in source.split("\n")}
    endings = [indent + ending for indent in indents for ending in ("def f(): pass", "finally: pass")]
    return any(parse(source + "\n" + ending) is not None for ending in endings)


def _readline(console, names, tells_edits):
    """Set ``readline`` up as plain Python does for its prompt. Returns what saves the history, ``None`` without it."""
    try:
        import readline
    except ImportError:
        return None
    import rlcompleter

    readline.set_completer(rlcompleter.Completer(names).complete)
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    history = os.environ.get("PYTHON_HISTORY") or os.path.join(os.path.expanduser("~"), ".python_history")
    if readline.get_current_history_length() == 0:
        try:
            readline.read_history_file(history)
        except OSError:
            pass  # There is none yet.

    _repeat_prompt(console, readline, tells_edits)

    def save():
        try:
            readline.write_history_file(history)
        except OSError as error:
            print("jurigged: the history is not saved: %s" % error, file=sys.stderr)

    return save


def _repeat_prompt(console, readline, tells_edits):
    """A report that arrives while a line is typed ends that line: show the prompt, and what was typed, again."""
    from ._edits import subscribe

    prompts, waiting = [""], []

    def ask(prompt=""):
        prompts[0] = prompt
        try:
            return input(prompt)
        finally:
            waiting.clear()

    def shown():
        waiting.append(prompts[0])

    if not hasattr(readline, "set_pre_input_hook"):
        return
    # Called when the prompt stands there: one that is shown a moment later need not be repeated.
    readline.set_pre_input_hook(shown)

    def reported(report):
        if waiting and (report["diagnostics"] or tells_edits):
            sys.stdout.write("\r\x1b[K" + waiting[-1] + readline.get_line_buffer())
            sys.stdout.flush()

    console.raw_input = ask
    subscribe(reported)


def _completions(names):
    """A function from what stands before the cursor to what it may become."""
    import rlcompleter

    completer = rlcompleter.Completer(names)

    def complete(text):
        found = []
        while True:
            match = completer.complete(text, len(found))
            if match is None:
                return found
            found.append(match)

    return complete


def _state_file(name):
    """A file for what is kept from run to run; ``PYTHON_HISTORY`` names the one of the history."""
    given = os.environ.get("PYTHON_HISTORY")
    if given:
        return given
    folder = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(folder, "jurigged", name)
