//! Programs, and what is expected of them.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::host::ROLE;

/// All cases by name.
pub const ALL: &[(&str, fn())] = &[
    ("exit_status_is_that_of_the_program", exit_status),
    ("a_script_sees_what_python_shows_it", script_environment),
    ("errors_are_those_of_python", errors),
    ("a_module_runs_as_main", module_as_main),
    ("ctrl_c_ends_the_process_by_signal", interrupt),
    ("threads_and_atexit_end_before_the_engine_stops", shutdown),
    ("the_sink_hears_of_scripts_and_imports", load_sink),
    ("a_missing_c_extension_is_explained", native_extension),
    ("swaps_during_calls_are_never_torn", stress),
    ("holders_are_found_wherever_they_hide", holders),
    ("a_commit_is_all_or_nothing", swaps),
    ("moved_lines_show_in_tracebacks", lines),
    ("replaced_constants_make_new_closures", constant),
    ("running_code_is_found", running),
    ("a_blocked_thread_does_not_block_a_commit", blocked),
    ("fork_and_commit_do_not_meet", fork),
    ("units_compile_like_files", compile),
    ("objects_answer_as_python_would", objects),
];

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        write(folder.path(), name, text.as_bytes());
    }
    folder
}

fn write(folder: &Path, name: &str, text: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("can be made");
    std::fs::write(path, text).expect("can be written");
}

/// A child in a folder; the program is the first argument.
fn command(folder: &Path, role: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(arguments).current_dir(folder).env(ROLE, role).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PYTHON")) {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, "none", arguments).output().expect("it starts")
}

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a program with an engine; both must agree that all went well.
fn play(role: &str, program: &str) -> Output {
    let folder = folder(&[("app.py", program)]);
    let output = command(folder.path(), role, &["app.py"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).ends_with("good\n"), "{}{}", stdout(&output), stderr(&output));
    output
}

/// Lets the program wait for the engine.
const MEET: &str = "
import time
def meet(name='done', _globals=globals()):
    global ready
    ready = True
    while name not in _globals:
        time.sleep(0.001)
";

fn exit_status() {
    let folder = folder(&[
        ("plain.py", "print('out')\n"),
        ("three.py", "import sys\nsys.exit(3)\n"),
        ("text.py", "import sys\nsys.exit('a message')\n"),
        ("none.py", "raise SystemExit\n"),
        ("minus.py", "import sys\nsys.exit(-1)\n"),
        ("raises.py", "def f():\n    1 / 0\n\nf()\n"),
    ]);
    let status = |name: &str| run(folder.path(), &[name]).status.code();
    assert_eq!(status("plain.py"), Some(0));
    assert_eq!(status("three.py"), Some(3));
    assert_eq!(status("none.py"), Some(0));
    assert_eq!(status("minus.py"), Some(255));
    let text = run(folder.path(), &["text.py"]);
    assert_eq!((text.status.code(), stderr(&text)), (Some(1), "a message\n".to_owned()));
    let raises = run(folder.path(), &["raises.py"]);
    let file = folder.path().canonicalize().expect("exists").join("raises.py");
    let file = file.display();
    let expected = format!(
        "Traceback (most recent call last):\n  File \"{file}\", line 4, in <module>\n    f()\n    ~^^\n  \
         File \"{file}\", line 2, in f\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n"
    );
    assert_eq!((raises.status.code(), stderr(&raises)), (Some(1), expected));
}

fn script_environment() {
    let program = "
import sys, helper, elsewhere
print(sys.argv)
print(__name__, __file__, __spec__, __package__, __builtins__.__name__, type(__loader__).__name__)
print(sys.path[0])
print(helper.__name__, elsewhere.__name__)
print(sys.stdin.readline())
import __main__
print(__main__.__dict__ is globals())
";
    let folder = folder(&[("sub/app.py", program), ("sub/helper.py", ""), ("more/elsewhere.py", "")]);
    let mut command = command(folder.path(), "none", &["./sub/app.py", "-v", "--help", "ü"]);
    let input = std::fs::File::open(folder.path().join("sub/app.py")).expect("exists");
    let output = command.env("PYTHONPATH", "more").stdin(input).output().expect("it starts");
    let root = folder.path().canonicalize().expect("exists");
    let expected = format!(
        "['./sub/app.py', '-v', '--help', 'ü']\n__main__ {0}/sub/app.py None None builtins SourceFileLoader\n\
         {0}/sub\nhelper elsewhere\n\n\nTrue\n",
        root.display()
    );
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));

    let mut command = self::command(folder.path(), "none", &["-", "a"]);
    let mut child = start(command.stdin(Stdio::piped()));
    let text = b"import sys\nprint(sys.argv, sys.path[0] == '')\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), text).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(stdout(&output), "['-', 'a'] True\n", "{}", stderr(&output));
}

