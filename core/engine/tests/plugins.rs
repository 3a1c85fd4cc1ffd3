//! Plugins as a user's jurigged meets them: real libraries, opened from their files, over a real Python.

mod piped_python;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jurigged_abi::{ABI_VERSION, Applied, AppliedEdit, Definition, EditKind, OptionValue};
use jurigged_engine::plugins::{
    HeldSlot, LiveEdit, PluginProblem, PluginSettings, PluginState, PluginTable, Plugins, library_file, manifest_of,
    open,
};
use jurigged_runtime::{Interpreter, Swap};
use piped_python::PipedPython;

const PROGRAM: &str = r#"
import functools

class Registry(list):
    pass

registry = Registry([len])
registry.hook = print
seen = []

@functools.lru_cache(maxsize=None)
def price(key):
    "old doc"
    return key + 1

def plain(key):
    return 1 / 0
"#;

/// The folder where cargo puts libraries: that of this test.
fn deps() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_path_buf()
}

fn library(crate_name: &str) -> PathBuf {
    library_file(&deps().join(format!("lib{crate_name}")))
}

/// A plugin folder with these misbehaving plugins and their manifests.
fn folder_with(plugins: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for plugin in plugins {
        let built = library(&format!("misbehaving_{plugin}"));
        let manifest = folder.path().join(format!("lib{plugin}.toml"));
        std::fs::write(&manifest, manifest_of(&built).unwrap().to_toml()).unwrap();
        std::fs::copy(built, library_file(&manifest)).unwrap();
    }
    folder
}

fn settings(folder: &Path, options: &[(&str, &str, OptionValue)]) -> PluginSettings {
    let mut settings = PluginSettings {
        search: vec![folder.into()],
        ..PluginSettings::default()
    };
    for (plugin, option, value) in options {
        let table = settings.plugins.entry((*plugin).into()).or_default();
        table.options.insert((*option).into(), value.clone());
    }
    settings
}

fn discover(settings: PluginSettings) -> Plugins {
    let (plugins, problems) = Plugins::discover(settings);
    assert!(problems.is_empty(), "{problems:?}");
    plugins
}

fn edit(python: &PipedPython, name: &str, kind: EditKind) -> LiveEdit {
    let bound = python.get(name);
    let function = python.attribute(bound, "__wrapped__").unwrap().unwrap_or(bound);
    let code = python.attribute(function, "__code__").unwrap();
    LiveEdit {
        name: format!("shop.{name}"),
        file: "shop.py".into(),
        kind,
        reverted: false,
        function,
        bound,
        old_code: code,
        new_code: code,
        decorators: Vec::new(),
        namespace: python.namespace(python.module("shop").unwrap()),
    }
}

/// The state of the only plugin of that name, in a word, with the code of its problem.
fn state(plugins: &Plugins, name: &str) -> String {
    let plugin = plugins
        .list()
        .into_iter()
        .find(|plugin| plugin.manifest.name == name)
        .unwrap();
    match plugin.state {
        PluginState::Waiting => "waiting".into(),
        PluginState::Running => "running".into(),
        PluginState::Disabled => "disabled".into(),
        PluginState::Off(problem) => format!("off: {}", problem.code()),
    }
}

fn codes(problems: &[PluginProblem]) -> Vec<&str> {
    problems.iter().map(PluginProblem::code).collect()
}

#[test]
fn manifests_of_bundled_plugins_are_current_and_beside_their_libraries() {
    let hint = "run this test twice with JURIGGED_UPDATE=1, and commit";
    let stems = ["functools", "numba", "numpy"].map(|plugin| (plugin, format!("libjurigged_plugin_{plugin}")));
    for (plugin, stem) in &stems {
        let current = manifest_of(&library(&stem[3..])).unwrap().to_toml();
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../plugins/{plugin}/{stem}.toml"));
        if std::env::var_os("JURIGGED_UPDATE").is_some() {
            std::fs::write(&committed, &current).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&committed).unwrap_or_default(),
            current,
            "{hint}"
        );
    }
    for (plugin, stem) in &stems {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../plugins/{plugin}/{stem}.toml"));
        let beside = std::fs::read_to_string(deps().join(format!("{stem}.toml"))).unwrap();
        assert_eq!(beside, std::fs::read_to_string(committed).unwrap(), "{hint}");
    }
}

