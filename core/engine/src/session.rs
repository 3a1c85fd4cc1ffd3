//! The owner of all state: receives saves and loaded modules, runs the pipeline, keeps what runs.
//!
//! One thread owns [`Program`]; everything else sends it messages. The importing threads of the program only push what
//! they loaded into a queue: they hold the interpreter, and a lock that the pipeline holds while it waits for the
//! interpreter would be a deadlock.

mod baseline;
mod log;
mod module;
mod program;

pub use baseline::next_baseline;
pub use log::{Log, LogFormat, LogLevel};
pub use module::Module;
pub use program::Program;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jurigged_runtime::{LoadSink, LoadedModule, Runtime};

use crate::config::WatchFilter;
use crate::diagnostic::Diagnostic;
use crate::pipeline::batch::Batcher;
use crate::pipeline::patch::Fault;
use crate::pipeline::{Tools, reload};
use crate::plugins::Plugins;
use crate::watch::{WatchSettings, WatchSignal, Watcher};

/// How long the program's end waits for a reload that is under way.
const STOP_WITHIN: Duration = Duration::from_millis(500);

/// What a session is started with.
pub struct SessionSettings {
    /// Which files are watched.
    pub filter: WatchFilter,
    /// How they are watched.
    pub watch: WatchSettings,
    /// Where reports go.
    pub log: Log,
    /// Crawlers, matchers and conformers.
    pub plugins: Plugins,
    /// Show the plan of every save, apply nothing.
    pub dry_run: bool,
    /// The configuration file in use, which is watched too.
    pub config: Option<PathBuf>,
    /// Reads the configuration again after it changed; `Err` are its problems, and nothing changes then.
    pub reconfigure: Option<Reconfigure>,
    /// Makes the first save fail at its first step, the next one at its second, and so on; for tests of undo.
    pub inject_faults: bool,
}

/// See [`SessionSettings::reconfigure`].
pub type Reconfigure = Box<dyn Fn() -> Result<Changed, Vec<Diagnostic>> + Send>;

/// What a changed configuration changes in a session that runs.
pub struct Changed {
    /// Which files are watched from now on.
    pub filter: WatchFilter,
    /// How they are watched.
    pub watch: WatchSettings,
    /// Where reports go.
    pub log: Log,
    /// Plugins with their new options, where these changed.
    pub plugins: Option<Plugins>,
    /// Notices, such as that a key needs a restart.
    pub notices: Vec<Diagnostic>,
}

enum Message {
    Signal(WatchSignal),
    Loaded,
    Stop(Sender<()>),
}

/// Shared with the importing threads.
struct Door {
    filter: RwLock<WatchFilter>,
    incoming: Mutex<Vec<LoadedModule>>,
    inbox: Mutex<Sender<Message>>,
    stopped: AtomicBool,
}

/// Handle to a running session. Dropping it leaves the session running; call [`stop`](Self::stop).
pub struct Session {
    door: Arc<Door>,
    receiver: Mutex<Option<(Receiver<Message>, Sender<Message>, SessionSettings)>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Session {
    /// A session that takes in loaded modules at once and reloads from [`start`](Self::start) on.
    pub fn new(mut settings: SessionSettings) -> Arc<Self> {
        let (sender, receiver) = channel();
        let filter = std::mem::take(&mut settings.filter);
        Arc::new(Self {
            door: Arc::new(Door {
                filter: RwLock::new(filter),
                incoming: Mutex::default(),
                inbox: Mutex::new(sender.clone()),
                stopped: AtomicBool::new(false),
            }),
            receiver: Mutex::new(Some((receiver, sender, settings))),
            thread: Mutex::default(),
        })
    }

    /// The door for the loader hook of the runtime.
    pub fn sink(&self) -> Arc<dyn LoadSink> {
        self.door.clone()
    }

    /// Starts the session's thread and its watcher. A second call does nothing.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(&self, runtime: Arc<dyn Runtime>) -> std::io::Result<()> {
        let Some((receiver, sender, settings)) = self.receiver.lock().ok().and_then(|mut slot| slot.take()) else {
            return Ok(());
        };
        let door = self.door.clone();
        let thread = std::thread::Builder::new()
            .name("jurigged".to_owned())
            // The parser and the matchers recurse along the nesting of the file.
            .stack_size(16 << 20)
            .spawn(move || Worker::new(door, settings, runtime, sender).run(&receiver))?;
        if let Ok(mut slot) = self.thread.lock() {
            *slot = Some(thread);
        }
        Ok(())
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
    fn send(&self, message: Message) -> bool {
        self.inbox.lock().is_ok_and(|inbox| inbox.send(message).is_ok())
    }
}

impl LoadSink for Door {
    fn wants(&self, file: &Path) -> bool {
        !self.stopped.load(Ordering::Acquire) && self.filter.read().is_ok_and(|filter| filter.wants(file))
    }

