//! A program sees `sys.argv`, `__main__`, stdin, signals, exit codes and tracebacks as under plain Python, byte for byte.
//!
//! On CPython the plain one is the oracle. RustPython has no plain twin here, so the embedded interpreter is held against
//! what any Python must print.

use std::process::{Child, Command, Stdio};

use jurigged_testkit::{Finished, Interpreter, KitError, PATIENCE, Project, exit_code, run_to_end, wait};
use libtest_mimic::Trial;

use crate::again::trial;
use crate::tier::Tier;
use crate::workspace::Workspace;

/// One program.
struct Program {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    stdin: &'static str,
    /// Exit code and stdout that every Python gives.
    expected: (i32, &'static str),
}

const PROGRAMS: &[Program] = &[
    Program {
        name: "arguments belong to the program",
        files: &[("app.py", "import sys\nprint(sys.argv)\n")],
        arguments: &["app.py", "-v", "--help", "--config", "x", "plan", "--"],
        stdin: "",
        expected: (0, "['app.py', '-v', '--help', '--config', 'x', 'plan', '--']\n"),
    },
    Program {
        name: "__main__ and sys.path",
        files: &[(
            "app.py",
            "import os, sys\n\
             print(__name__, os.path.basename(__file__), __spec__, __package__, __doc__)\n\
             print(sys.modules['__main__'].__dict__ is globals(), sys.path[0] == os.path.dirname(os.path.abspath(__file__)))\n\
             print([entry for entry in sys.path if 'jurigged' in entry and entry != sys.path[0]])\n",
        )],
        arguments: &["app.py"],
        stdin: "",
        expected: (0, "__main__ app.py None None None\nTrue True\n[]\n"),
    },
    Program {
        name: "nothing that takes long is imported before it",
        files: &[(
            "app.py",
            // Some environments import much of their own (`.pth` files); the embedded Python is no command to ask.
            "import sys\n\
             long = {'ast', 'enum', 'json', 'pathlib', 're', 'threading', 'typing'} & {*sys.modules}\n\
             if sys.implementation.name == 'cpython':\n    \
             import subprocess\n    \
             plain = subprocess.check_output([sys.executable, '-c', 'import sys; print(*sys.modules)'], text=True)\n    \
             long -= {*plain.split()}\n\
             print(*long)\n",
        )],
        arguments: &["app.py"],
        stdin: "",
        expected: (0, "\n"),
    },
    Program {
        name: "a script in a folder imports what lies beside it",
        files: &[
            ("sub/app.py", "import beside\nprint(beside.name)\n"),
            ("sub/beside.py", "name = __name__\n"),
        ],
        arguments: &["sub/app.py"],
        stdin: "",
        expected: (0, "beside\n"),
    },
    Program {
        name: "stdin",
        files: &[("app.py", "import sys\nprint(input(), sys.stdin.read().split())\n")],
        arguments: &["app.py"],
        stdin: "first\nsecond third\nfourth",
        expected: (0, "first ['second', 'third', 'fourth']\n"),
    },
    Program {
        name: "an exit code",
        files: &[(
            "app.py",
            "import sys, atexit\natexit.register(print, 'at exit')\nsys.exit(3)\n",
        )],
        arguments: &["app.py"],
        stdin: "",
        expected: (3, "at exit\n"),
    },
    Program {
        name: "an exit message",
        files: &[("app.py", "import sys\nprint('before')\nsys.exit('the message')\n")],
        arguments: &["app.py"],
        stdin: "",
        expected: (1, "before\n"),
    },
    Program {
        name: "a traceback",
        files: &[
            (
                "app.py",
                "import lib\n\n\ndef run():\n    return lib.fail(0)\n\n\nprint('before')\nrun()\n",
            ),
            (
                "lib.py",
                "def fail(number):\n    try:\n        return 1 / number\n    except ZeroDivisionError as error:\n        raise ValueError('wrong') from error\n",
            ),
        ],
        arguments: &["app.py"],
        stdin: "",
        expected: (1, "before\n"),
    },
    Program {
        name: "an import that fails",
        files: &[
            ("app.py", "import lib\n"),
            ("lib.py", "print('lib')\nraise RuntimeError('while importing')\n"),
        ],
        arguments: &["app.py"],
        stdin: "",
        expected: (1, "lib\n"),
    },
    Program {
        name: "a syntax error in the script",
        files: &[("app.py", "print('never')\nx = = 1\n")],
        arguments: &["app.py"],
        stdin: "",
        expected: (1, ""),
    },
    Program {
        name: "a syntax error in an imported file",
        files: &[
            ("app.py", "print('before')\nimport lib\n"),
            ("lib.py", "def f(:\n    pass\n"),
        ],
        arguments: &["app.py"],
        stdin: "",
        expected: (1, "before\n"),
    },
    Program {
        name: "an exception in a thread",
        files: &[(
            "app.py",
            "import threading\n\n\ndef work():\n    raise ValueError('in a thread')\n\n\nthread = threading.Thread(target=work, name='worker')\nthread.start()\nthread.join()\nprint('after')\n",
        )],
        arguments: &["app.py"],
        stdin: "",
        expected: (0, "after\n"),
    },
    Program {
        name: "os._exit",
        files: &[(
            "app.py",
            "import os, sys\nprint('before')\nsys.stdout.flush()\nos._exit(4)\n",
        )],
        arguments: &["app.py"],
        stdin: "",
        expected: (4, "before\n"),
    },
    Program {
        name: "sys.excepthook",
        files: &[(
            "app.py",
            "import sys\nsys.excepthook = lambda kind, value, trace: print('hook', kind.__name__, value)\nraise KeyError('k')\n",
        )],
        arguments: &["app.py"],
        stdin: "",
        expected: (1, "hook KeyError 'k'\n"),
    },
    Program {
        name: "a module",
        files: &[
            ("pkg/__init__.py", "print('init')\n"),
            (
                "pkg/tool.py",
                "import sys\nprint(__name__, __package__, __spec__.name, sys.argv[1:])\n",
            ),
        ],
        arguments: &["-m", "pkg.tool", "-v", "x"],
        stdin: "",
        expected: (0, "init\n__main__ pkg pkg.tool ['-v', 'x']\n"),
    },
    Program {
        name: "a package with __main__",
        files: &[
            ("pkg/__init__.py", ""),
            (
                "pkg/__main__.py",
                "from . import part\nprint(__name__, part.__name__)\n",
            ),
            ("pkg/part.py", ""),
        ],
        arguments: &["-m", "pkg"],
        stdin: "",
        expected: (0, "__main__ pkg.part\n"),
    },
    Program {
        name: "a module that is not there",
        // Without any file, a warning says that nothing is watched.
        files: &[("app.py", "")],
        arguments: &["-m", "no_such_module"],
        stdin: "",
        expected: (1, ""),
    },
    Program {
        name: "deep recursion",
        files: &[(
            "app.py",
            "def f(n):\n    return f(n + 1)\n\n\ntry:\n    f(0)\nexcept RecursionError:\n    print('caught')\n",
        )],
        arguments: &["app.py"],
        stdin: "",
        expected: (0, "caught\n"),
    },
    Program {
        name: "text that is not ASCII",
        files: &[("app.py", "print('héllo', '\u{4e16}', ascii('\u{1f40d}'))\n")],
        arguments: &["app.py"],
        stdin: "",
        expected: (0, "héllo \u{4e16} '\\U0001f40d'\n"),
    },
];

/// Each program on each Python of the tier.
pub fn all(workspace: &'static Workspace, tier: Tier) -> Vec<Trial> {
    let mut trials = Vec::new();
    for interpreter in workspace.interpreters(tier) {
        for program in PROGRAMS {
            let interpreter = interpreter.clone();
            let name = format!("command line: {} [{}]", program.name, interpreter.label);
            trials.push(trial(name, move || program.run(&interpreter)));
        }
        for (name, signal) in [("Ctrl-C", libc::SIGINT), ("SIGTERM", libc::SIGTERM)] {
            let interpreter = interpreter.clone();
            let name = format!("command line: {name} [{}]", interpreter.label);
            trials.push(trial(name, move || signalled(&interpreter, signal)));
        }
    }
    trials
}

impl Program {
    fn run(&self, interpreter: &Interpreter) -> Result<(), KitError> {
        let project = Project::with(self.files)?;
        let start = |mut command: Command| {
            command.args(self.arguments).env("PYTHONIOENCODING", "utf-8");
            run_to_end(&mut command, self.stdin.as_bytes())
        };
        let ours = start(interpreter.command(&project))?;
        let actual = (ours.code(), ours.stdout.as_str());
        if actual != self.expected {
            return Err(KitError::Check(format!(
                "expected {:?}, got {actual:?}\n{}",
                self.expected, ours.stderr
            )));
        }
        if interpreter.python.is_some() {
            same(&start(interpreter.plain_command(&project))?, &ours)?;
        }
        Ok(())
    }
}

fn same(plain: &Finished, ours: &Finished) -> Result<(), KitError> {
    let show = |finished: &Finished| format!("exit code {}\n{}{}", finished.code(), finished.stdout, finished.stderr);
    if show(plain) == show(ours) {
        return Ok(());
    }
    Err(KitError::Check(format!(
        "plain python gives\n{}\njurigged gives\n{}",
        show(plain),
        show(ours)
    )))
}

/// Says that it is ready when its main thread has been asleep for a while: a signal that came earlier would find it in
/// another line.
const WAITS: &str = "
import sys, threading, time
timer = threading.Timer(0.2, lambda: print('ready', flush=True))
timer.daemon = True
timer.start()
try:
    time.sleep(60)
finally:
    print('finally')
";

/// A signal ends the program as it ends plain Python.
fn signalled(interpreter: &Interpreter, signal: i32) -> Result<(), KitError> {
    let project = Project::with(&[("app.py", WAITS)])?;
    let ours = after_signal(interpreter.command(&project), signal)?;
    if interpreter.python.is_some() {
        return same(&after_signal(interpreter.plain_command(&project), signal)?, &ours);
    }
    // Ctrl-C runs `finally` and is told as a signal, or as 130; SIGTERM ends at once.
    let is_right = match signal {
        libc::SIGINT => {
            [-signal, 130].contains(&ours.code())
                && ours.stdout == "ready\nfinally\n"
                && ours.stderr.ends_with("KeyboardInterrupt\n")
        }
        _ => ours.code() == -signal && ours.stdout == "ready\n",
    };
    if is_right {
        Ok(())
    } else {
        Err(KitError::Check(format!("{ours:?}")))
    }
}

fn after_signal(mut command: Command, signal: i32) -> Result<Finished, KitError> {
    use std::io::{BufRead, BufReader, Read};
    command
        .arg("app.py")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child: Child = command.spawn().map_err(KitError::io(command.get_program()))?;
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let mut text = String::new();
    let read = stdout.read_line(&mut text);
    // The program is in its loop, not still inside the `print` that was read.
    std::thread::sleep(std::time::Duration::from_millis(200));
    // SAFETY: `kill` takes any number; the process is our child and has not been waited for, so the number is its own.
    unsafe { libc::kill(child.id() as libc::pid_t, signal) };
    let Some(status) = wait(&mut child, PATIENCE) else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(KitError::Check(format!("signal {signal} did not end the program")));
    };
    let mut stderr = String::new();
    let rest = stdout.read_to_string(&mut text);
    let errors = child.stderr.take().expect("piped").read_to_string(&mut stderr);
    read.and(rest)
        .and(errors)
        .map_err(KitError::io("the output of the program"))?;
    let _ = exit_code(status);
    Ok(Finished {
        status,
        stdout: text,
        stderr,
    })
}