#[test]
fn a_library_that_does_not_fit_is_one_clear_problem() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("libtext.so");
    std::fs::write(&text, "this is no library").unwrap();
    let code = |library: &Path| open("mine", library).unwrap_err();

    assert_eq!(code(&folder.path().join("libgone.so")).code(), "plugin-missing");
    let problem = code(&text);
    assert_eq!(problem.code(), "plugin-not-loaded");
    assert!(!problem.to_string().contains('\n'), "{problem}");
    assert_eq!(code(&library("misbehaving_no_plugin")).code(), "plugin-not-a-plugin");
    let problem = code(&library("misbehaving_incompatible"));
    assert_eq!(
        problem.to_string(),
        format!("plugin `mine` was built for plugin ABI 2.0.0; this jurigged has {ABI_VERSION}")
    );
    let problem = code(&library("misbehaving_other_layout"));
    assert_eq!(problem.code(), "plugin-layout");
    assert!(!problem.to_string().contains('\n'), "{problem}");
}

#[test]
fn a_plugin_of_the_previous_abi_works() {
    assert_eq!(open("old", &library("misbehaving_previous_abi")).unwrap().abi, "1.0.0");
    let folder = folder_with(&["previous_abi"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[]));
    let mut session = plugins.session(&python);
    let refusal = session
        .prepare(&edit(&python, "plain", EditKind::Body))
        .refusal
        .unwrap();
    assert_eq!(refusal.reason, "`shop.plain` as ABI 1.0.0 sees it");
    // It knows no `notify`: the default body of the host's interface runs.
    session.notify(&Applied::new(1, Vec::new()));
    assert_eq!(state(&plugins, "previous-abi"), "running");

    let quiet = settings(folder.path(), &[("previous-abi", "loud", false.into())]);
    let mut plugins = discover(quiet);
    assert!(
        plugins
            .session(&python)
            .prepare(&edit(&python, "plain", EditKind::Body))
            .refusal
            .is_none()
    );
}

#[test]
fn a_plugin_that_nothing_needs_is_never_opened() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[]));
    let mut session = plugins.session(&python);
    assert!(
        session
            .prepare(&edit(&python, "plain", EditKind::Body))
            .swaps
            .is_empty()
    );
    assert!(session.crawl(python.get("seen")).is_empty());
    assert!(!session.crawls(&["list".into()]));
    assert!(session.crawls(&["shop.Registry".into()]));
    assert_eq!(state(&plugins, "well-behaved"), "waiting");
}

#[test]
fn a_conformer_sees_the_edit_and_its_steps_are_swaps() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    let names = OptionValue::from(["x", "y", "z"]);
    let mut plugins = discover(settings(folder.path(), &[("well-behaved", "names", names)]));
    let mut session = plugins.session(&python);
    let edit = edit(&python, "price", EditKind::Body);

    let prepared = session.prepare(&edit);
    assert_eq!(prepared.refusal, None);
    let code = edit.old_code.unwrap();
    assert_eq!(
        prepared.swaps[0],
        Swap::Code {
            function: edit.function,
            expected: code,
            new: code
        }
    );
    let Swap::Attribute {
        object,
        name,
        expected,
        new,
    } = &prepared.swaps[1]
    else {
        panic!("{prepared:?}")
    };
    assert_eq!((*object, name.as_str()), (edit.bound, "__doc__"));
    assert_eq!(python.repr(expected.unwrap()), "'old doc'");
    assert_eq!(python.repr(new.unwrap()), "'new doc'");

    // It calls the bound object with its report, and that fails, which is the program's fault.
    let stale = session.settle(&edit);
    assert!(stale[0].reason.contains("TypeError"), "{stale:?}");
    assert_eq!(state(&plugins, "well-behaved"), "running");
}