fn errors() {
    let folder = folder(&[("wrong.py", "x = 1\nif x\n    pass\n"), ("empty/readme", "")]);
    write(folder.path(), "bytes.py", b"x = 1\ny = '\xff'\n");
    write(folder.path(), "latin.py", b"# -*- coding: latin-1 -*-\nprint(ascii('\xff'))\n");
    let root = folder.path().canonicalize().expect("exists");
    let root = root.display();
    let missing = run(folder.path(), &["missing.py"]);
    let text = format!("jurigged: can't open file '{root}/missing.py': [Errno 2] No such file or directory\n");
    assert_eq!((missing.status.code(), stderr(&missing)), (Some(2), text));
    let wrong = run(folder.path(), &["wrong.py"]);
    assert_eq!(wrong.status.code(), Some(1));
    let text = stderr(&wrong);
    assert!(text.starts_with(&format!("  File \"{root}/wrong.py\", line 2\n    if x\n")), "{text}");
    assert!(text.lines().last().is_some_and(|line| line.starts_with("SyntaxError: ")), "{text}");
    let bytes = run(folder.path(), &["bytes.py"]);
    assert_eq!(bytes.status.code(), Some(1));
    assert!(stderr(&bytes).contains("SyntaxError: "), "{}", stderr(&bytes));
    assert_eq!(stdout(&run(folder.path(), &["latin.py"])), "'\\xff'\n");
    let empty = run(folder.path(), &["empty"]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(stderr(&empty).contains("can't find '__main__' module in"), "{}", stderr(&empty));
}

fn module_as_main() {
    let main = "import sys\nprint(__name__, __package__, __spec__.name, sys.argv[1:], sys.argv[0].endswith('.py'))\n";
    let folder = folder(&[
        ("pkg/__init__.py", "print('init', __name__)\n"),
        ("pkg/mod.py", main),
        ("pkg/__main__.py", main),
        ("tool.py", "class Cli:\n    @staticmethod\n    def main():\n        import sys\n        print(__name__, sys.argv[1:])\n        return 4\n"),
        ("dir/__main__.py", "import beside\nprint(__name__, beside.__name__)\n"),
        ("dir/beside.py", ""),
    ]);
    let run = |arguments: &[&str]| {
        let mut command = command(folder.path(), "none", arguments);
        command.env("JURIGGED_TEST_LOADED", "1").output().expect("it starts")
    };
    let module = run(&["-m", "pkg.mod", "-m", "x"]);
    assert_eq!(stdout(&module), "init pkg\n__main__ pkg pkg.mod ['-m', 'x'] True\n", "{}", stderr(&module));
    let loaded: Vec<String> = stderr(&module).lines().map(|line| line.split('"').next().unwrap_or("").to_owned()).collect();
    assert_eq!(loaded, ["loaded pkg __init__.py ", "loaded __main__ mod.py "]);
    let package = run(&["-m", "pkg"]);
    assert_eq!(stdout(&package), "init pkg\n__main__ pkg pkg.__main__ [] True\n");
    assert!(stderr(&package).contains("loaded __main__ __main__.py"), "{}", stderr(&package));
    let function = run(&["-m", "tool:Cli.main", "a"]);
    assert_eq!((function.status.code(), stdout(&function)), (Some(4), "tool ['a']\n".to_owned()));
    let dir = run(&["dir"]);
    assert_eq!(stdout(&dir), "__main__ beside\n", "{}", stderr(&dir));
    assert!(stderr(&dir).contains("loaded __main__ __main__.py"), "{}", stderr(&dir));
    let missing = run(&["-m", "nosuch"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).ends_with(": No module named nosuch\n"), "{}", stderr(&missing));
}

fn interrupt() {
    let folder = folder(&[(
        "app.py",
        "import atexit, time\natexit.register(print, 'atexit')\nprint('ready', flush=True)\ntime.sleep(60)\n",
    )]);
    let mut child = start(&mut command(folder.path(), "none", &["app.py"]));
    let mut ready = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().expect("piped"), &mut ready).expect("it prints");
    // SAFETY: a plain system call on our own child.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.signal(), Some(libc::SIGINT), "{}", stderr(&output));
    assert!(stderr(&output).ends_with("\nKeyboardInterrupt\n"), "{}", stderr(&output));
    assert_eq!(stdout(&output), "atexit\n");
}

