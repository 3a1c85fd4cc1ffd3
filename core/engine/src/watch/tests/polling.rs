//! The same without events.

use super::*;

fn polling() -> Site {
    Site::with(WatchSettings {
        poll: Some(Duration::from_millis(10)),
        grace: Duration::from_millis(50),
        ..WatchSettings::default()
    })
}

#[test]
fn changes_are_found() {
    let site = polling();
    let path = site.file("pkg/m.py");
    site.root("").follow(&path).ready();
    fs::write(&path, "after\n").unwrap();
    site.expect(&path, Complete);
    save_by_rename(&path, "again\n");
    site.expect(&path, Complete);
    fs::remove_file(&path).unwrap();
    site.expect(&path, Vanished);
    save_by_rename(&path, "returned\n");
    site.expect(&path, Complete);
    fs::write(&path, "").unwrap();
    site.expect(&path, Complete);
}

#[test]
fn new_files_and_folders_are_found() {
    let site = polling();
    site.file("root/a.py");
    site.root("root").ready();
    let new = site.file("root/b.py");
    site.expect(&new, Complete);
    let deeper = site.file("root/x/y/c.py");
    site.expect(&deeper, Complete);
}

#[test]
fn a_folder_that_vanishes_and_returns_is_found() {
    let site = polling();
    let path = site.file("deep/pkg/m.py");
    site.root("deep").follow(&path).ready();
    fs::remove_dir_all(site.path("deep")).unwrap();
    site.expect(&path, Vanished);
    site.file("deep/pkg/m.py");
    site.expect(&path, Complete);
}

#[test]
fn a_re_pointed_symlink_is_found() {
    let site = polling();
    site.file("one/m.py");
    let second = site.file("two/m.py");
    std::os::unix::fs::symlink("one", site.path("current")).unwrap();
    let known = site.path("current/m.py");
    site.follow(&known).ready();
    fs::remove_file(site.path("current")).unwrap();
    std::os::unix::fs::symlink("two", site.path("current")).unwrap();
    site.expect(&known, Complete);
    site.ready();
    fs::write(&second, "after\n").unwrap();
    site.expect(&known, Complete);
}

#[test]
fn a_choice_needs_no_notice_and_can_be_changed() {
    let site = polling();
    let path = site.file("m.py");
    site.follow(&path);
    assert!(site.watcher.sync(LONG));
    for settings in [
        WatchSettings::default(),
        WatchSettings {
            poll: Some(Duration::from_millis(10)),
            ..WatchSettings::default()
        },
    ] {
        site.watcher.replace_settings(settings);
        fs::write(&path, "after\n").unwrap();
        site.expect(&path, Complete);
        site.ready();
        save_by_rename(&path, "again\n");
        site.expect(&path, Complete);
    }
    assert!(
        site.signals
            .try_iter()
            .all(|signal| !matches!(signal, WatchSignal::Notice(_)))
    );
}