#[test]
fn every_question_about_the_live_program_is_answered() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    python.define("@functools.lru_cache\ndef report(text):\n    seen.append(text)\n");
    let mut plugins = discover(settings(folder.path(), &[]));
    let mut session = plugins.session(&python);
    let edit = edit(&python, "report", EditKind::Signature);
    assert_eq!(session.settle(&edit), []);
    assert_eq!(codes(&plugins.take_problems()), [""; 0]);

    python.define("report_seen = seen[0]");
    let seen = python.text(python.get("report_seen")).unwrap();
    for expected in [
        "shop.report shop.py signature text=Some(\"text\") integer=Some(42) same=true",
        "remembered=1 instances=1 callees=1 depth=3 names=2",
        "module=<module 'functools'",
        "classes=[\"functools._lru_cache_wrapper\", \"object\"] missing=false",
    ] {
        assert!(seen.contains(expected), "{expected}\n{seen}");
    }
}

#[test]
fn what_a_plugin_remembers_is_not_kept_alive() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    python.define("@functools.lru_cache\ndef report(text):\n    seen.append(text)\nfirst, again = report, report\n");
    let mut plugins = discover(settings(folder.path(), &[]));
    let mut settle = |name| {
        assert_eq!(
            plugins.session(&python).settle(&edit(&python, name, EditKind::Body)),
            []
        );
        python.forget();
    };
    let remembered = || python.eval("[text.partition('remembered=')[2][0] for text in seen]");
    settle("first");
    python.define("@functools.lru_cache\ndef report(text, *more):\n    seen.append(text)\n");
    settle("report");
    assert_eq!(remembered(), "['1', '2']");
    python.forget();
    python.define("del first, again");
    python.forget();
    settle("report");
    assert_eq!(python.eval("seen[-1].partition('remembered=')[2][0]"), "'1'");
}

#[test]
fn settle_once_merges_the_work_of_a_save() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    python.define("@functools.lru_cache\ndef one(text):\n    seen.append(1)\n");
    python.define("@functools.lru_cache\ndef two(text):\n    seen.append(2)\n");
    let mut plugins = discover(settings(folder.path(), &[]));
    let mut session = plugins.session(&python);
    let edits = ["one", "two"].map(|name| edit(&python, name, EditKind::Body));
    for edit in &edits {
        assert_eq!(session.prepare(edit).swaps.len(), 2);
    }
    for edit in &edits {
        assert_eq!(session.settle(edit), []);
    }
    assert_eq!(python.eval("seen"), "[1]");
}

#[test]
fn a_refusal_is_an_answer() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[("well-behaved", "loud", true.into())]));
    let mut session = plugins.session(&python);
    let refusal = session
        .prepare(&edit(&python, "price", EditKind::Signature))
        .refusal
        .unwrap();
    assert_eq!(
        (refusal.plugin.as_str(), refusal.reason.as_str()),
        ("well-behaved", "`shop.price` keeps its parameters")
    );
    assert!(plugins.take_problems().is_empty());
    assert_eq!(state(&plugins, "well-behaved"), "running");
}

#[test]
fn conformers_are_asked_about_shifted_lines_only_if_they_say_so() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[("well-behaved", "loud", true.into())]));
    let prepared = plugins
        .session(&python)
        .prepare(&edit(&python, "price", EditKind::Lines));
    assert!(prepared.swaps.is_empty() && prepared.refusal.is_none());
    // `Lines` was asked, and had nothing to do.
    assert_eq!(state(&plugins, "well-behaved"), "running");
}

