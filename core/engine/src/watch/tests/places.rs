//! Where files are, and which way the program came to them.

use std::os::unix::fs::symlink;

use super::*;

#[test]
fn a_file_outside_the_roots_is_watched_once_followed() {
    let site = Site::new();
    let (inside, outside) = (site.file("root/a.py"), site.file("else/b.py"));
    site.root("root").follow(&outside).ready();
    fs::write(&outside, "after\n").unwrap();
    site.expect(&outside, Complete);
    save_by_rename(&inside, "after\n");
    site.expect(&inside, Complete);
}

#[test]
fn a_symlinked_file_is_reported_under_its_own_name_only() {
    let site = Site::new();
    let target = site.file("real/target.py");
    let link = site.path("app/link.py");
    fs::create_dir(site.path("app")).unwrap();
    symlink(&target, &link).unwrap();
    site.follow(&link).ready();
    save_by_rename(&target, "after\n");
    site.expect(&link, Complete);
    fs::write(&link, "again\n").unwrap();
    site.expect(&link, Complete);
    assert!(site.events().iter().all(|(path, _)| *path != target));
}

#[test]
fn a_file_below_a_symlinked_folder_is_reported_under_the_path_given() {
    let site = Site::new();
    let real = site.file("real/pkg/m.py");
    symlink("real", site.path("link")).unwrap();
    let known = site.path("link/pkg/m.py");
    site.root("link").follow(&known).ready();
    fs::write(&real, "after\n").unwrap();
    site.expect(&known, Complete);
    let new = site.file("real/pkg/new.py");
    site.expect(site.path("link/pkg/new.py"), Complete);
    assert!(site.events().iter().all(|(path, _)| *path != new));
}

#[test]
fn one_file_under_two_names_is_reported_under_both() {
    let site = Site::new();
    let real = site.file("real/m.py");
    symlink("real", site.path("link")).unwrap();
    let linked = site.path("link/m.py");
    site.follow(&real).follow(&linked).ready();
    fs::write(&real, "after\n").unwrap();
    site.expect(&real, Complete);
    site.expect(&linked, Complete);
}

#[test]
fn a_re_pointed_file_symlink_is_followed() {
    let site = Site::new();
    let (one, two) = (site.file("one.txt"), site.file("below/two.txt"));
    let link = site.path("app/m.py");
    fs::create_dir(site.path("app")).unwrap();
    symlink(&one, &link).unwrap();
    site.follow(&link).ready();
    symlink(&two, site.path("app/tmp")).unwrap();
    fs::rename(site.path("app/tmp"), &link).unwrap();
    site.expect(&link, Complete);
    site.ready();
    fs::write(&two, "after\n").unwrap();
    site.expect(&link, Complete);
    site.ready();
    fs::write(&one, "nobody cares\n").unwrap();
    assert_eq!(site.events(), []);
}

#[test]
fn a_re_pointed_folder_symlink_is_followed() {
    let site = Site::new();
    site.file("releases/1/pkg/m.py");
    let second = site.file("releases/2/pkg/m.py");
    symlink("releases/1", site.path("current")).unwrap();
    let known = site.path("current/pkg/m.py");
    site.root("current").follow(&known).ready();
    symlink("releases/2", site.path("next")).unwrap();
    fs::rename(site.path("next"), site.path("current")).unwrap();
    site.expect(&known, Complete);
    site.ready();
    save_by_rename(&second, "after\n");
    site.expect(&known, Complete);
}

#[test]
fn a_plain_file_that_becomes_a_symlink_is_followed_to_its_target() {
    let site = Site::new();
    let (path, target) = (site.file("app/m.py"), site.file("real/target.py"));
    site.follow(&path).ready();
    fs::remove_file(&path).unwrap();
    symlink(&target, &path).unwrap();
    site.expect(&path, Complete);
    site.ready();
    fs::write(&target, "after\n").unwrap();
    site.expect(&path, Complete);
}

#[test]
fn a_file_in_folders_made_later_is_reported() {
    let site = Site::new();
    site.file("root/a.py");
    site.root("root").ready();
    let new = site.file("root/x/y/z/new.py");
    site.expect(&new, Complete);
    site.ready();
    fs::write(&new, "after\n").unwrap();
    site.expect(&new, Complete);
}

#[test]
fn a_folder_that_is_moved_in_is_reported() {
    let site = Site::new();
    site.file("root/a.py");
    site.file("staging/pkg/sub/m.py");
    site.root("root").ready();
    fs::rename(site.path("staging/pkg"), site.path("root/pkg")).unwrap();
    let moved = site.path("root/pkg/sub/m.py");
    site.expect(&moved, Complete);
    site.ready();
    fs::write(&moved, "after\n").unwrap();
    site.expect(&moved, Complete);
}

