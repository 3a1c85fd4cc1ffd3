//! `[patch] statement-limit`: what is told of code that does not return, and when it returns after all.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime};

use jurigged_runtime::{LateEnd, Limit};

use super::log::Log;
use super::{Message, Worker, lock};
use crate::diagnostic::{Diagnostic, Place};
use crate::pipeline::report::ended_late;

/// How much longer a save may do nothing than its code may take: what is waited for is reported where it is.
const GRACE: Duration = Duration::from_secs(1);

impl Worker {
    /// The limit of one save.
    pub(super) fn limit(&self) -> Limit {
        let door = self.door.clone();
        Limit {
            time: self.settings.patch.statement_limit.value,
            ended: Arc::new(move |end| {
                // False when the session has ended before the code did.
                door.send(Message::Ended(end));
            }),
            waits: Arc::new(AtomicU64::new(0)),
        }
    }

    /// A statement that was left behind has ended, or code that was taken back has: of that nothing is left to tell.
    pub(super) fn ended(&mut self, end: &LateEnd) {
        if let Some(said) = self.left_behind.remove(&end.ticket) {
            let told = ended_late(&said, end);
            lock(&self.door.status).ended(&said, &told, SystemTime::now());
            self.log.diagnostic(&told);
        }
    }
}

/// Reports a save that hangs in code that no limit ends, such as a setter of a metaclass or a conformer, unless the answer
/// is dropped before. A thread a save: it costs less than a tenth of a millisecond, and no state that could get stuck.
pub(super) fn report_slow(log: Arc<Log>, limit: &Limit, file: PathBuf) -> Sender<()> {
    let (done, wait) = channel();
    let (time, waits) = (limit.time + GRACE, limit.waits.clone());
    let watch = move || {
        let mut before = waits.load(Ordering::Relaxed);
        while wait.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            let now = waits.load(Ordering::Relaxed);
            if now == before {
                return log.diagnostic(&hangs(time, file));
            }
            before = now;
        }
    };
    // Without a thread the save is applied all the same, only not watched.
    let _ = std::thread::Builder::new()
        .name("jurigged limit".to_owned())
        .spawn(watch);
    done
}

fn hangs(time: Duration, file: PathBuf) -> Diagnostic {
    let seconds = time.as_secs_f64();
    Diagnostic::warning(
        "statement-limit",
        format!("this save has not been applied after {seconds} s"),
    )
    .place(Place::file(file))
    .detail("code that it calls, such as that of a metaclass, has not returned; later saves wait for it")
    .help("interrupt the program if it never returns")
}