#[test]
fn decorators_are_known_by_what_they_are() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    python.define("from functools import lru_cache as remember\n");
    let mut plugins = discover(settings(folder.path(), &[]));
    let mut decorated = edit(&python, "plain", EditKind::Body);
    assert!(plugins.session(&python).prepare(&decorated).swaps.is_empty());
    decorated.decorators = vec!["remember(maxsize=None)".into()];
    assert_eq!(plugins.session(&python).prepare(&decorated).swaps.len(), 2);
}

#[test]
fn a_crawler_names_objects_and_their_slots() {
    let folder = folder_with(&["well_behaved"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[]));
    let registry = python.get("registry");
    let held = plugins.session(&python).crawl(registry);
    let HeldSlot::Item { container, key } = held[0].slot else {
        panic!("{held:?}")
    };
    assert_eq!((container, python.integer(key)), (registry, Some(0)));
    assert_eq!(python.repr(held[0].object), "<built-in function len>");
    assert_eq!(
        held[1].slot,
        HeldSlot::Attribute {
            object: registry,
            name: "hook".into()
        }
    );
}

#[test]
fn a_matcher_pairs_by_index() {
    let folder = folder_with(&["well_behaved", "lies", "panics"]);
    let mut plugins = discover(settings(folder.path(), &[]));
    let definition = |name, text| Definition::new("function", name, text);
    let pairs = plugins.pair(&[definition("a", "1"), definition("b", "2")], &[definition("c", "2")]);
    assert_eq!((pairs[0].old, pairs[0].new), (1, 0));
    assert_eq!(pairs[0].reason, "`b` has the same text, line 0");
    assert_eq!(pairs.len(), 1);
    // The others did not keep it from that.
    assert_eq!(codes(&plugins.take_problems()), ["plugin-lied", "plugin-panicked"]);
}

#[test]
fn a_plugin_that_panics_is_named_once_and_off() {
    let folder = folder_with(&["panics", "previous_abi"]);
    let python = PipedPython::start(PROGRAM);
    let quiet = ("previous-abi", "loud", false.into());
    for phase in ["prepare", "settle", "crawl"] {
        let mut plugins = discover(settings(
            folder.path(),
            &[("panics", "phase", phase.into()), quiet.clone()],
        ));
        let mut session = plugins.session(&python);
        let edit = edit(&python, "plain", EditKind::Body);
        let mut answers = Vec::new();
        for _ in 0..2 {
            answers.push(session.prepare(&edit).refusal.map(|refusal| refusal.plugin));
            answers.extend(session.settle(&edit).into_iter().map(|stale| Some(stale.plugin)));
            assert!(session.crawl(python.get("registry")).is_empty());
        }
        // Its edit is refused, or listed as stale, the first time; after that the others are alone.
        let named = answers
            .iter()
            .filter(|answer| answer.as_deref() == Some("panics"))
            .count();
        assert_eq!(named, usize::from(phase != "crawl"), "{phase}: {answers:?}");
        let problems = plugins.take_problems();
        assert_eq!(codes(&problems), ["plugin-panicked"]);
        let text = problems[0].to_string();
        assert!(
            text.starts_with(&format!("plugin `panics` panicked in `{phase}`: ")),
            "{text}"
        );
        assert!(
            text.contains("panics/src/lib.rs:") && text.ends_with(&format!("in {phase}")),
            "{text}"
        );
        assert_eq!(state(&plugins, "panics"), "off: plugin-panicked");
        assert_eq!(state(&plugins, "previous-abi"), "running");
    }
}

#[test]
fn a_panic_in_notify_is_told_too() {
    let folder = folder_with(&["panics"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[("panics", "phase", "none".into())]));
    let mut session = plugins.session(&python);
    session.settle(&edit(&python, "plain", EditKind::Body));
    let applied = AppliedEdit {
        name: "shop.plain".into(),
        file: "shop.py".into(),
        kind: EditKind::Body,
    };
    session.notify(&Applied::new(12, vec![applied.clone()]));
    session.notify(&Applied::new(13, vec![applied]));
    assert_eq!(codes(&plugins.take_problems()), ["plugin-panicked"]);
}

