//! Programs that run undisturbed, compared with plain `python`.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use super::{command, folder, run, start, stderr, stdout, write};

pub fn exit_status() {
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

pub fn script_environment() {
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
    let folder = folder(&[
        ("sub/app.py", program),
        ("sub/helper.py", ""),
        ("more/elsewhere.py", ""),
    ]);
    let mut command = command(folder.path(), "none", &["./sub/app.py", "-v", "--help", "ü"]);
    let input = std::fs::File::open(folder.path().join("sub/app.py")).expect("exists");
    let output = command
        .env("PYTHONPATH", "more")
        .stdin(input)
        .output()
        .expect("it starts");
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

pub fn errors() {
    let folder = folder(&[("wrong.py", "x = 1\nif x\n    pass\n"), ("empty/readme", "")]);
    write(folder.path(), "bytes.py", b"x = 1\ny = '\xff'\n");
    write(
        folder.path(),
        "latin.py",
        b"# -*- coding: latin-1 -*-\nprint(ascii('\xff'))\n",
    );
    let root = folder.path().canonicalize().expect("exists");
    let root = root.display();
    let missing = run(folder.path(), &["missing.py"]);
    let text = format!("jurigged: can't open file '{root}/missing.py': [Errno 2] No such file or directory\n");
    assert_eq!((missing.status.code(), stderr(&missing)), (Some(2), text));
    let wrong = run(folder.path(), &["wrong.py"]);
    assert_eq!(wrong.status.code(), Some(1));
    let text = stderr(&wrong);
    assert!(
        text.starts_with(&format!("  File \"{root}/wrong.py\", line 2\n    if x\n")),
        "{text}"
    );
    assert!(
        text.lines()
            .last()
            .is_some_and(|line| line.starts_with("SyntaxError: ")),
        "{text}"
    );
    let bytes = run(folder.path(), &["bytes.py"]);
    assert_eq!(bytes.status.code(), Some(1));
    assert!(stderr(&bytes).contains("SyntaxError: "), "{}", stderr(&bytes));
    assert_eq!(stdout(&run(folder.path(), &["latin.py"])), "'\\xff'\n");
    let empty = run(folder.path(), &["empty"]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(
        stderr(&empty).contains("can't find '__main__' module in"),
        "{}",
        stderr(&empty)
    );
}

pub fn module_as_main() {
    let main = "import sys\nprint(__name__, __package__, __spec__.name, sys.argv[1:], sys.argv[0].endswith('.py'))\n";
    let folder = folder(&[
        ("pkg/__init__.py", "print('init', __name__)\n"),
        ("pkg/mod.py", main),
        ("pkg/__main__.py", main),
        (
            "tool.py",
            "class Cli:\n    @staticmethod\n    def main():\n        import sys\n        print(__name__, sys.argv[1:])\n        return 4\n",
        ),
        ("dir/__main__.py", "import beside\nprint(__name__, beside.__name__)\n"),
        ("dir/beside.py", ""),
    ]);
    let run = |arguments: &[&str]| {
        let mut command = command(folder.path(), "none", arguments);
        command.env("JURIGGED_TEST_LOADED", "1").output().expect("it starts")
    };
    let module = run(&["-m", "pkg.mod", "-m", "x"]);
    assert_eq!(
        stdout(&module),
        "init pkg\n__main__ pkg pkg.mod ['-m', 'x'] True\n",
        "{}",
        stderr(&module)
    );
    let loaded: Vec<String> = stderr(&module)
        .lines()
        .map(|line| line.split('"').next().unwrap_or("").to_owned())
        .collect();
    assert_eq!(loaded, ["loaded pkg __init__.py ", "loaded __main__ mod.py "]);
    let package = run(&["-m", "pkg"]);
    assert_eq!(stdout(&package), "init pkg\n__main__ pkg pkg.__main__ [] True\n");
    assert!(
        stderr(&package).contains("loaded __main__ __main__.py"),
        "{}",
        stderr(&package)
    );
    let function = run(&["-m", "tool:Cli.main", "a"]);
    assert_eq!(
        (function.status.code(), stdout(&function)),
        // As in jurigged 0.6, what it returns is no exit status.
        (Some(0), "tool ['a']\n".to_owned())
    );
    let dir = run(&["dir"]);
    assert_eq!(stdout(&dir), "__main__ beside\n", "{}", stderr(&dir));
    assert!(stderr(&dir).contains("loaded __main__ __main__.py"), "{}", stderr(&dir));
    let missing = run(&["-m", "nosuch"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        stderr(&missing).ends_with(": No module named nosuch\n"),
        "{}",
        stderr(&missing)
    );
}

pub fn interrupt() {
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
    assert!(
        stderr(&output).ends_with("\nKeyboardInterrupt\n"),
        "{}",
        stderr(&output)
    );
    assert_eq!(stdout(&output), "atexit\n");
}

pub fn shutdown() {
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
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), "main\nthread\natexit\n".to_owned())
    );
    assert_eq!(stderr(&output), "");
}

pub fn interactive() {
    let folder = folder(&[("helper.py", "x = 5\n")]);
    let mut command = command(folder.path(), "none", &["-i"]);
    let mut child = start(command.stdin(Stdio::piped()));
    let text = b"import helper, sys\nhelper.x + 1\nsys.path[0]\nraise SystemExit(3)\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), text).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let shown = stdout(&output);
    assert!(
        shown.contains("6\n") && shown.contains("''\n"),
        "{shown}{}",
        stderr(&output)
    );
    assert_eq!(output.status.code(), Some(3));
}

pub fn load_sink() {
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
    let run = |name: &str| {
        command(folder.path(), "none", &[name])
            .env("JURIGGED_TEST_LOADED", "1")
            .output()
            .expect("it starts")
    };
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
    let cached = folder
        .path()
        .join("__pycache__")
        .read_dir()
        .expect("unwanted.py was cached");
    assert_eq!(cached.count(), 1);
    // No frames of ours, none of the import system, wanted or not.
    for name in ["raises.py", "unwanted_raises.py", "syntax.py"] {
        let text = stderr(&run(name));
        let files = text.lines().filter(|line| line.starts_with("  File"));
        assert_eq!(files.count(), 2, "{text}");
    }
}

pub fn native_extension() {
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
        (
            "exits.py",
            "import sys\ntry:\n    import fast._core\nexcept ImportError:\n    sys.exit('no fast core')\n",
        ),
        (
            "caught.py",
            "try:\n    import fast._core\nexcept ImportError:\n    pass\n1 / 0\n",
        ),
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
    assert!(!has_note("exits.py"));
}
