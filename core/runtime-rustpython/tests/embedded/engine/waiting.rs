//! Commits while other threads wait, fork or wait for the engine.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use jurigged_runtime::{Runtime, Swap};

use super::{global, namespace, set, wait_for, with};

pub fn blocked(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    for number in 0.. {
        let name = format!("block_{number}");
        if with(runtime, |python| python.entry(namespace(python), "last").is_some()) {
            break;
        }
        wait_for(runtime, &name);
        std::thread::sleep(Duration::from_millis(50));
        let started = Instant::now();
        set(runtime, &format!("swap_{number}"));
        let what = with(runtime, |python| python.text(global(python, &name)));
        eprintln!(
            "committed during {} in {:?}",
            what.unwrap_or_default(),
            started.elapsed()
        );
        wait_for(runtime, &format!("end_{number}"));
    }
    set(runtime, "done");
}

pub fn fork(runtime: &dyn Runtime) {
    wait_for(runtime, "ready");
    let mut turns = 0;
    while with(runtime, |python| python.entry(namespace(python), "forked").is_none()) {
        with(runtime, |python| {
            let dict = namespace(python);
            let expected = python.entry(dict, "number");
            let new = Some(python.new_integer(turns));
            python
                .commit(
                    &[Swap::Entry {
                        dict,
                        name: "number".to_owned(),
                        expected,
                        new,
                    }],
                    None,
                )
                .expect("ours alone");
        });
        turns += 1;
    }
    assert!(turns > 10, "only {turns} commits while the program forked");
    set(runtime, "done");
}

/// The two ends meet when the program waits for the engine, and when the engine is done.
static MEETING: Barrier = Barrier::new(2);

/// The program's side: it waits while the engine commits, and attaches inside the wait.
pub fn meet_detached(runtime: &dyn Runtime) {
    MEETING.wait();
    with(runtime, |python| {
        assert_eq!(python.integer(python.new_integer(5)), Some(5))
    });
    MEETING.wait();
}

pub fn detached(runtime: &dyn Runtime) {
    MEETING.wait();
    for number in 0..100 {
        set(runtime, &format!("name_{number}"));
    }
    MEETING.wait();
    wait_for(runtime, "ready");
    set(runtime, "done");
}
