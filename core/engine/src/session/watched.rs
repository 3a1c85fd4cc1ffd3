//! Which files a session watches: those of its configuration, and those of each `jurigged.watch(...)`.
//!
//! There is one session in a process, however many watch: a module that several want is patched once, and whoever stops
//! watching takes nothing from the others.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jurigged_runtime::host::{AskError, Wants, WatchRequest};
use rustc_hash::FxHashMap;

use super::{Door, Message, Session, SessionSettings, Worker, lock};
use crate::config::{CommandLine, LogLevel, Request, Settings, WatchFilter, WatchGlob, load};
use crate::diagnostic::start_folder;
use crate::watch::WatchSettings;

/// All that is watched. Replaced as a whole: who asks must not hold a lock meanwhile, since a filter may be a Python
/// function.
#[derive(Clone, Default)]
pub(super) struct Watched {
    /// By the configuration; `None` in a program that was started without the command.
    own: Option<Arc<WatchFilter>>,
    scopes: Vec<Arc<Scope>>,
    last: u64,
}

/// What one `watch(...)` wants.
struct Scope {
    number: u64,
    include: Vec<WatchGlob>,
    filter: WatchFilter,
    wants: Option<Wants>,
    /// What `wants` has answered.
    answers: Mutex<FxHashMap<PathBuf, bool>>,
    debounce: Option<Duration>,
    poll: Option<Duration>,
    is_verbose: bool,
}

impl Scope {
    fn wants(&self, file: &Path) -> bool {
        if self.filter.wants(file) {
            return true;
        }
        let Some(wants) = &self.wants else { return false };
        let known = lock(&self.answers).get(file).copied();
        known.unwrap_or_else(|| {
            let answer = wants(file);
            lock(&self.answers).insert(file.to_owned(), answer);
            answer
        })
    }
}

impl Watched {
    pub(super) fn by(start: &SessionSettings) -> Self {
        Self {
            own: start.watches.then(|| Arc::new(start.settings.watch_filter())),
            ..Self::default()
        }
    }

    pub(super) fn wants(&self, file: &Path) -> bool {
        self.own.as_ref().is_some_and(|own| own.wants(file)) || self.scopes.iter().any(|scope| scope.wants(file))
    }

    /// Does this very scope want the file?
    pub(super) fn watches(&self, number: u64, file: &Path) -> bool {
        let mut scopes = self.scopes.iter().filter(|scope| scope.number == number);
        scopes.any(|scope| scope.wants(file))
    }

    fn roots(&self) -> Vec<PathBuf> {
        let own = self.own.iter().flat_map(|filter| filter.roots());
        let roots = self.scopes.iter().flat_map(|scope| scope.filter.roots());
        own.chain(roots).collect()
    }

    /// The settings of the configuration, and what `watch(...)` asks for above them: the longest of several times to wait,
    /// the shortest of several intervals.
    pub(super) fn settings(&self, settings: &Settings) -> WatchSettings {
        let debounce = self.scopes.iter().filter_map(|scope| scope.debounce).max();
        let poll = self.scopes.iter().filter_map(|scope| scope.poll).min();
        WatchSettings {
            poll: poll.or(settings.watch.poll.value),
            debounce: debounce.unwrap_or(settings.watch.debounce.value),
            grace: settings.watch.grace.value,
        }
    }

    /// Follows a changed configuration.
    pub(super) fn reconfigure(&mut self, settings: &Settings) {
        if self.own.is_some() {
            self.own = Some(Arc::new(settings.watch_filter()));
        }
        for scope in &mut self.scopes {
            *scope = Arc::new(Scope {
                filter: WatchFilter::new(&scope.include, &settings.watch.ignore.value),
                include: scope.include.clone(),
                wants: scope.wants.clone(),
                answers: Mutex::default(),
                ..**scope
            });
        }
    }
}

impl Door {
    pub(super) fn watched(&self) -> Arc<Watched> {
        let watched = self.watched.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        watched.clone()
    }

    /// Changes what is watched.
    pub(super) fn rewatch<R>(&self, change: impl FnOnce(&mut Watched) -> R) -> R {
        let mut slot = self.watched.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut watched = Watched::clone(&slot);
        let answer = change(&mut watched);
        *slot = Arc::new(watched);
        answer
    }
}

impl Session {
    pub(super) fn add_watch(&self, request: WatchRequest) -> Result<u64, AskError> {
        if self.door.is_stopped() {
            return Err(AskError::Stopped);
        }
        let folder = start_folder().map(PathBuf::from).unwrap_or_default();
        let current = std::env::current_dir().unwrap_or_else(|_| folder.clone());
        let (include, ignore) = match request.patterns.is_empty() {
            true => (Vec::new(), Vec::new()),
            false => {
                let loaded = load(&Request {
                    config: None,
                    search_from: &folder,
                    current_folder: &current,
                    environment: std::env::vars_os().collect(),
                    command_line: CommandLine {
                        watch: request.patterns,
                        ..CommandLine::default()
                    },
                })
                .map_err(|problems| {
                    let texts: Vec<String> = problems.iter().map(|problem| problem.render(false)).collect();
                    AskError::Watch(texts.join("\n"))
                })?;
                (loaded.settings.watch.include.value, loaded.settings.watch.ignore.value)
            }
        };
        let number = self.door.rewatch(|watched| {
            watched.last += 1;
            watched.scopes.push(Arc::new(Scope {
                number: watched.last,
                filter: WatchFilter::new(&include, &ignore),
                include,
                wants: request.wants,
                answers: Mutex::default(),
                debounce: request.debounce,
                poll: request.poll.filter(|interval| !interval.is_zero()),
                is_verbose: request.verbose,
            }));
            watched.last
        });
        self.door.send(Message::Rewatched);
        Ok(number)
    }

    pub(super) fn remove_watch(&self, number: u64) -> bool {
        let is_gone = self.door.rewatch(|watched| {
            let before = watched.scopes.len();
            watched.scopes.retain(|scope| scope.number != number);
            watched.scopes.len() < before
        });
        self.door.send(Message::Rewatched);
        is_gone
    }
}

impl Worker {
    /// How files are watched now.
    pub(super) fn watch_settings(&self) -> WatchSettings {
        self.door.watched().settings(&self.settings)
    }

    /// Somebody watches other files.
    pub(super) fn rewatched(&mut self) {
        let settings = self.watch_settings();
        self.batcher.replace_settings(&settings);
        if let Some(watcher) = &self.watcher {
            watcher.replace_settings(settings);
        }
        if self.door.watched().scopes.iter().any(|scope| scope.is_verbose) {
            self.log.raise(LogLevel::Info);
        }
        self.watch_roots();
    }

    pub(super) fn watch_roots(&self) {
        let Some(watcher) = &self.watcher else { return };
        for root in self.door.watched().roots() {
            let _ = watcher.add_root(&root);
        }
        if let Some(config) = self.settings.file() {
            let _ = watcher.follow(config);
        }
    }
}
