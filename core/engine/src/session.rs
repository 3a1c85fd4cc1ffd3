//! The owner of all state: receives saves and loaded modules, runs the pipeline, keeps what runs.
//!
//! One thread owns [`Program`]; everything else sends it messages. The importing threads of the program only push what
//! they loaded into a queue: they hold the interpreter, and a lock that the pipeline holds while it waits for the
//! interpreter would be a deadlock.

mod ask;
mod baseline;
mod configure;
mod history;
mod imports;
mod intake;
mod limit;
mod listeners;
mod log;
mod module;
mod plugin_table;
mod program;
mod refresh;
mod relocate;
mod reported;
mod restart;
mod rules;
mod stage;
mod status;
mod stuck;
mod watched;

pub use baseline::next_baseline;
pub use log::Log;
pub use module::Module;
pub use plugin_table::{plugin_problem, plugin_settings};
pub use program::{Others, Program};
pub use restart::Relaunch;
pub use stage::Stage;
pub use status::{State, Status, StatusEntry};

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::{Duration, Instant, SystemTime};

use jurigged_runtime::{LateEnd, LoadSink, LoadedModule, Loan, Pin, Runtime, user_code_threads};

use crate::config::{LogLevel, Settings, SyncMode};
use crate::diagnostic::Diagnostic;
use crate::pipeline::batch::{Batcher, ChangeBatch};
use crate::pipeline::patch::Fault;
use crate::pipeline::report::Report;
use crate::pipeline::{Tools, reload, reload_part};
use crate::plugins::Plugins;
use crate::watch::{WatchSignal, Watcher};
use history::{Before, History};
use listeners::Listeners;
use plugin_table::plugins_of;
use reported::Reported;
use rustc_hash::FxHashMap;
use stage::Place;
use watched::Watched;

/// How long the program's end waits for a reload that is under way.
const STOP_WITHIN: Duration = Duration::from_millis(500);

/// What a session is started with.
pub struct SessionSettings {
    /// The configuration.
    pub settings: Settings,
    /// Where bundled plugins are, in the order of the search.
    pub plugin_folders: Vec<PathBuf>,
    /// Are the files of the configuration watched? Else only what [`Host::watch`](jurigged_runtime::host::Host) names.
    pub watches: bool,
    /// Show the plan of every save, apply nothing.
    pub dry_run: bool,
    /// How the process was started, for files whose rule is `restart`.
    pub relaunch: Relaunch,
    /// Makes the first save fail at its first step, the next one at its second, and so on; for tests of undo.
    pub inject_faults: bool,
}

enum Message {
    Signal(WatchSignal),
    Loaded,
    /// Code that was left behind has ended.
    Ended(LateEnd),
    /// The program asks.
    Ask(ask::Asked),
    /// Other files are watched.
    Rewatched,
    Stop(Sender<()>),
}

/// Shared with the importing threads.
struct Door {
    watched: RwLock<Arc<Watched>>,
    incoming: Mutex<Vec<LoadedModule>>,
    inbox: Mutex<Sender<Message>>,
    stopped: AtomicBool,
    status: Mutex<Status>,
    listeners: Listeners,
    /// The session's thread.
    thread: Mutex<Option<std::thread::ThreadId>>,
    /// Known from the start of the session on.
    runtime: OnceLock<Arc<dyn Runtime>>,
    /// `[sync] mode`.
    mode: Mutex<SyncMode>,
    /// Work that the main thread is to do.
    for_main: Mutex<VecDeque<Loan>>,
    /// The event loops that ran last.
    loops: Mutex<Vec<Pin>>,
}

/// Handle to a running session. Dropping it leaves the session running; call [`stop`](Self::stop).
pub struct Session {
    door: Arc<Door>,
    /// Filled by [`start`](Self::start). Locked while a message is handled, never while waiting for one, so that the child
    /// of a fork finds it unlocked.
    worker: Arc<Mutex<Option<Worker>>>,
    log: Arc<Log>,
    start: Mutex<Option<(Receiver<Message>, SessionSettings)>>,
}