    fn loaded(&self, module: LoadedModule) {
        if let Ok(mut incoming) = self.incoming.lock() {
            incoming.push(module);
        }
        self.send(Message::Loaded);
    }
}

/// The session's thread.
struct Worker {
    door: Arc<Door>,
    runtime: Arc<dyn Runtime>,
    program: Program,
    batcher: Batcher,
    watcher: Option<Watcher>,
    log: Log,
    plugins: Plugins,
    watch: WatchSettings,
    dry_run: bool,
    config: Option<PathBuf>,
    reconfigure: Option<Reconfigure>,
    /// The step at which the next save fails; `None` when faults are not injected.
    fault: Option<usize>,
    /// Refusals already reported: the same one is not repeated at every save.
    reported: std::collections::HashSet<String>,
}

impl Worker {
    fn new(door: Arc<Door>, settings: SessionSettings, runtime: Arc<dyn Runtime>, inbox: Sender<Message>) -> Self {
        let sink = move |signal| {
            // The session ended before its watcher did.
            let _ = inbox.send(Message::Signal(signal));
        };
        let watcher = match Watcher::start(settings.watch.clone(), sink) {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                settings.log.diagnostic(
                    &Diagnostic::error("watch", "nothing is watched")
                        .detail(error.to_string())
                        .help("restart the program when the system has threads to give"),
                );
                None
            }
        };
        let worker = Self {
            door,
            runtime,
            program: Program::default(),
            batcher: Batcher::new(&settings.watch),
            watcher,
            log: settings.log,
            plugins: settings.plugins,
            watch: settings.watch,
            dry_run: settings.dry_run,
            config: settings.config,
            reconfigure: settings.reconfigure,
            fault: settings.inject_faults.then_some(0),
            reported: Default::default(),
        };
        worker.watch_roots();
        worker
    }

    fn watch_roots(&self) {
        let Some(watcher) = &self.watcher else { return };
        if let Ok(filter) = self.door.filter.read() {
            for root in filter.roots() {
                let _ = watcher.add_root(&root);
            }
        }
        if let Some(config) = &self.config {
            let _ = watcher.follow(config);
        }
    }

    fn run(mut self, inbox: &Receiver<Message>) {
        loop {
            let message = match self.batcher.due() {
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let mut next = match message {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            while let Some(message) = next {
                match message {
                    Message::Signal(WatchSignal::File(event)) => self.batcher.push(event),
                    Message::Signal(WatchSignal::Notice(notice)) => {
                        self.log.diagnostic(&Diagnostic::notice("polling", notice.to_string()));
                    }
                    Message::Loaded => self.take_in(),
                    Message::Stop(done) => {
                        drop(self.watcher.take());
                        let _ = done.send(());
                        return;
                    }
                }
                next = inbox.try_recv().ok();
            }
            while let Some(batch) = self.batcher.take(Instant::now()) {
                self.take_in();
                self.reload(batch);
            }
        }
    }

    /// Takes in what was loaded since the last time.
    fn take_in(&mut self) {
        let incoming = match self.door.incoming.lock() {
            Ok(mut incoming) => std::mem::take(&mut *incoming),
            Err(_) => return,
        };
        for module in incoming {
            let file = module.file.clone();
            let is_new = !self.program.knows(&file);
            if let Err(problem) = self.program.load(module) {
                self.log.diagnostic(&problem.diagnostic());
                continue;
            }
            if is_new {
                if let Some(watcher) = &self.watcher {
                    let _ = watcher.follow(&file);
                }
                self.log.watch(&file);
            }
        }
    }

    fn reload(&mut self, mut batch: crate::pipeline::batch::ChangeBatch) {
        if let Some(config) = &self.config
            && batch.paths.contains(config)
        {
            let config = config.clone();
            batch.paths.retain(|path| *path != config);
            self.configure();
        }
        batch.paths.retain(|path| self.program.knows(path));
        for path in std::mem::take(&mut batch.vanished) {
            self.vanished(&path);
        }
        if batch.paths.is_empty() {
            return;
        }
        // What failed before is part of the save that corrects it.
        for pending in self.program.pending_files() {
            if !batch.paths.contains(&pending) {
                batch.paths.push(pending);
            }
        }
        batch.paths.sort();
        let tools = Tools {
            runtime: &*self.runtime,
            plugins: &self.plugins,
            dry_run: self.dry_run,
            report_running: self.log.shows(LogLevel::Info),
            fault: Fault(self.fault),
        };
        let mut report = reload(&mut self.program, &batch, tools);
        report.microseconds = batch.since.map_or(0, |since| since.elapsed().as_micros() as u64);
        self.fault = match self.fault {
            Some(step) if report.undone => Some(step + 1),
            Some(_) if !report.events.is_empty() => None,
            fault => fault,
        };
        let reported = &mut self.reported;
        report.diagnostics.retain(|diagnostic| {
            let is_standing = diagnostic.running_now.is_some() && !report.undone && diagnostic.code != "syntax";
            !is_standing || reported.insert(diagnostic.identity())
        });
        self.log.report(&report);
    }

    fn vanished(&mut self, path: &Path) {
        if !self.program.knows(path) {
            return;
        }
        let names: Vec<String> = self
            .program
            .of_file(path)
            .iter()
            .map(|module| format!("`{}`", module.name))
            .collect();
        self.log.diagnostic(
            &Diagnostic::warning("vanish", format!("{} has lost its file", names.join(", ")))
                .place(crate::diagnostic::Place::file(path))
                .detail("nothing is unloaded: what it defined goes on running")
                .help("a file that returns is compared with what runs"),
        );
    }

    /// Applies a changed configuration, whole or not at all.
    fn configure(&mut self) {
        let Some(reconfigure) = &self.reconfigure else { return };
        let changed = match reconfigure() {
            Ok(changed) => changed,
            Err(problems) => {
                for problem in problems {
                    self.log.diagnostic(&problem.running_now("the configuration from before this save"));
                }
                return;
            }
        };
        if let Ok(mut filter) = self.door.filter.write() {
            *filter = changed.filter;
        }
        self.log = changed.log;
        if let Some(plugins) = changed.plugins {
            self.plugins = plugins;
        }
        if let Some(watcher) = &self.watcher
            && self.watch != changed.watch
        {
            watcher.replace_settings(changed.watch.clone());
            self.batcher.replace_settings(&changed.watch);
        }
        self.watch = changed.watch;
        self.watch_roots();
        for notice in changed.notices {
            self.log.diagnostic(&notice);
        }
    }
}
