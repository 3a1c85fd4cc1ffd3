//! Programs that an engine thread changes while they run.

use std::process::Stdio;

use super::{MEET, command, folder, play, start, stderr, stdout};

pub fn stress() {
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

pub fn holders() {
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

pub fn swaps() {
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

pub fn lines() {
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

pub fn constant() {
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

pub fn running() {
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
def in_frame(shared, late):
    def inner(): return shared
    own = [inner]
    late.append(lambda: own)
    sleeps()
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
def shares(number):
    total = number + 1
    yield lambda: (number, total)
generator, suspended = generates(), coroutine()
late, waiting = [], [shares(1), shares(2)]
closures = [next(each) for each in waiting]
next(generator)
suspended.send(None)
workers = [threading.Thread(target=in_thread), threading.Thread(target=in_frame, args=(3, late))]
for worker in workers: worker.start()
while not late: pass
ready = True
waits()
for worker in workers: worker.join()
suspended.close()
print('good')
"
    );
    play("running", &program);
}

pub fn blocked() {
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
    assert!(
        stdout(&output).ends_with("good\n"),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    eprint!("{}", stderr(&output));
}

pub fn fork() {
    let program = format!(
        "{MEET}
import os, sys
ready = True
statuses = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        # To the end of the program, without its engine.
        sys.exit(7 if sum(range(1000)) == 499500 else 8)
    statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
forked = True
meet()
assert statuses == [7] * 20, statuses
print('good')
"
    );
    let output = play("fork", &program);
    assert_eq!(stdout(&output).matches("forked").count(), 20);
}

pub fn detached() {
    let folder = folder(&[
        ("app.py", &format!("{MEET}\nimport detached\nmeet()\nprint('good')\n")),
        ("detached.py", ""),
    ]);
    let output = command(folder.path(), "detached", &["app.py"])
        .output()
        .expect("it starts");
    assert_eq!(stdout(&output), "good\n", "{}", stderr(&output));
}

pub fn compile() {
    let output = play("compile", &format!("{MEET}\nmeet()\nprint('good')\n"));
    assert_eq!(stderr(&output), "");
}

pub fn objects() {
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