#[test]
fn a_plugin_that_hangs_is_left_behind() {
    let folder = folder_with(&["hangs"]);
    let python = PipedPython::start(PROGRAM);
    for spin in [true, false] {
        let options = [
            ("hangs", "limit", OptionValue::from("200ms")),
            ("hangs", "spin", spin.into()),
        ];
        let mut plugins = discover(settings(folder.path(), &options));
        let mut session = plugins.session(&python);
        let edit = edit(&python, "plain", EditKind::Body);
        assert_eq!(session.prepare(&edit).refusal, None);
        assert_eq!(session.settle(&edit).len(), 1);
        assert_eq!(session.settle(&edit), []);
        let problems = plugins.take_problems();
        assert!(
            matches!(&problems[..], [PluginProblem::Hung { limit, call: "settle", .. }] if *limit == Duration::from_millis(200)),
            "{problems:?}"
        );
        assert_eq!(state(&plugins, "hangs"), "off: plugin-hung");
    }
}

#[test]
fn python_that_a_plugin_runs_does_not_count_against_its_limit() {
    let folder = folder_with(&["errs"]);
    let python = PipedPython::start(PROGRAM);
    python.define("import time\ndef slow():\n    time.sleep(0.5)\n");
    let options = [
        ("errs", "limit", OptionValue::from("250ms")),
        ("errs", "how", "program".into()),
    ];
    let mut plugins = discover(settings(folder.path(), &options));
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "slow", EditKind::Body)),
        []
    );
    assert_eq!(state(&plugins, "errs"), "running");
}

#[test]
fn an_error_is_the_fault_of_whoever_raised_it() {
    let folder = folder_with(&["errs"]);
    let python = PipedPython::start(PROGRAM);
    python.define("def fails():\n    return 1 / 0\n");
    for (how, problem, after) in [
        ("bug", Some("plugin-failed"), "off: plugin-failed"),
        // The snippet of the plugin itself divides by zero.
        ("python", Some("plugin-failed"), "off: plugin-failed"),
        // The program does: the next save may put that right.
        ("program", Some("plugin-raised"), "running"),
        ("refuse", None, "running"),
    ] {
        let mut plugins = discover(settings(folder.path(), &[("errs", "how", how.into())]));
        let edit = edit(&python, "fails", EditKind::Body);
        let refusal = plugins.session(&python).prepare(&edit).refusal.unwrap();
        assert_eq!(refusal.plugin, "errs");
        let problems = plugins.take_problems();
        assert_eq!(codes(&problems), problem.into_iter().collect::<Vec<_>>(), "{how}");
        assert_eq!(state(&plugins, "errs"), after, "{how}");
        let stale = plugins.session(&python).settle(&edit);
        assert_eq!(stale.len(), usize::from(after == "running"), "{how}");
    }
}

#[test]
fn a_plugin_that_makes_objects_up_is_off() {
    let folder = folder_with(&["lies"]);
    let python = PipedPython::start(PROGRAM);
    let edit = edit(&python, "plain", EditKind::Body);

    let mut plugins = discover(settings(folder.path(), &[]));
    let prepared = plugins.session(&python).prepare(&edit);
    assert!(prepared.swaps.is_empty());
    assert!(prepared.refusal.unwrap().reason.contains("never given"));
    assert_eq!(state(&plugins, "lies"), "off: plugin-lied");

    let mut plugins = discover(settings(folder.path(), &[]));
    assert_eq!(plugins.session(&python).crawl(python.get("registry")), []);
    assert_eq!(codes(&plugins.take_problems()), ["plugin-lied"]);

    // One that it kept, against the compiler's will.
    let mut plugins = discover(settings(folder.path(), &[("lies", "how", "keep".into())]));
    assert_eq!(plugins.session(&python).prepare(&edit).swaps.len(), 1);
    let refusal = plugins.session(&python).prepare(&edit).refusal.unwrap();
    assert!(refusal.reason.contains("earlier transaction"), "{refusal:?}");
    assert_eq!(state(&plugins, "lies"), "off: plugin-lied");
}