fn shutdown() {
    let program = "
import atexit, threading, time
atexit.register(print, 'atexit')
def work():
    time.sleep(0.2)
    print('thread')
threading.Thread(target=work).start()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print('main')
";
    let folder = folder(&[("app.py", program)]);
    let output = run(folder.path(), &["app.py"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), "main\nthread\natexit\n".to_owned()));
    assert_eq!(stderr(&output), "");
}

fn load_sink() {
    let folder = folder(&[
        ("app.py", "import one, unwanted\nfrom pkg import two\n"),
        ("one.py", "x = 1\n"),
        ("unwanted.py", "x = 2\n"),
        ("pkg/__init__.py", "# package\n"),
        ("pkg/two.py", "def f():\n    raise ValueError\n"),
        ("raises.py", "import pkg.three\n"),
        ("pkg/three.py", "1 / 0\n"),
        ("pkg/four.py", "x = (\n"),
        ("unwanted_raises.py", "import pkg.unwanted_three\n"),
        ("pkg/unwanted_three.py", "1 / 0\n"),
        ("syntax.py", "import pkg.four\n"),
    ]);
    let run = |name: &str| command(folder.path(), "none", &[name]).env("JURIGGED_TEST_LOADED", "1").output().expect("it starts");
    // The second time there are `.pyc` files for what is not wanted.
    for _ in 0..2 {
        let output = run("app.py");
        let expected = [
            "loaded __main__ app.py \"import one, unwanted\\nfrom pkg import two\\n\"",
            "loaded one one.py \"x = 1\\n\"",
            "loaded pkg __init__.py \"# package\\n\"",
            "loaded pkg.two two.py \"def f():\\n    raise ValueError\\n\"",
        ];
        assert_eq!(stderr(&output).lines().collect::<Vec<_>>(), expected);
    }
    let cached = folder.path().join("__pycache__").read_dir().expect("unwanted.py was cached");
    assert_eq!(cached.count(), 1);
    // No frames of ours, none of the import system, wanted or not.
    for name in ["raises.py", "unwanted_raises.py", "syntax.py"] {
        let text = stderr(&run(name));
        let files = text.lines().filter(|line| line.starts_with("  File"));
        assert_eq!(files.count(), 2, "{text}");
    }
}

fn native_extension() {
    let folder = folder(&[
        ("app.py", "import fast._core\n"),
        ("fast/__init__.py", ""),
        ("fast/_core.cpython-312-x86_64-linux-gnu.so", ""),
        ("other.py", "import numlike\n"),
        (
            "numlike/__init__.py",
            "try:\n    from . import _umath\nexcept ImportError as e:\n    raise ImportError('a long story') from e\n",
        ),
        ("numlike/_umath.abi3.so", ""),
        ("plain.py", "import nothing.at_all\n"),
        ("caught.py", "try:\n    import fast._core\nexcept ImportError:\n    pass\n1 / 0\n"),
    ]);
    let has_note = |name: &str| {
        let output = run(folder.path(), &[name]);
        assert_eq!(output.status.code(), Some(1));
        stderr(&output).ends_with("has no C extensions; run it with --python python3\n")
    };
    assert!(has_note("app.py"));
    assert!(has_note("other.py"));
    assert!(!has_note("plain.py"));
    assert!(!has_note("caught.py"));
}

fn stress() {
    let program = format!(
        "{MEET}
import threading
def work(x):
    a = 'A'
    return a, a, x + 1000
def method(x=0, y=0):
    return x, y
outcomes, torn = set(), []
def caller():
    while 'done' not in globals():
        for number in range(50):
            a, b, total = work(number)
            if (a, b, total) not in (('A', 'A', number + 1000), ('B', 'B', number + 2000)):
                torn.append((a, b, total))
            outcomes.add(a)
            x, y = method()
            if x != y:
                torn.append((x, y))
threads = [threading.Thread(target=caller) for _ in range(4)]
for thread in threads:
    thread.start()
meet()
for thread in threads:
    thread.join()
assert not torn, torn[:3]
assert outcomes == {{'A', 'B'}}, outcomes
print('good')
"
    );
    eprint!("{}", stderr(&play("stress", &program)));
}

