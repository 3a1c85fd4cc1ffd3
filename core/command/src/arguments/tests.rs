use super::*;

fn words(line: &str) -> Vec<OsString> {
    std::iter::once("jurigged")
        .chain(line.split_whitespace())
        .map(OsString::from)
        .collect()
}

fn run(line: &str) -> RunArguments {
    match parse(words(line)) {
        Ok(Invocation::Run(run)) => run,
        other => panic!("{line}: {other:?}"),
    }
}

fn script(path: &str, arguments: &[&str]) -> Program {
    Program::Script {
        path: path.into(),
        arguments: arguments.iter().map(OsString::from).collect(),
    }
}

fn module(name: &str, arguments: &[&str]) -> Program {
    Program::Module {
        name: name.to_owned(),
        arguments: arguments.iter().map(OsString::from).collect(),
    }
}

fn function(module: &str, function: &str, arguments: &[&str]) -> Program {
    Program::Function {
        module: module.to_owned(),
        function: function.to_owned(),
        arguments: arguments.iter().map(OsString::from).collect(),
    }
}

fn refused(line: &str) -> String {
    let exit = parse(words(line)).expect_err("refused");
    assert_eq!((exit.status(), exit.to_stderr()), (ExitStatus::Usage, true), "{line}");
    exit.text(false)
}

#[test]
fn what_follows_the_program_is_the_programs() {
    for (line, program) in [
        ("a.py", script("a.py", &[])),
        (
            "a.py -v --help -- x --watch",
            script("a.py", &["-v", "--help", "--", "x", "--watch"]),
        ),
        ("-v a.py -v", script("a.py", &["-v"])),
        ("-d 1 a.py -d 2", script("a.py", &["-d", "2"])),
        ("-d1 a.py", script("a.py", &[])),
        ("--debounce=1 a.py", script("a.py", &[])),
        ("--debounce 1 a.py b", script("a.py", &["b"])),
        ("-- a.py -m x", script("a.py", &["-m", "x"])),
        ("-v -- -v", script("-v", &[])),
        ("-- plan x", script("plan", &["x"])),
        ("-- -- x", script("--", &["x"])),
        ("./plan x", script("./plan", &["x"])),
        ("a.py plan", script("a.py", &["plan"])),
        ("-", script("-", &[])),
        ("-m mod", module("mod", &[])),
        ("-mmod a -m b", module("mod", &["a", "-m", "b"])),
        (
            "-m pkg.mod -v --help plan",
            module("pkg.mod", &["-v", "--help", "plan"]),
        ),
        ("-vm mod -- -q", module("mod", &["--", "-q"])),
        ("-v -m plan x", module("plan", &["x"])),
        ("-w *.py -w b --watch=c a.py", script("a.py", &[])),
        ("-w plan -c config a.py", script("a.py", &[])),
        ("-c plan a.py", script("a.py", &[])),
        ("--python 3.12 --poll .5 a.py", script("a.py", &[])),
        ("-m mod:func -i x", function("mod", "func", &["-i", "x"])),
        ("-im pkg.mod:C.f", function("pkg.mod", "C.f", &[])),
        ("-i -l f -x g a.py -l h", script("a.py", &["-l", "h"])),
        ("-il f --xloop=g --loop-interface basic a.py", script("a.py", &[])),
        ("", Program::Prompt),
        ("-v", Program::Prompt),
        ("--", Program::Prompt),
        ("-i", Program::Prompt),
    ] {
        assert_eq!(run(line).program, program, "{line}");
    }
}

#[test]
fn flags_are_read() {
    let run = run(
        "-c j.toml -w a -w b/*.py -d 0.05 --poll 2s -vv --python 3.12 --disable-plugin numba \
                   --disable-plugin=x --sync main-thread --log-format json --dry-run a.py",
    );
    assert_eq!(run.common.config, Some("j.toml".into()));
    assert!(run.dry_run);
    assert_eq!(
        run.common.settings,
        CommandLine {
            watch: vec!["a".to_owned(), "b/*.py".to_owned()],
            debounce: Some(Duration::from_millis(50)),
            poll: Some(Duration::from_secs(2)),
            python: Some("3.12".to_owned()),
            runtime: None,
            disable_plugin: vec!["numba".to_owned(), "x".to_owned()],
            log_level: Some(LogLevel::Debug),
            sync: Some(SyncMode::MainThread),
            log_format: Some(LogFormat::Json),
        }
    );
    assert_eq!(self::run("a.py").common, Common::default());
    assert!(self::run("a.py").develoop.is_empty() && !self::run("a.py").interactive);
    let looping = self::run("-i -l f --loop C.g -x m:h --loop-interface basic a.py");
    assert!(looping.interactive);
    assert_eq!(
        looping.develoop,
        Develoop {
            always: vec!["f".to_owned(), "C.g".to_owned()],
            on_error: vec!["m:h".to_owned()],
            interface: Some("basic".to_owned()),
        }
    );
    assert_eq!(self::run("-q a.py").common.settings.log_level, Some(LogLevel::Error));
    assert_eq!(self::run("-v a.py").common.settings.log_level, Some(LogLevel::Info));
    assert_eq!(
        self::run("--runtime embedded a.py").common.settings.runtime.as_deref(),
        Some("embedded")
    );
}

