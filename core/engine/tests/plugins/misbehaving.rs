//! Plugins that do what they should not.

use super::*;

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