fn holders() {
    let program = format!(
        "{MEET}
import functools, gc, threading, types
class Conforming:
    def __init__(self, function):
        self.function = function
    def __conform__(self, new):
        pass
class Unrelated(Conforming):
    def __init__(self):
        pass
def target():
    return 'old'
def copy():
    return types.FunctionType(target.__code__, globals())
def alone():
    return 1
listed = [copy()]
def make(held):
    return lambda: held()
enclosed = make(copy())
partial = functools.partial(copy())
other = types.ModuleType('other')
other.function = copy()
class Holder:
    method = staticmethod(copy())
    __slots__ = ('slot',)
slotted = Holder()
slotted.slot = copy()
in_thread, seen = threading.Event(), []
def thread():
    local = threading.local()
    local.function = copy()
    in_thread.set()
    while 'done' not in globals():
        time.sleep(0.001)
    seen.append(local.function())
worker = threading.Thread(target=thread)
worker.start()
in_thread.wait()
conforming = Conforming(copy())
unrelated = Unrelated()
gc.freeze()
meet()
worker.join()
assert target() == 'new'
assert [listed[0](), enclosed(), partial(), other.function(), Holder.method(), slotted.slot()] == ['new'] * 6
assert seen == ['new'] and conforming.function() == 'new'
print('good')
"
    );
    play("holders", &program);
}

fn swaps() {
    let program = format!(
        "{MEET}
def plain(a, b=7):
    'doc'
    return 'old', a, b
plain.__defaults__ = None
def alone():
    return 1
def make():
    value = 'old'
    def closure():
        return value
    return closure
closure = make()
def length(self):
    return 3
class Class:
    def method(self):
        return 'old method'
class Instance:
    @property
    def value(self):
        return self.__dict__['v']
    @value.setter
    def value(self, new):
        self.__dict__['v'] = new
    @value.deleter
    def value(self):
        del self.__dict__['v']
instance = Instance()
instance.value = 'old'
class Refusing:
    value = property(lambda self: 1, lambda self, new: self.refuse())
    def refuse(self):
        raise ValueError('no')
refusing = Refusing()
dictionary = {{'key': 'old', 'gone': 'old'}}
listed = ['old']
subclass = type('Subclass', (Class,), {{}})
def check_old():
    assert plain(1, 2) == ('old', 1, 2)
    assert plain.__defaults__ is None and plain.__doc__ == 'doc' and not hasattr(plain, 'extra')
    assert Class().method() == 'old method' and not hasattr(Class, 'added') and not hasattr(subclass(), '__len__')
    assert instance.value == 'old'
    assert dictionary == {{'key': 'old', 'gone': 'old'}} and listed == ['old'] and closure() == 'old'
def check_new():
    assert plain(1) == ('new', 1, 5), plain(1)
    assert plain.__defaults__ == (5,) and plain.__doc__ is None and plain.extra == 'extra'
    assert subclass().method()[0] == 'new' and Class.added == 'added' and len(subclass()) == 3
    assert instance.value == 'by property'
    assert dictionary == {{'key': 'entry'}} and listed == ['item'] and closure() == 'cell'
meet()
print('good')
"
    );
    play("swaps", &program);
}

fn lines() {
    let program = format!(
        "{MEET}
import sys
def raises():
    def inner():
        raise ValueError
    inner()
def generates():
    yield sys._getframe().f_lineno
    yield sys._getframe().f_lineno
generator = generates()
first = next(generator)
before = raises.__code__.co_firstlineno
meet()
assert next(generator) == first, 'one line down, one line up'
try:
    raises()
except ValueError as error:
    entry = error.__traceback__.tb_next
    assert entry.tb_lineno == before + 3 + 100, entry.tb_lineno
    assert entry.tb_next.tb_lineno == before + 2 + 100
    assert entry.tb_frame.f_lineno == before + 3 + 100
code = raises.__code__
assert code.co_firstlineno == before + 100
assert {{line for _, _, line in code.co_lines() if line}} == {{before + 100, before + 101, before + 103}}, list(code.co_lines())
assert min(line for line, *_ in code.co_positions() if line) == before + 100
print('good')
"
    );
    play("lines", &program);
}

fn constant() {
    let program = format!(
        "{MEET}
def outer():
    while True:
        def inner():
            return 'old'
        yield inner
made = outer()
old = next(made)
assert old() == 'old'
meet()
assert next(made)() == 'new' and old() == 'old'
assert next(outer())() == 'new'
print('good')
"
    );
    play("constant", &program);
}