#[test]
fn a_library_that_is_built_anew_is_loaded_anew() {
    let folder = folder_with(&["errs"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[]));
    let edit = edit(&python, "plain", EditKind::Body);
    assert!(plugins.session(&python).prepare(&edit).refusal.is_some());
    assert_eq!(state(&plugins, "errs"), "off: plugin-failed");
    assert!(plugins.reload_changed().is_empty());

    // Overwritten in place, as `cp` does, while the old one is mapped.
    let library = library_file(&folder.path().join("liberrs"));
    let bytes = std::fs::read(&library).unwrap();
    std::fs::write(&library, bytes).unwrap();
    let file = std::fs::File::options().write(true).open(&library).unwrap();
    file.set_modified(std::time::SystemTime::now() + Duration::from_secs(2))
        .unwrap();
    assert_eq!(plugins.reload_changed(), ["errs"]);
    assert_eq!(state(&plugins, "errs"), "waiting");
    assert!(plugins.session(&python).prepare(&edit).refusal.is_some());
    assert!(plugins.reload_changed().is_empty());
}

#[test]
fn a_manifest_that_does_not_fit_its_library_is_told() {
    let folder = folder_with(&["errs"]);
    let python = PipedPython::start(PROGRAM);
    let manifest = folder.path().join("liberrs.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("shop.Registry", "shop.Plain")).unwrap();
    let mut plugins = discover(settings(folder.path(), &[]));
    assert!(
        plugins
            .session(&python)
            .prepare(&edit(&python, "plain", EditKind::Body))
            .refusal
            .is_none()
    );
    assert_eq!(codes(&plugins.take_problems()), ["plugin-manifest-stale"]);
}

#[test]
fn a_library_named_in_the_configuration_needs_no_manifest() {
    let table = |crate_name: &str| PluginTable {
        library: Some(library(crate_name)),
        ..PluginTable::default()
    };
    let tables = [
        ("errs", "misbehaving_errs"),
        ("wrong-name", "misbehaving_hangs"),
        ("next", "misbehaving_incompatible"),
        ("gone", "misbehaving_gone"),
    ];
    let plugins = tables
        .map(|(name, crate_name)| (name.into(), table(crate_name)))
        .into_iter()
        .collect();
    let (plugins, problems) = Plugins::discover(PluginSettings {
        plugins,
        ..PluginSettings::default()
    });
    assert_eq!(codes(&problems), ["plugin-missing", "plugin-abi", "plugin-name"]);
    assert_eq!(state(&plugins, "errs"), "waiting");
    assert_eq!(plugins.list().len(), 1);
}

#[test]
fn what_the_configuration_gets_wrong_is_told_with_the_nearest_name() {
    let mut settings = settings(
        &deps().join("no such folder"),
        &[
            ("functools", "clear-cache", true.into()),
            ("functools", "clear-caches", "yes".into()),
            ("numba", "limit", 3.into()),
            ("nunpy", "x", 1.into()),
        ],
    );
    settings.bundled = vec![deps().join("not there either"), deps()];
    settings.disable = vec!["numpy".into()];
    let (plugins, problems) = Plugins::discover(settings);
    let mut lines: Vec<_> = problems
        .iter()
        .map(|problem| format!("{problem} ({})", problem.help()))
        .collect();
    lines.retain(|line| !line.starts_with("the plugin folder"));
    assert_eq!(lines.len() + 1, problems.len());
    lines.sort();
    assert_eq!(
        lines,
        [
            "option `clear-caches` of plugin `functools` is true or false, not a text (give it true or false)",
            "option `limit` of plugin `numba` is a duration such as `\"1s\"`, not 3 (give it a duration such as `\"1s\"`)",
            "plugin `functools` has no option `clear-cache` (did you mean `clear-caches`?)",
            "there is no plugin `nunpy` (did you mean `numpy`?)",
        ]
    );
    assert_eq!(state(&plugins, "numpy"), "disabled");
    assert_eq!(state(&plugins, "functools"), "waiting");
}

#[test]
fn new_settings_take_effect_without_opening_again() {
    let folder = folder_with(&["well_behaved", "errs"]);
    let python = PipedPython::start(PROGRAM);
    let mut plugins = discover(settings(folder.path(), &[]));
    let edit = edit(&python, "price", EditKind::Signature);
    assert!(
        plugins
            .session(&python)
            .prepare(&edit)
            .refusal
            .is_some_and(|refusal| refusal.plugin == "errs")
    );

    let mut changed = settings(folder.path(), &[("well-behaved", "loud", true.into())]);
    changed.disable = vec!["errs".into()];
    assert!(plugins.configure(changed).is_empty());
    assert_eq!(state(&plugins, "errs"), "disabled");
    let refusal = plugins.session(&python).prepare(&edit).refusal.unwrap();
    assert_eq!(refusal.plugin, "well-behaved");
}

fn bundled() -> Plugins {
    discover(PluginSettings {
        bundled: vec![deps()],
        ..PluginSettings::default()
    })
}

/// What the engine does with an edit of a body: here, by Python.
fn swap_code(python: &PipedPython, function: &str, source: &str) {
    python.define(&format!("_new = {{}}\nexec({source:?}, dict(globals()), _new)"));
    python.define(&format!("{function}.__code__ = next(iter(_new.values())).__code__"));
}

#[test]
fn functools_clears_the_cache_and_renews_the_wrapper() {
    let python = PipedPython::start(PROGRAM);
    let mut plugins = bundled();
    python.eval("price(1)");
    swap_code(&python, "price.__wrapped__", "def price(key):\n    return key + 100\n");
    python.define("price.__wrapped__.__doc__ = 'new doc'; price.__wrapped__.__annotations__ = {'key': int}");
    assert_eq!(python.eval("price(1)"), "2");
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "price", EditKind::Body)),
        []
    );
    assert_eq!(python.eval("price(1), price.__doc__"), "(101, 'new doc')");
    assert_eq!(python.eval("price.__annotations__"), "{'key': <class 'int'>}");
    assert_eq!(python.eval("price.cache_info().misses"), "1");
}