#[test]
fn commands_are_read_with_flags_before_them() {
    let parsed = |line: &str| parse(words(line)).expect("valid");
    assert_eq!(
        parsed("plan old.py new.py --json"),
        Invocation::Plan {
            old: "old.py".into(),
            new: "new.py".into(),
            json: true,
            common: Common::default(),
        }
    );
    let config = Some(PathBuf::from("x.toml"));
    for line in [
        "-c x.toml config show",
        "config show -c x.toml",
        "config -c x.toml show",
    ] {
        let Invocation::Config { action, common } = parsed(line) else {
            panic!("{line}");
        };
        assert_eq!((action, common.config), (ConfigAction::Show, config.clone()), "{line}");
    }
    let Invocation::Config { action, common } = parsed("-d 1 config check") else {
        panic!("config check");
    };
    assert_eq!(
        (action, common.settings.debounce),
        (ConfigAction::Check, Some(Duration::from_secs(1)))
    );
    assert!(matches!(
        parsed("plugin list"),
        Invocation::Plugin {
            action: PluginAction::List,
            ..
        }
    ));
    assert_eq!(parsed("completions zsh"), Invocation::Completions { shell: Shell::Zsh });
}

#[test]
fn wrong_usage_says_what_to_write() {
    for (line, expected) in [
        (
            "-m",
            "error: a value is required for '-m <MODULE[:FUNC]>' but none was supplied",
        ),
        (
            "-m :b",
            "error: invalid value ':b' for '-m <MODULE[:FUNC]>': there is no module before the `:`",
        ),
        (
            "-m a:",
            "error: invalid value 'a:' for '-m <MODULE[:FUNC]>': there is no function behind the `:`",
        ),
        (
            "-d",
            "error: a value is required for '--debounce <SECS>' but none was supplied",
        ),
        (
            "-d soon a.py",
            "error: invalid value 'soon' for '--debounce <SECS>': it has no number",
        ),
        (
            "--poll -1 a.py",
            "error: invalid value '-1' for '--poll <SECS>': it is negative",
        ),
        ("--wach x a.py", "error: unexpected argument '--wach' found"),
        ("-y a.py", "error: unexpected argument '-y' found"),
        ("-x f", "error: `--loop` needs a program to run"),
        ("-i plan a.py b.py", "error: `--interactive` needs a program to run"),
        (
            "--loop-interface curses a.py",
            "error: invalid value 'curses' for '--loop-interface <INTERFACE>'",
        ),
        (
            "-q -v a.py",
            "error: the argument '--quiet' cannot be used with '--verbose...'",
        ),
        (
            "--python x --runtime auto a.py",
            "error: the argument '--python <PYTHON>' cannot be used with '--runtime <RUNTIME>'",
        ),
        ("--dry-run config show", "error: `--dry-run` needs a program to run"),
        (
            "plan a.py",
            "error: the following required arguments were not provided:",
        ),
        ("plugin new", "error: unrecognized subcommand 'new'"),
    ] {
        let text = refused(line);
        assert_eq!(text.lines().next(), Some(expected), "{line}");
        assert!(text.contains("--help"), "{line}: {text}");
    }
    assert!(
        refused("--wach x a.py").contains("'--watch'"),
        "{}",
        refused("--wach x a.py")
    );
    assert!(
        refused("--wach x a.py").contains("jurigged [OPTIONS] -m MODULE[:FUNC] [ARGS]..."),
        "{}",
        refused("--wach x a.py")
    );
}

#[test]
fn help_and_version_end_well() {
    for line in ["--help", "-h", "-h a.py", "plan --help", "-v -h"] {
        let exit = parse(words(line)).expect_err("help");
        assert_eq!(
            (exit.status(), exit.to_stderr()),
            (ExitStatus::Success, false),
            "{line}"
        );
        assert!(exit.text(false).contains("Usage: "), "{line}");
        assert!(exit.text(true).contains("\x1b["), "{line}");
    }
    let version = parse(words("-V")).expect_err("version");
    assert_eq!(version.text(false), format!("jurigged {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_help_has_every_option_of_the_table_that_names_a_flag() {
    let help = parse(words("--help")).expect_err("help").text(false);
    let flags = jurigged_engine::config::option_table::OPTIONS
        .iter()
        .filter_map(|option| option.flag);
    for flag in flags
        .flat_map(|flags| flags.split([',', ' ']))
        .filter(|flag| flag.starts_with("--"))
    {
        assert!(help.contains(flag), "{flag} is not in the help:\n{help}");
    }
}

#[cfg(unix)]
#[test]
fn arguments_need_not_be_utf8() {
    use std::os::unix::ffi::OsStringExt;
    let raw = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let argv = vec![
        raw(b"jurigged"),
        raw(b"-v"),
        raw(b"caf\xe9.py"),
        raw(b"-\xff"),
        raw(b"--x=\xff"),
    ];
    let Ok(Invocation::Run(run)) = parse(argv) else {
        panic!("a script");
    };
    let expected = Program::Script {
        path: raw(b"caf\xe9.py").into(),
        arguments: vec![raw(b"-\xff"), raw(b"--x=\xff")],
    };
    assert_eq!(run.program, expected);
    assert!(parse(vec![raw(b"jurigged"), raw(b"-m"), raw(b"\xff")]).is_err());
    assert!(parse(vec![raw(b"jurigged"), raw(b"-\xff"), raw(b"a.py")]).is_err());
}

#[test]
fn completions_exist_for_every_shell() {
    use clap::ValueEnum;
    for shell in Shell::value_variants() {
        assert!(completions(*shell).contains("disable-plugin"), "{shell}");
    }
}

#[test]
fn clap_finds_no_fault_in_the_definition() {
    Arguments::command().debug_assert();
}

/// Start-up counts: printed with `--nocapture`, and far from the millisecond that would be felt.
#[test]
fn parsing_is_cheap() {
    let rounds = 200;
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        parse(words("-v -w src --debounce 0.01 a.py x y")).expect("valid");
    }
    let each = start.elapsed() / rounds;
    println!("parse: {each:?}");
    assert!(each < Duration::from_millis(10), "{each:?}");
}