impl Session {
    /// A session that takes in loaded modules at once and reloads from [`start`](Self::start) on.
    ///
    /// # Errors
    /// When the log file cannot be opened.
    pub fn new(settings: SessionSettings) -> std::io::Result<Arc<Self>> {
        let (sender, receiver) = channel();
        let log = Arc::new(Log::of(&settings.settings)?);
        Ok(Arc::new(Self {
            door: Arc::new(Door {
                watched: RwLock::new(Arc::new(Watched::by(&settings))),
                incoming: Mutex::default(),
                inbox: Mutex::new(sender),
                stopped: AtomicBool::new(false),
                status: Mutex::default(),
                listeners: Listeners::default(),
                thread: Mutex::default(),
                runtime: OnceLock::new(),
                mode: Mutex::new(settings.settings.sync.mode.value),
                for_main: Mutex::default(),
                loops: Mutex::default(),
            }),
            log,
            worker: Arc::default(),
            start: Mutex::new(Some((receiver, settings))),
        }))
    }

    /// Where reports go.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Starts the session's thread and its watcher. A second call does nothing.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(&self, runtime: Arc<dyn Runtime>) -> std::io::Result<()> {
        let Some((receiver, settings)) = self.start.lock().ok().and_then(|mut slot| slot.take()) else {
            return Ok(());
        };
        // The first one stays: a session is started once.
        let _ = self.door.runtime.set(runtime.clone());
        let worker = Worker::new(self.door.clone(), self.log.clone(), settings, runtime);
        *lock(&self.worker) = Some(worker);
        // Here, where the program cannot fork.
        crate::watch::prepare_for_forks();
        self.spawn(receiver)
    }

    /// Starts the thread. The watcher is started there: the program need not wait for it.
    fn spawn(&self, receiver: Receiver<Message>) -> std::io::Result<()> {
        let (door, worker) = (self.door.clone(), self.worker.clone());
        std::thread::Builder::new()
            .name("jurigged".to_owned())
            // The parser and the matchers recurse along the nesting of the file.
            .stack_size(16 << 20)
            .spawn(move || run(&door, &worker, &receiver))
            .map(drop)
    }

    /// How many threads the session and its watcher have.
    pub fn threads(&self) -> usize {
        /// The session's, and two of the watcher.
        const THREADS: usize = 3;
        if self.door.stopped.load(Ordering::Acquire) {
            0
        } else {
            THREADS + user_code_threads()
        }
    }

    /// Waits, for half a second at most, until the session's thread is between two messages.
    pub fn wait_until_idle(&self) {
        let start = Instant::now();
        let is_main = self.is_main_thread();
        while self.worker.try_lock().is_err() && start.elapsed() < STOP_WITHIN {
            if is_main {
                // What the session does may be to wait for this very thread.
                self.door.serve_main();
            }
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    /// In the child of a fork: the session's threads are gone, and its watcher's event queue belongs to the parent. Starts
    /// both anew. A fork in the middle of a reload leaves a child that is not reloaded; the report says so.
    pub fn restart_in_child(&self) {
        if self.door.stopped.load(Ordering::Acquire) {
            return;
        }
        let (sender, receiver) = channel();
        let is_restarted = self.log.is_free()
            && self.door.incoming.try_lock().is_ok()
            && self.door.inbox.try_lock().map(|mut inbox| *inbox = sender).is_ok()
            && self.worker.try_lock().is_ok_and(|mut slot| {
                slot.as_mut().is_some_and(|worker| {
                    worker.after_fork();
                    true
                })
            })
            && self.spawn(receiver).is_ok();
        // What was loaded shortly before the fork may wait in the parent's inbox.
        self.door.send(Message::Loaded);
        if !is_restarted {
            self.door.stopped.store(true, Ordering::Release);
            if self.log.is_free() {
                self.log.diagnostic(
                    &Diagnostic::warning("fork", "this child process is not reloaded")
                        .detail("it was forked in the middle of a reload")
                        .help("start it again"),
                );
            }
        }
    }

    /// Ends the session, within half a second even if a reload is under way: the interpreter shuts down.
    pub fn stop(&self) {
        if self.door.stopped.swap(true, Ordering::AcqRel) {
            return;
        }
        let (done, wait) = channel();
        let sent = self.door.send(Message::Stop(done));
        if sent {
            let _ = wait.recv_timeout(STOP_WITHIN);
        }
    }
}

impl Door {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    fn send(&self, message: Message) -> bool {
        self.inbox.lock().is_ok_and(|inbox| inbox.send(message).is_ok())
    }
}

impl LoadSink for Door {
    fn wants(&self, file: &Path) -> bool {
        !self.is_stopped() && self.watched().wants(file)
    }

    fn loaded(&self, module: LoadedModule) {
        if let Ok(mut incoming) = self.incoming.lock() {
            incoming.push(module);
        }
        self.send(Message::Loaded);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The session's thread: waits for messages and for what is due.
fn run(door: &Arc<Door>, worker: &Mutex<Option<Worker>>, inbox: &Receiver<Message>) {
    *lock(&door.thread) = Some(std::thread::current().id());
    if let Some(worker) = lock(worker).as_mut() {
        worker.start_watching();
    }
    loop {
        let due = lock(worker).as_ref().and_then(Worker::due);
        let message = match due {
            Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let mut next = match message {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let mut guard = lock(worker);
        let Some(worker) = guard.as_mut() else { return };
        while let Some(message) = next {
            match message {
                Message::Stop(done) => {
                    drop(worker.watcher.take());
                    // Whoever stopped the session may have given up waiting.
                    let _ = done.send(());
                    return;
                }
                Message::Ask(asked) => worker.answer(asked, inbox),
                message => worker.receive(message),
            }
            next = worker.later.pop_front().or_else(|| inbox.try_recv().ok());
        }
        while !door.is_stopped()
            && !worker.is_waiting_for_refresh()
            && let Some(batch) = worker.batcher.take(Instant::now())
        {
            worker.take_in();
            worker.place = worker.place(None);
            worker.reload(batch);
        }
    }
}

/// The state of the session, and what is done with it.
struct Worker {
    door: Arc<Door>,
    runtime: Arc<dyn Runtime>,
    program: Program,
    batcher: Batcher,
    watcher: Option<Watcher>,
    log: Arc<Log>,
    settings: Settings,
    plugins: Plugins,
    plugin_folders: Vec<PathBuf>,
    dry_run: bool,
    relaunch: Relaunch,
    /// The step at which the next save fails; `None` when faults are not injected.
    fault: Option<usize>,
    /// Since when saves wait for the end of an import.
    import_wait: Option<imports::ImportWait>,
    /// Files of which a save was looked at and put off: the next report answers for them.
    unanswered: std::collections::BTreeSet<PathBuf>,
    reported: Reported,
    /// Statements that were left behind and go on, by their number, with what was said of them.
    left_behind: std::collections::HashMap<u64, Diagnostic>,
    /// Messages that came while a question was answered that waits for files only.
    later: VecDeque<Message>,
    history: History,
    /// Can the batch that is being applied be taken back?
    keeps_history: bool,
    /// What was applied since the last refresh, which tells of it; and is the present batch part of that?
    untold: Report,
    keeps_report: bool,
    /// Saves wait for a refresh.
    is_passive: bool,
    /// Where the present batch is applied.
    place: Place,
    looks: FxHashMap<PathBuf, refresh::Look>,
    config_hash: Option<u64>,
}

impl Worker {
    fn new(door: Arc<Door>, log: Arc<Log>, start: SessionSettings, runtime: Arc<dyn Runtime>) -> Self {
        let (plugins, problems) = plugins_of(&start.settings, &start.plugin_folders);
        for problem in problems {
            log.diagnostic(&problem);
        }
        Self {
            batcher: Batcher::new(&door.watched().settings(&start.settings)),
            door,
            runtime,
            program: Program::default(),
            watcher: None,
            log,
            settings: start.settings,
            plugins,
            plugin_folders: start.plugin_folders,
            dry_run: start.dry_run,
            relaunch: start.relaunch,
            fault: start.inject_faults.then_some(0),
            import_wait: None,
            unanswered: Default::default(),
            reported: Default::default(),
            left_behind: Default::default(),
            later: VecDeque::new(),
            history: History::default(),
            keeps_history: true,
            untold: Report::default(),
            keeps_report: true,
            is_passive: false,
            place: Place::default(),
            looks: FxHashMap::default(),
            config_hash: None,
        }
    }

    fn start_watching(&mut self) {
        let door = self.door.clone();
        let sink = move |signal| {
            // False when the session ended before its watcher did.
            door.send(Message::Signal(signal));
        };
        match Watcher::start(self.watch_settings(), sink) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => self.log.diagnostic(
                &Diagnostic::error("watch", "nothing is watched")
                    .detail(error.to_string())
                    .help("restart the program when the system has threads to give"),
            ),
        }
        self.watch_roots();
        if let Some(watcher) = &self.watcher {
            // A text without a file is none that has gone.
            let files = self.program.files();
            for file in files.filter(|file| !self.program.is_virtual(file) || file.is_file()) {
                let _ = watcher.follow(file);
            }
        }
        self.notice_earlier_saves();
    }

    fn after_fork(&mut self) {
        if let Some(watcher) = self.watcher.take() {
            watcher.forget_after_fork();
        }
        self.batcher = Batcher::new(&self.watch_settings());
        // Whoever asked is in the parent.
        self.later.clear();
        if let Ok(mut lent) = self.door.for_main.try_lock() {
            lent.clear();
        }
    }

    /// When something is to be done that no message asks for.
    fn due(&self) -> Option<Instant> {
        self.batcher.due().filter(|_| !self.is_waiting_for_refresh())
    }

    fn receive(&mut self, message: Message) {
        match message {
            // Neighbours of a save (temporary names, swap files) would make it look like a burst, which waits.
            Message::Signal(WatchSignal::File(event)) => {
                if self.is_relevant(&event.path) {
                    self.batcher.push(event);
                }
            }
            Message::Signal(WatchSignal::Notice(notice)) => {
                self.log.diagnostic(&Diagnostic::notice("polling", notice.to_string()));
            }
            Message::Loaded => self.take_in(),
            Message::Ended(end) => self.ended(&end),
            Message::Rewatched => self.rewatched(),
            Message::Ask(_) | Message::Stop(_) => {}
        }
    }

    /// Applies a batch, and says what became of it.
    fn reload(&mut self, mut batch: ChangeBatch) -> Report {
        if let Some(config) = self.settings.file().map(Path::to_owned)
            && batch.paths.contains(&config)
        {
            self.configure(&config);
        }
        for path in &batch.missing {
            // A save of this batch may import what stands beside the new file.
            batch.paths.extend(self.relocated(path));
        }
        for path in std::mem::take(&mut batch.vanished) {
            // Two threads tell of events: that a file is gone may have been told after that it is back.
            if path.is_file() {
                batch.paths.push(path);
            } else {
                let moved = self.vanished(&path);
                batch.paths.extend(moved);
            }
        }
        batch.paths.retain(|path| self.program.knows(path));
        if batch.given.is_empty() {
            // One that was saved may be gone by now.
            batch.paths.retain(|path| !self.is_gone(path));
        }
        for path in &batch.paths {
            lock(&self.door.status).orphan(path, None, SystemTime::now());
        }
        if batch.given.is_empty() {
            self.leave_out_ignored(&mut batch);
            if let Some(file) = self.asks_for_restart(&batch) {
                self.restart(&file);
            }
        }
        if batch.paths.is_empty() {
            return Report::default();
        }
        self.tell_before(&batch);
        let saved = batch.clone();
        self.add_pending(&mut batch);
        batch.paths.sort();
        for name in self.plugins.reload_changed() {
            self.log.configured(&[format!("plugin {name}")]);
        }
        let limit = self.limit();
        let stage = self.stage(batch.paths.first().cloned());
        let mut tools = Tools {
            runtime: self.runtime.clone(),
            stage: &stage,
            limit: &limit,
            await_imports: saved.given.is_empty() && imports::is_worth_waiting(self.import_wait.as_ref(), limit.time),
            plugins: &mut self.plugins,
            dry_run: self.dry_run,
            rules: &self.settings.patch.rules,
            planning: refresh::planning(&self.settings),
            report_running: self.log.shows(LogLevel::Info),
            loaded: &|| program::texts_of(&lock(&self.door.incoming)),
            fault: Fault(self.fault),
        };
        let is_slow_here = stage.is_own_thread();
        let done = is_slow_here.then(|| limit::report_slow(self.log.clone(), &limit, batch.paths[0].clone()));
        let before = Before::of(&mut self.program, &batch.paths);
        let mut report = reload(&mut self.program, &batch, &mut tools);
        if let Some(module) = &report.awaits_import {
            drop(done);
            self.program.expect_again(&batch.paths);
            self.wait_for_import(module, &saved.paths);
            return report;
        }
        self.import_wait = None;
        if report.undone && report.misses_name && self.fault.is_none() && saved.confirmed.is_empty() {
            // The first file of several that are saved together is here before the others on a busy machine: they are
            // waited for once before an error is told.
            drop(done);
            self.unanswered.append(&mut report.files.into_iter().collect());
            self.program.expect_again(&batch.paths);
            self.batcher.put_back(&saved.paths, Instant::now());
            self.look_for_gone_files();
            return Report::default();
        }
        let is_of_before = |culprit: &PathBuf| !saved.paths.contains(culprit);
        let has_more = batch.paths.len() > saved.paths.len() && self.fault.is_none();
        if report.undone && has_more && report.culprit.as_ref().is_none_or(is_of_before) {
            // It still fails, which must not hold this save up.
            self.unanswered.append(&mut report.files.into_iter().collect());
            report = reload_part(&mut self.program, &saved, &mut tools);
        }
        drop(done);
        if self.door.is_stopped() {
            // What failed did so because the interpreter shuts down.
            return Report::default();
        }
        self.left_behind.extend(std::mem::take(&mut report.left_behind));
        for problem in self.plugins.take_problems() {
            report.diagnostics.push(plugin_problem(&problem));
        }
        self.batcher.put_back(&report.unfinished, Instant::now());
        report.microseconds = batch.since.map_or(0, |since| since.elapsed().as_micros() as u64);
        self.fault = match self.fault {
            Some(step) if report.undone => Some(step + 1),
            Some(_) if !report.events.is_empty() => None,
            fault => fault,
        };
        self.unanswered.append(&mut report.files.into_iter().collect());
        report.files = std::mem::take(&mut self.unanswered).into_iter().collect();
        // An event without a save has compared nothing.
        let has_compared = !report.files.is_empty();
        if has_compared && !self.dry_run {
            let is_as_loaded = self.program.is_as_loaded();
            let mut status = lock(&self.door.status);
            status.update(&report.diagnostics, report.undone, is_as_loaded, SystemTime::now());
            for file in &report.files {
                status.saved(file);
            }
        }
        if !report.undone {
            self.history.add(before, &report, &mut self.program, self.keeps_history);
        }
        self.reported.leave_out(&mut report, &saved.paths);
        self.log.report(&report);
        self.tell(&report);
        if self.keeps_report {
            self.keep_for_refresh(&report);
        }
        report
    }
}