#[test]
fn functools_keeps_the_cache_where_it_is_told_to() {
    let python = PipedPython::start(PROGRAM);
    let mut settings = PluginSettings {
        bundled: vec![deps()],
        ..PluginSettings::default()
    };
    let options = [("clear-caches".to_owned(), OptionValue::from(false))].into();
    settings.plugins.insert(
        "functools".into(),
        PluginTable {
            options,
            ..PluginTable::default()
        },
    );
    let mut plugins = discover(settings);
    python.eval("price(1)");
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "price", EditKind::Body)),
        []
    );
    assert_eq!(python.eval("price.cache_info().currsize"), "1");
}

#[test]
fn functools_finds_a_cache_that_is_a_plain_function_or_lies_under_another_decorator() {
    let python = PipedPython::start(PROGRAM);
    // `lru_cache` of RustPython, in short.
    python.define(
        "def cache(f):\n    held = {}\n    def wrapper(key):\n        if key not in held:\n            held[key] = f(key)\n        \
         return held[key]\n    wrapper.cache_clear = held.clear\n    return functools.update_wrapper(wrapper, f)\n\
         cache.__module__, cache.__qualname__ = 'functools', 'cache'\n",
    );
    python.define(
        "@functools.wraps(price)\ndef logged(key):\n    return price(key)\n@cache\ndef pure(key):\n    return key\n",
    );
    let mut plugins = bundled();
    python.eval("price(1), pure(1)");
    swap_code(&python, "price.__wrapped__", "def price(key):\n    return key + 100\n");
    swap_code(&python, "pure.__wrapped__", "def pure(key):\n    return key + 100\n");
    for (name, decorator) in [("logged", "functools.lru_cache"), ("pure", "cache")] {
        let mut edit = edit(&python, name, EditKind::Body);
        edit.decorators = vec![decorator.into()];
        assert_eq!(plugins.session(&python).settle(&edit), []);
    }
    assert_eq!(python.eval("price(1), logged(1), pure(1)"), "(101, 101, 101)");
}

