//! What happens when the system gives no more, and at the ends of a watcher's life.

use std::sync::{Arc, Mutex};

use super::super::{PollReason, worker::Control};
use super::*;

#[test]
fn dropping_ends_its_threads_at_once() {
    let site = Site::new();
    for n in 0..50 {
        site.file(&format!("root/p{n}/m.py"));
    }
    for _ in 0..20 {
        let (send, signals) = channel();
        let watcher = Watcher::start(WatchSettings::default(), move |signal| {
            let _ = send.send(signal);
        })
        .unwrap();
        watcher.add_root(site.path("root")).unwrap();
        drop(watcher);
        // The sink goes with the last of the threads.
        while signals.recv_timeout(LONG).is_ok() {}
        assert_eq!(
            signals.recv_timeout(LONG),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
        );
    }
}

#[test]
fn dropping_from_within_the_sink_does_not_hang() {
    let site = Site::new();
    let path = site.file("m.py");
    let slot: Arc<Mutex<Option<Watcher>>> = Arc::default();
    let (inner, (done, wait)) = (Arc::clone(&slot), channel());
    let watcher = Watcher::start(WatchSettings::default(), move |_| {
        let watcher = inner.lock().unwrap().take();
        if watcher.is_some() {
            drop(watcher);
            let _ = done.send(());
        }
    })
    .unwrap();
    let mut filled = slot.lock().unwrap();
    watcher.follow(&path).unwrap();
    *filled = Some(watcher);
    drop(filled);
    fs::write(&path, "after\n").unwrap();
    wait.recv_timeout(LONG).expect("the sink dropped its watcher");
}

#[test]
fn after_an_overflow_files_are_compared() {
    let keep = tempfile::tempdir().unwrap();
    let top = keep.path().canonicalize().unwrap();
    let (path, noise) = (top.join("m.py"), [top.join("a"), top.join("b")]);
    fs::write(&path, "before\n").unwrap();
    // While the gate is closed the event thread is stuck in the sink, and the queue fills up.
    let gate = Arc::new(Mutex::new(()));
    let (send, signals) = channel();
    let for_sink = Arc::clone(&gate);
    let watcher = Watcher::start(WatchSettings::default(), move |signal| {
        drop(for_sink.lock());
        let _ = send.send(signal);
    })
    .unwrap();
    watcher.follow(&path).unwrap();
    assert!(watcher.sync(LONG));
    let closed = gate.lock().unwrap();
    let limit: usize = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events")
        .ok()
        .and_then(|limit| limit.trim().parse().ok())
        .unwrap_or(16_384);
    // Each makes two events.
    fs::write(&noise[0], "noise").unwrap();
    for round in 0..limit / 2 + 100 {
        fs::rename(&noise[round % 2], &noise[(round + 1) % 2]).unwrap();
    }
    save_by_rename(&path, "after\n");
    while signals.try_recv().is_ok() {}
    drop(closed);
    let is_ours = |signal: &WatchSignal| matches!(signal, WatchSignal::File(event) if event.path == path && event.kind == Complete);
    assert!(
        std::iter::from_fn(|| signals.recv_timeout(LONG).ok()).any(|signal| is_ours(&signal)),
        "the save in the gap was missed"
    );
}

#[test]
fn events_lost_arms_again_what_was_replaced_meanwhile() {
    let site = Site::new();
    let path = site.file("root/pkg/m.py");
    site.root("root").follow(&path).ready();
    site.watcher.send(Control::EventsLost);
    site.ready();
    fs::write(&path, "after\n").unwrap();
    site.expect(&path, Complete);
}

/// Runs one ignored test of this module alone, in a user namespace with its own inotify limit; false where the system
/// does not allow that.
fn alone_with(limit: &str, value: usize, test: &str) -> bool {
    let script = format!("echo {value} > /proc/sys/user/{limit} && exec \"$0\" --exact --ignored --nocapture \"$1\"");
    let program = std::env::current_exe().unwrap();
    let name = format!("watch::tests::limits::{test}");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", &script])
        .arg(program)
        .arg(name)
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(text.contains("1 passed"), "{text}");
            true
        }
        Ok(output) if String::from_utf8_lossy(&output.stdout).contains("running 1 test") => {
            panic!("{output:?}");
        }
        other => {
            println!("NOT TESTED: no user namespaces here ({other:?})");
            false
        }
    }
}

#[test]
fn used_up_watches_are_polled_with_one_notice() {
    alone_with("max_inotify_watches", 2, "with_two_watches");
}

#[test]
fn used_up_instances_are_polled_with_one_notice() {
    alone_with("max_inotify_instances", 0, "with_no_instances");
}

#[test]
#[ignore = "needs a limit of its own; run by used_up_watches_are_polled_with_one_notice"]
fn with_two_watches() {
    assert_polled(
        &PollReason::WatchesUsedUp,
        "inotify watches are used up; raise the sysctl `fs.inotify.max_user_watches`",
    );
}

#[test]
#[ignore = "needs a limit of its own; run by used_up_instances_are_polled_with_one_notice"]
fn with_no_instances() {
    assert_polled(
        &PollReason::InstancesUsedUp,
        "inotify instances are used up; raise the sysctl `fs.inotify.max_user_instances`",
    );
}

fn assert_polled(reason: &PollReason, text: &str) {
    let site = Site::new();
    let files: Vec<PathBuf> = (0..5).map(|n| site.file(&format!("p{n}/m.py"))).collect();
    files.iter().for_each(|file| {
        site.follow(file);
    });
    let notice = site.expect_notice();
    assert_eq!(&notice.reason, reason);
    assert!(notice.to_string().ends_with(text), "{notice}");
    site.ready();
    for file in &files {
        fs::write(file, "after\n").unwrap();
        site.expect(file, Complete);
    }
    assert!(
        site.signals
            .try_iter()
            .all(|signal| !matches!(signal, WatchSignal::Notice(_)))
    );
}

#[test]
fn a_forked_child_steals_no_events() {
    // Alone in its process: between fork and exit the child must not need a lock that another test's thread held.
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--ignored",
            "--nocapture",
            "watch::tests::limits::parent_and_child",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{output:?}"
    );
}

#[test]
#[ignore = "forks; run by a_forked_child_steals_no_events"]
fn parent_and_child() {
    let site = Site::new();
    let path = site.file("m.py");
    site.follow(&path).ready();
    let ready = site.path("ready");
    // SAFETY: the child uses only what it makes itself, and leaves by `_exit`.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork failed");
    if child == 0 {
        let Site { watcher, _keep, .. } = site;
        std::mem::forget(_keep);
        watcher.forget_after_fork();
        let (send, signals) = channel();
        let own = Watcher::start(WatchSettings::default(), move |signal| {
            let _ = send.send(signal);
        });
        let seen = own.is_ok_and(|own| {
            let followed = own.follow(&path).is_ok() && own.sync(LONG) && fs::write(&ready, "").is_ok();
            while signals.try_recv().is_ok() {}
            followed
                && std::iter::from_fn(|| signals.recv_timeout(LONG).ok()).any(
                    |signal| matches!(signal, WatchSignal::File(event) if event.path == path && event.kind == Complete),
                )
        });
        // SAFETY: ends the child without running the test harness's exit handlers.
        unsafe { libc::_exit(i32::from(!seen)) };
    }
    site.expect(&ready, Complete);
    for _ in 0..20 {
        save_by_rename(&path, "after\n");
        site.expect(&path, Complete);
    }
    let mut status = 0;
    // SAFETY: waits for the child that this test made, with a place for its status.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(status, 0, "the child's own watcher saw nothing");
}
