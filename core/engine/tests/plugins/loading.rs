//! What is found, opened and refused.

use super::*;

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
