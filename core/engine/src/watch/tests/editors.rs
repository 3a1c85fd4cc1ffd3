//! How programs save.

use std::collections::BTreeSet;
use std::io::Write;

use super::*;
use crate::pipeline::batch::{Batcher, NextBatch, next_batch};

fn followed(name: &str) -> (Site, PathBuf) {
    let site = Site::new();
    let path = site.file(name);
    site.follow(&path).ready();
    (site, path)
}

#[test]
fn a_write_in_place_is_complete_when_closed_and_not_before() {
    let (site, path) = followed("m.py");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(b"half").unwrap();
    site.expect(&path, Touched);
    assert!(site.events().iter().all(|(_, kind)| *kind == Touched));
    drop(file);
    site.expect(&path, Complete);
}

#[test]
fn a_rename_is_complete() {
    let (site, path) = followed("m.py");
    save_by_rename(&path, "after\n");
    site.expect(&path, Complete);
}

#[test]
fn moving_away_writing_anew_and_unlinking_ends_complete() {
    let (site, path) = followed("m.py");
    let backup = path.with_extension("py~");
    fs::rename(&path, &backup).unwrap();
    fs::write(&path, "after\n").unwrap();
    fs::remove_file(&backup).unwrap();
    let kinds: Vec<_> = (site.events().into_iter())
        .filter(|(seen, _)| *seen == path)
        .map(|(_, kind)| kind)
        .collect();
    assert_eq!(kinds.first(), Some(&Vanished));
    assert_eq!(kinds.last(), Some(&Complete));
}

#[test]
fn vim_saves() {
    for backupcopy in ["yes", "no"] {
        let (site, path) = followed("m.py");
        let set = format!("set backupcopy={backupcopy} writebackup");
        let arguments = [
            "-es",
            "-u",
            "NONE",
            "-c",
            &set,
            "-c",
            "%s/before/after/",
            "-c",
            "wq",
            "m.py",
        ];
        if run("vim", &arguments, &site.top) {
            site.expect(&path, Complete);
            assert_eq!(fs::read_to_string(&path).unwrap(), "after\n");
        }
    }
}

#[test]
fn sed_in_place_saves() {
    let (site, path) = followed("m.py");
    if run("sed", &["-i", "s/before/after/", "m.py"], &site.top) {
        site.expect(&path, Complete);
        assert_eq!(fs::read_to_string(&path).unwrap(), "after\n");
    }
}

#[test]
fn a_link_is_complete_although_nobody_closes_it() {
    let (site, path) = followed("m.py");
    let other = site.file("other.txt");
    site.ready();
    fs::remove_file(&path).unwrap();
    fs::hard_link(&other, &path).unwrap();
    site.expect(&path, Vanished);
    site.expect(&path, Complete);
}

#[test]
fn a_file_that_becomes_readable_is_reported() {
    let (site, path) = followed("m.py");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    site.expect(&path, FileEventKind::Attributes);
}

#[test]
fn a_checkout_of_200_files_misses_none_and_makes_few_batches() {
    let site = Site::new();
    let git = |arguments: &[&str]| {
        let with_name = ["-c", "user.name=n", "-c", "user.email=e@example.com"];
        run("git", &[&with_name, arguments].concat(), &site.top)
    };
    let files: BTreeSet<PathBuf> = (0..200).map(|n| site.path(&format!("p{}/m{n}.py", n % 10))).collect();
    let write_all = |text: &str| {
        for file in &files {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    };
    if !git(&["init", "-q"]) {
        return;
    }
    write_all("one\n");
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    git(&["checkout", "-qb", "two"]);
    write_all("two, of another length\n");
    git(&["commit", "-qam", "two"]);
    site.root("");
    files.iter().for_each(|file| {
        site.follow(file);
    });
    site.ready();

    git(&["checkout", "-q", "-"]);
    assert!(site.watcher.sync(LONG));
    let (send, events) = channel();
    for signal in site.signals.try_iter() {
        if let WatchSignal::File(event) = signal {
            send.send(event).unwrap();
        }
    }
    drop(send);
    let mut batcher = Batcher::new(&WatchSettings::default());
    let is_source = |path: &Path| path.extension().is_some_and(|extension| extension == "py");
    let mut batches = 0;
    let mut changed = BTreeSet::new();
    while let NextBatch::Batch(batch) = next_batch(&mut batcher, &events, None, &is_source) {
        batches += 1;
        assert!(
            batch.vanished.is_empty(),
            "git unlinks before it writes, and writes within the grace"
        );
        changed.extend(batch.paths);
    }
    assert_eq!(changed, files);
    assert!(batches <= 5, "{batches} batches");
    println!("200 files in {batches} batch(es)");
}

#[test]
fn fifty_quick_saves_end_with_the_last() {
    let (site, path) = followed("m.py");
    for save in 0..50 {
        fs::write(&path, format!("{save}\n")).unwrap();
    }
    let events = site.events();
    assert_eq!(events.last(), Some(&(path, Complete)));
}

/// Prints the latency; the bound is only there to notice a timer.
#[test]
fn events_come_at_once() {
    let (site, path) = followed("m.py");
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let renames = median(
        (0..200)
            .map(|round| {
                let new = path.with_extension("new");
                fs::write(&new, format!("{round}\n")).unwrap();
                let start = Instant::now();
                fs::rename(&new, &path).unwrap();
                site.expect(&path, Complete).at - start
            })
            .collect(),
    );
    let writes = median(
        (0..200)
            .map(|round| {
                let mut file = fs::File::create(&path).unwrap();
                writeln!(file, "{round}").unwrap();
                let start = Instant::now();
                drop(file);
                site.expect(&path, Complete).at - start
            })
            .collect(),
    );
    println!("median from rename() {renames:?}, from close() {writes:?} to the callback");
    assert!(renames < Duration::from_millis(4) && writes < Duration::from_millis(4));
}

/// Prints what a start costs its caller and its own threads, for a project of 50 folders with 10 followed files each.
#[test]
fn a_start_does_not_hold_up_the_caller() {
    let site = Site::new();
    let files: Vec<PathBuf> = (0..500)
        .map(|n| site.file(&format!("root/p{}/m{n}.py", n % 50)))
        .collect();
    let start = Instant::now();
    let watcher = Watcher::start(WatchSettings::default(), |_| {}).unwrap();
    watcher.add_root(site.path("root")).unwrap();
    for file in &files {
        watcher.follow(file).unwrap();
    }
    let caller = start.elapsed();
    assert!(watcher.sync(LONG));
    let armed = start.elapsed();
    println!("start: caller {caller:?}, everything armed after {armed:?}");
    // 500 allocations and sends take a fraction of this, even unoptimised.
    assert!(caller < Duration::from_millis(500));
}