#[test]
fn folders_that_cannot_matter_are_not_watched() {
    let site = Site::new();
    site.file("root/a.py");
    let followed = site.file("root/.hidden/followed.py");
    site.root("root").follow(&followed).ready();
    for ignored in ["root/__pycache__/a.pyc", "root/.git/index", "root/node_modules/x/y.js"] {
        let ignored = site.file(ignored);
        site.ready();
        fs::write(ignored, "after\n").unwrap();
        assert_eq!(site.events(), []);
    }
    fs::write(&followed, "after\n").unwrap();
    site.expect(&followed, Complete);
}

#[test]
fn a_folder_that_vanishes_and_returns_is_watched_again() {
    for with_root in [false, true] {
        let site = Site::new();
        let path = site.file("deep/er/pkg/m.py");
        if with_root {
            site.root("deep/er");
        }
        site.follow(&path).ready();
        for _ in 0..3 {
            fs::remove_dir_all(site.path("deep")).unwrap();
            site.expect(&path, Vanished);
            site.file("deep/er/pkg/m.py");
            site.expect(&path, Complete);
            site.ready();
            save_by_rename(&path, "after\n");
            site.expect(&path, Complete);
        }
    }
}

#[test]
fn a_folder_that_is_replaced_at_once_is_watched_again() {
    let site = Site::new();
    let path = site.file("pkg/m.py");
    site.file("new/m.py");
    site.root("pkg").follow(&path).ready();
    fs::rename(site.path("pkg"), site.path("old")).unwrap();
    fs::rename(site.path("new"), site.path("pkg")).unwrap();
    site.expect(&path, Complete);
    site.ready();
    fs::write(site.path("old/m.py"), "nobody cares\n").unwrap();
    assert_eq!(site.events(), []);
    fs::write(&path, "after\n").unwrap();
    site.expect(&path, Complete);
}

#[test]
fn a_folder_that_is_renamed_takes_its_files_along() {
    let site = Site::new();
    let path = site.file("root/pkg/sub/m.py");
    site.root("root").follow(&path).ready();
    fs::rename(site.path("root/pkg"), site.path("root/other")).unwrap();
    site.expect(&path, Vanished);
    site.ready();
    let moved = site.path("root/other/sub/m.py");
    fs::write(&moved, "after\n").unwrap();
    site.expect(&moved, Complete);
    fs::rename(site.path("root/other"), site.path("root/pkg")).unwrap();
    site.expect(&path, Complete);
    site.ready();
    fs::write(&path, "after\n").unwrap();
    site.expect(&path, Complete);
}

#[test]
fn a_root_may_come_later_and_go() {
    let site = Site::new();
    site.root("not/yet").ready();
    let path = site.file("not/yet/m.py");
    site.expect(&path, Complete);
    site.watcher.remove_root(site.path("not/yet")).unwrap();
    site.ready();
    fs::write(&path, "nobody cares\n").unwrap();
    assert_eq!(site.events(), []);
}

#[test]
fn a_relative_path_is_reported_as_it_was_given() {
    let site = Site::new();
    let path = site.file("m.py");
    let here = std::env::current_dir().unwrap().canonicalize().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let known = up.join(path.strip_prefix("/").unwrap());
    site.follow(&known).ready();
    fs::write(&path, "after\n").unwrap();
    site.expect(&known, Complete);
}

#[test]
fn a_save_before_the_folder_is_armed_is_not_missed() {
    let site = Site::new();
    let path = site.file("m.py");
    site.follow(&path);
    fs::write(&path, "after\n").unwrap();
    site.expect(&path, Complete);
}

#[test]
fn a_file_that_goes_before_its_folder_is_armed_is_not_missed() {
    let site = Site::new();
    let path = site.file("pkg/m.py");
    fs::remove_file(&path).unwrap();
    site.follow(&path);
    site.expect(&path, Vanished);
}

#[test]
fn an_unfollowed_file_is_silent_once_settings_changed() {
    let site = Site::new();
    let (kept, dropped) = (site.file("a/kept.py"), site.file("b/dropped.py"));
    site.follow(&kept).follow(&dropped);
    site.watcher.unfollow(&dropped);
    site.root("a").ready();
    fs::write(&dropped, "after\n").unwrap();
    fs::write(&kept, "after\n").unwrap();
    site.expect(&kept, Complete);
    assert!(site.events().iter().all(|(path, _)| *path == kept));
}