fn running() {
    let program = format!(
        "{MEET}
import threading
class Base: pass
class Derived(Base): pass
class Slotted(Base):
    __slots__ = ()
kept = [Base(), Derived(), Slotted()]
def waits():
    while 'done' not in globals(): pass
def sleeps():
    while 'done' not in globals(): time.sleep(0.001)
def in_thread():
    sleeps()
def generates():
    yield 1
async def coroutine():
    await forever
def idle():
    pass
class Forever:
    def __await__(self):
        yield
forever = Forever()
generator, suspended = generates(), coroutine()
next(generator)
suspended.send(None)
worker = threading.Thread(target=in_thread)
worker.start()
ready = True
waits()
worker.join()
suspended.close()
print('good')
"
    );
    play("running", &program);
}

fn blocked() {
    let program = format!(
        "{MEET}
import queue, select, socket, subprocess, threading
def block(what):
    server = socket.create_server(('127.0.0.1', 0))
    def release(number=number):
        while f'swap_{{number}}' not in globals():
            time.sleep(0.001)
        lock.release()
        things.put(1)
        socket.create_connection(server.getsockname())
    lock, things = threading.Lock(), queue.Queue()
    lock.acquire()
    thread = threading.Thread(target=release)
    thread.start()
    globals()[f'block_{{number}}'] = what
    if what == 'lock':
        lock.acquire()
    elif what == 'queue':
        things.get()
    elif what == 'accept':
        server.accept()
    elif what == 'select':
        select.select([server], [], [])
    elif what == 'join':
        thread.join()
    elif what == 'sleep':
        time.sleep(0.3)
    elif what == 'subprocess':
        subprocess.run(['sleep', '0.3'])
    elif what == 'input':
        input()
    elif what == 'loop':
        while f'swap_{{number}}' not in globals(): pass
    thread.join()
ready = True
for number, what in enumerate(['lock', 'queue', 'accept', 'select', 'join', 'sleep', 'subprocess', 'input', 'loop']):
    block(what)
    if what == 'loop':
        last = True
    globals()[f'end_{{number}}'] = True
meet()
print('good')
"
    );
    let folder = folder(&[("app.py", &program)]);
    let mut command = command(folder.path(), "blocked", &["app.py"]);
    let mut child = start(command.stdin(Stdio::piped()));
    let mut input = child.stdin.take().expect("piped");
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(4));
        let _ = std::io::Write::write_all(&mut input, b"line\n");
    });
    let output = child.wait_with_output().expect("it ends");
    assert!(stdout(&output).ends_with("good\n"), "{}{}", stdout(&output), stderr(&output));
    eprint!("{}", stderr(&output));
}

fn fork() {
    let program = format!(
        "{MEET}
import os
ready = True
statuses = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        os._exit(7 if sum(range(1000)) == 499500 else 8)
    statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
forked = True
meet()
assert statuses == [7] * 20, statuses
print('good')
"
    );
    play("fork", &program);
}

fn compile() {
    let output = play("compile", &format!("{MEET}\nmeet()\nprint('good')\n"));
    assert_eq!(stderr(&output), "");
}

fn objects() {
    let program = format!(
        "{MEET}
import functools, sys, weakref
a_none = None
def a_function(): pass
class Meta(type): pass
class A(metaclass=Meta):
    broken = property(lambda self: 1 / 0)
    x = 1
    def __repr__(self):
        raise ValueError
an_object = A()
an_object.own = 5
a_method = an_object.__repr__
a_static, a_class, a_property = staticmethod(a_function), classmethod(a_function), A.__dict__['broken']
a_partial = functools.partial(print)
a_dict, a_list, a_tuple, a_set, a_text, an_int, a_bool = {{}}, [1, 2], (), {{1}}, 'text', 1, True
a_builtin = len
a_generator = (x for x in ())
async def coroutine(): pass
a_coroutine = coroutine()
a_cell = (lambda: a_cell_value).__closure__ or (lambda v: lambda: v)(1).__closure__[0]
class Pinned: pass
pinned = Pinned()
watch = weakref.ref(pinned)
meet('pinned_seen')
del pinned
assert watch() is not None, 'the pin holds it'
unpinned = True
meet()
assert watch() is None
a_coroutine.close()
print('good')
"
    );
    play("objects", &program);
}