/// `JURIGGED_TEST_PYTHON=…/bin/python cargo test -p jurigged-engine --test plugins -- --ignored numba`
#[test]
#[ignore = "needs a Python with numba"]
fn numba_recompiles_the_function_and_those_that_inlined_it() {
    let python = PipedPython::start(PROGRAM);
    assert!(python.imports("numba"), "numba is not installed");
    python.define(
        "@numba.njit\ndef rate(x):\n    return x * 2\n\
         @numba.njit\ndef total(x):\n    return rate(x) + 1\n\
         class Taxes:\n    rate = rate\n\
         @numba.njit\ndef grand(x):\n    return total(x) * 10\n\
         @numba.njit\ndef other(x):\n    return x\n",
    );
    assert_eq!(
        python.eval("grand(1), total(1), rate(1), other(1), other.signatures"),
        "(30, 3, 2, 1, [(int64,)])"
    );
    swap_code(&python, "rate.py_func", "def rate(x):\n    return x * 3\n");
    let mut plugins = bundled();
    let mut body = edit(&python, "rate", EditKind::Body);
    assert_eq!(plugins.session(&python).prepare(&body).refusal, None);
    assert_eq!(plugins.session(&python).settle(&body), []);
    assert_eq!(python.eval("grand(1), total(1), rate(1)"), "(40, 4, 3)");

    python.define("def wider(x, y):\n    return x\n");
    body.new_code = python.attribute(python.get("wider"), "__code__").unwrap();
    let refusal = plugins.session(&python).prepare(&body).refusal.unwrap();
    assert!(refusal.reason.contains("parameters"), "{refusal:?}");

    // What does not compile is numba's error, and the next save may put it right.
    swap_code(
        &python,
        "rate.py_func",
        "def rate(x):\n    return x.no_such_attribute\n",
    );
    let stale = plugins.session(&python).settle(&edit(&python, "rate", EditKind::Body));
    assert!(stale[0].reason.contains("TypingError"), "{stale:?}");
    swap_code(&python, "rate.py_func", "def rate(x):\n    return x * 4\n");
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "rate", EditKind::Body)),
        []
    );
    assert_eq!(python.eval("grand(1), total(1), rate(1)"), "(50, 5, 4)");
}

/// `JURIGGED_TEST_PYTHON=…/bin/python cargo test -p jurigged-engine --test plugins -- --ignored numpy`
#[test]
#[ignore = "needs a Python with numpy"]
fn numpy_finds_functions_in_arrays_of_objects() {
    let python = PipedPython::start(PROGRAM);
    assert!(python.imports("numpy"), "numpy is not installed");
    python.define("table = numpy.array([[plain, 1], ['x', price]], dtype=object)\nnumbers = numpy.arange(4)\n");
    let mut plugins = bundled();
    let mut session = plugins.session(&python);
    let held = session.crawl(python.get("table"));
    assert_eq!(
        held.iter().map(|held| held.object).collect::<Vec<_>>(),
        [python.get("plain"), python.get("price")]
    );
    let HeldSlot::Item { container, key } = held[1].slot else {
        panic!("{held:?}")
    };
    assert_eq!(python.integer(key), Some(3));
    let shop = python.namespace(python.module("shop").unwrap()).unwrap();
    python.set_entry(shop, "slot", container);
    python.define("slot[3] = len");
    assert_eq!(python.eval("table[1, 1]"), "<built-in function len>");
    assert!(session.crawl(python.get("numbers")).is_empty());
    assert_eq!(codes(&plugins.take_problems()), [""; 0]);
}
