//! What plugins see and answer.

use super::*;

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
        "own=true entries=ba called=2 found=1",
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

/// A conformer of the engine: the same trait, no library.
struct Counts;

impl Conformer for Counts {
    fn interest(&self) -> Interest {
        Interest::subclass_of("shop.Registry")
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        let count = live.run("len(getattr(c, 'seen', ())) + 1", &[("c", edit.bound())])?;
        change.set_attr(edit.bound(), "reloads", live.get(edit.bound(), "reloads")?, count);
        Ok(())
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        live.run(
            "seen = getattr(c, 'seen', ())\nc.seen = (*seen, 1)",
            &[("c", edit.bound())],
        )
        .map(drop)
    }
}

#[test]
fn parts_of_the_engine_are_called_by_the_same_traits() {
    let python = PipedPython::start(PROGRAM);
    python.define("class Sub(Registry):\n    pass\n");
    let mut plugins = Plugins::default();
    plugins.add_builtin(Declaration {
        name: "counts".into(),
        applies: "python>=3.9".into(),
        conformers: vec![("Counts".into(), std::sync::Arc::new(Counts))],
        ..Declaration::default()
    });
    let mut session = plugins.session(&python);
    let class = edit(&python, "Sub", EditKind::Class);
    let prepared = session.prepare(&class);
    let Swap::ClassAttribute {
        class: changed,
        name,
        expected: None,
        new: Some(new),
    } = &prepared.swaps[0]
    else {
        panic!("{prepared:?}");
    };
    assert_eq!(
        (*changed, name.as_str(), python.integer(*new)),
        (class.bound, "reloads", Some(1))
    );
    assert_eq!(session.settle(&class), []);
    assert_eq!(python.eval("Sub.seen"), "(1,)");
    assert!(
        session
            .prepare(&edit(&python, "plain", EditKind::Body))
            .swaps
            .is_empty()
    );
}
