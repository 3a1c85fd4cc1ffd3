//! One transaction of the plugins over an attached interpreter.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use jurigged_abi::wire::{CrawlAnswer, Found64, PrepareAnswer, Slot64, Step64};
use jurigged_abi::{Applied, Change, Edit, EditData, EditKind, Found, Live, PluginError, Subject};
use jurigged_runtime::{Handle, Interpreter, ObjectKind, RuntimeError, Swap};

use super::host::{HostLive, Instances, ObjectTable, class_instances};
use super::registry::{Code, Entry};
use super::remote::{NoLive, RemoteLive};
use super::subject;
use super::worker::CallFailure;
use super::{LiveEdit, Plugins};

/// One transaction: every object that a plugin sees in it is gone with it.
///
/// Use one for a whole batch, from locate to notify: `settle_once` and the heap passes are shared in it.
pub struct PluginSession<'a> {
    pub(super) plugins: &'a mut Plugins,
    pub(super) interpreter: &'a dyn Interpreter,
    table: ObjectTable,
    instances: Instances,
    /// Crawlers by the class of the holder.
    crawlers: HashMap<Handle, Vec<Part>>,
    /// What `settle_once` was told, by conformer and name of the edit.
    keys: HashMap<(Part, String), String>,
    /// The keys for which `settle` ran.
    settled: HashSet<(Part, String)>,
    involved: BTreeSet<Part>,
    /// By what they wrap, instances of the classes that conformers want to see [anywhere](jurigged_abi::Interest::anywhere).
    wrappers: Option<HashMap<Handle, Vec<Handle>>>,
    /// The last error of the interpreter in a call of a plugin.
    pub(super) raised: RefCell<Option<RuntimeError>>,
}

/// A crawler or conformer: index of the plugin, index in its manifest.
pub(super) type Part = (usize, usize);

/// What a crawler found in a holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldObject {
    /// What is held.
    pub object: Handle,
    /// Where it can be replaced.
    pub slot: HeldSlot,
}

/// A place that holds an object, as a [`Swap`] names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldSlot {
    /// For [`Swap::Item`].
    Item { container: Handle, key: Handle },
    /// For [`Swap::Attribute`].
    Attribute { object: Handle, name: String },
    /// It cannot be written.
    ReadOnly,
}

/// What the conformers ask for before a commit.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// To be committed with the edit's own swaps, after them.
    pub swaps: Vec<Swap>,
    /// The edit, and those that need it, are not to be made. No conformer was asked after the one that refused.
    pub refusal: Option<Refusal>,
}

/// Why an edit is not to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who refuses.
    pub plugin: String,
    /// The reason; if the plugin failed, what it did, which is also a [`PluginProblem`](super::PluginProblem).
    pub reason: String,
}

/// What could not be made to agree with new code that runs already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Whose work it was.
    pub plugin: String,
    /// The edit.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl<'a> PluginSession<'a> {
    pub(super) fn new(plugins: &'a mut Plugins, interpreter: &'a dyn Interpreter) -> Self {
        Self {
            plugins,
            interpreter,
            table: ObjectTable::new(),
            instances: RefCell::default(),
            crawlers: HashMap::new(),
            keys: HashMap::new(),
            settled: HashSet::new(),
            involved: BTreeSet::new(),
            wrappers: None,
            raised: RefCell::default(),
        }
    }

    /// Objects that wrap a function, whatever their name, and that a conformer asked to see
    /// [anywhere](jurigged_abi::Interest::anywhere). The first call of a transaction may pass over the heap.
    pub fn wrappers_anywhere(&mut self, function: Handle) -> Vec<Handle> {
        if self.wrappers.is_none() {
            self.wrappers = Some(self.find_wrappers());
        }
        let found = self.wrappers.as_ref().and_then(|wrappers| wrappers.get(&function));
        found.cloned().unwrap_or_default()
    }

    fn find_wrappers(&mut self) -> HashMap<Handle, Vec<Handle>> {
        let mut classes = BTreeSet::new();
        for plugin in 0..self.plugins.entries.len() {
            let conformers = self.plugins.entries[plugin].manifest.conformers.iter();
            let wanted: Vec<String> = conformers
                .filter(|part| part.interest.anywhere)
                .flat_map(|part| part.interest.instance_of.iter().cloned())
                .collect();
            if !wanted.is_empty() && self.plugins.is_applicable(plugin, self.interpreter) {
                classes.extend(wanted);
            }
        }
        let mut wrappers: HashMap<Handle, Vec<Handle>> = HashMap::new();
        for class in classes {
            for wrapper in class_instances(self.interpreter, &self.instances, &class) {
                let names = self.interpreter.namespace(wrapper);
                let wrapped = names.and_then(|names| self.interpreter.entry(names, "__wrapped__"));
                if let Some(wrapped) = wrapped {
                    let known = wrappers.entry(wrapped).or_default();
                    if !known.contains(&wrapper) {
                        known.push(wrapper);
                    }
                }
            }
        }
        wrappers
    }

    /// What crawlers find in a live object; empty, and cheap from the second object of a class on, when none is
    /// interested. Opens the libraries that are.
    pub fn crawl(&mut self, holder: Handle) -> Vec<HeldObject> {
        let mut held = Vec::new();
        for part in self.crawlers_for(holder) {
            if !self.plugins.is_on(part.0) {
                continue;
            }
            let number = self.table.number(holder);
            let found = self.ask_crawler(part, number).and_then(|found| {
                let objects = found.into_iter().map(|found| self.held(found));
                objects.collect::<Result<Vec<_>, _>>().map_err(|_| self.lie())
            });
            match found {
                Ok(objects) => held.extend(objects),
                Err(failure) => {
                    self.plugins.judge(part.0, "crawl", failure);
                }
            }
        }
        held
    }

    /// Is there a crawler, besides the engine's own, of a plugin that applies?
    pub fn has_crawlers_of_plugins(&mut self) -> bool {
        (0..self.plugins.entries.len()).any(|plugin| {
            let entry = &self.plugins.entries[plugin];
            let is_meant = !entry.manifest.crawlers.is_empty() && !matches!(entry.code, Code::BuiltIn(_));
            is_meant && self.plugins.is_applicable(plugin, self.interpreter)
        })
    }

    /// Does a crawler, besides the engine's own, look into the object? Opens its library.
    pub fn is_crawled_by_plugin(&mut self, holder: Handle) -> bool {
        let parts = self.crawlers_for(holder);
        parts
            .iter()
            .any(|part| !matches!(self.plugins.entries[part.0].code, Code::BuiltIn(_)))
    }

    /// Would a crawler look into instances of the class with these `__mro__` names? Opens nothing.
    pub fn crawls(&mut self, class_names: &[String]) -> bool {
        let subject = Subject {
            classes: class_names,
            ..Subject::default()
        };
        (0..self.plugins.entries.len()).any(|plugin| {
            let wanted = self.plugins.entries[plugin]
                .manifest
                .crawlers
                .iter()
                .any(|part| part.interest.matches(&subject));
            wanted && self.plugins.is_applicable(plugin, self.interpreter)
        })
    }

    /// Asks the conformers that are interested in an edit what to change with it. May be called again for the same
    /// edit, when the commit found a value that had changed.
    pub fn prepare(&mut self, edit: &LiveEdit) -> Prepared {
        let mut prepared = Prepared::default();
        for part in self.conformers_for(edit) {
            let data = self.edit_data(edit);
            let steps = self.ask_conformer(part, data, Phase::Prepare).and_then(|answer| {
                if let Some(key) = answer.settle_once {
                    self.keys.insert((part, edit.name.clone()), key);
                }
                let swaps = answer.steps.into_iter().map(|step| self.swap(step));
                swaps.collect::<Result<Vec<_>, _>>().map_err(|error| self.wrong(error))
            });
            let refusal = match steps {
                Ok(swaps) => {
                    prepared.swaps.extend(swaps);
                    None
                }
                Err(CallFailure::Error(PluginError::Refuse(reason))) => Some(reason),
                Err(failure) => Some(self.plugins.judge(part.0, "prepare", failure)),
            };
            if let Some(reason) = refusal {
                prepared.refusal = Some(Refusal {
                    plugin: self.name(part),
                    reason,
                });
                prepared.swaps.clear();
                break;
            }
        }
        prepared
    }

    /// After a commit, or after it was undone (`edit.reverted`): lets the conformers make the rest agree. What they
    /// could not is stale.
    pub fn settle(&mut self, edit: &LiveEdit) -> Vec<Stale> {
        let mut stale = Vec::new();
        for part in self.conformers_for(edit) {
            let key = self.keys.get(&(part, edit.name.clone())).cloned();
            if key.is_some_and(|key| !self.settled.insert((part, key))) {
                continue;
            }
            let data = self.edit_data(edit);
            let reason = match self.ask_conformer(part, data, Phase::Settle) {
                Ok(_) => None,
                Err(CallFailure::Error(PluginError::Refuse(reason))) => Some(reason),
                Err(failure) => Some(self.plugins.judge(part.0, "settle", failure)),
            };
            let plugin = self.name(part);
            stale.extend(reason.map(|reason| Stale {
                plugin,
                name: edit.name.clone(),
                reason,
            }));
        }
        stale
    }

    /// At the end: tells the conformers that were asked in this transaction what was applied.
    pub fn notify(&mut self, applied: &Applied) {
        for part in self.involved.clone() {
            if !self.plugins.is_on(part.0) {
                continue;
            }
            let told = {
                let entry = &mut self.plugins.entries[part.0];
                match entry.code.direct() {
                    Some(declaration) => {
                        declaration.conformers[part.1].1.notify(applied);
                        Ok(())
                    }
                    _ => {
                        let applied = applied.clone();
                        entry.call(&NoLive, move |library, _| library.notify(part.1, applied))
                    }
                }
            };
            if let Err(failure) = told {
                self.plugins.judge(part.0, "notify", failure);
            }
        }
    }

    pub(super) fn name(&self, part: Part) -> String {
        self.plugins.entries[part.0].manifest.name.clone()
    }

    fn crawlers_for(&mut self, holder: Handle) -> Vec<Part> {
        let class = self.interpreter.class_of(holder);
        if let Some(parts) = self.crawlers.get(&class) {
            return parts.clone();
        }
        let classes = self.interpreter.class_names(holder);
        let parts = self.interested(
            &Subject {
                classes: &classes,
                ..Subject::default()
            },
            |entry| entry.manifest.crawlers.iter().map(|part| &part.interest).collect(),
            true,
        );
        self.crawlers.insert(class, parts.clone());
        parts
    }

    pub(super) fn conformers_for(&mut self, edit: &LiveEdit) -> Vec<Part> {
        let classes = self.interpreter.class_names(edit.bound);
        let bases = subject::base_names(self.interpreter, edit.bound);
        let decorators = subject::decorator_names(self.interpreter, edit);
        let own_names = subject::own_names(self.interpreter, edit.bound);
        let parts = self.interested(
            &Subject {
                classes: &classes,
                bases: &bases,
                decorators: &decorators,
                own_names: &own_names,
            },
            |entry| entry.manifest.conformers.iter().map(|part| &part.interest).collect(),
            edit.kind != EditKind::Lines,
        );
        self.involved.extend(&parts);
        parts
    }

    /// The parts whose interest is met, of plugins that apply and could be opened.
    fn interested(
        &mut self,
        subject: &Subject<'_>,
        interests: impl Fn(&Entry) -> Vec<&jurigged_abi::Interest>,
        more_than_positions: bool,
    ) -> Vec<Part> {
        let mut parts = Vec::new();
        for plugin in 0..self.plugins.entries.len() {
            let wanted: Vec<usize> = interests(&self.plugins.entries[plugin])
                .into_iter()
                .enumerate()
                .filter(|(_, interest)| (more_than_positions || interest.positions) && interest.matches(subject))
                .map(|(index, _)| index)
                .collect();
            let meant = !wanted.is_empty() && self.plugins.is_applicable(plugin, self.interpreter);
            if meant && self.plugins.ensure_open(plugin) {
                parts.extend(wanted.into_iter().map(|index| (plugin, index)));
            }
        }
        parts
    }

    pub(super) fn edit_data(&self, edit: &LiveEdit) -> EditData {
        EditData {
            function: self.table.number(edit.function),
            bound: self.table.number(edit.bound),
            old_code: edit.old_code.map(|code| self.table.number(code)),
            new_code: edit.new_code.map(|code| self.table.number(code)),
            name: edit.name.clone(),
            file: edit.file.clone(),
            kind: edit.kind,
            reverted: edit.reverted,
            class: edit.class.clone(),
            made: edit.made.map(|made| self.table.number(made)),
            decorator: edit.decorator.map(|decorator| self.table.number(decorator)),
        }
    }

    fn ask_crawler(&mut self, part: Part, holder: u64) -> Result<CrawlAnswer, CallFailure> {
        self.ask(
            part,
            |declaration, live| {
                let mut found = Found::default();
                declaration.crawlers[part.1]
                    .1
                    .crawl(live.object(holder), live, &mut found)?;
                Ok(found.into_vec().into_iter().map(Found64::from).collect())
            },
            move |library, live| library.crawl(part.1, holder, live),
        )
    }

    pub(super) fn ask_conformer(
        &mut self,
        part: Part,
        edit: EditData,
        phase: Phase,
    ) -> Result<PrepareAnswer, CallFailure> {
        let remote = edit.clone();
        self.ask(
            part,
            |declaration, live| {
                let conformer = &declaration.conformers[part.1].1;
                let edit = Edit::new(edit, live);
                let mut change = Change::default();
                match phase {
                    Phase::Prepare => conformer.prepare(&edit, live, &mut change)?,
                    Phase::Settle => conformer.settle(&edit, live)?,
                    Phase::Remake => conformer.remake(&edit, live, &mut change)?,
                    Phase::Unmake => conformer.unmake(&edit, live, &mut change)?,
                }
                let (steps, settle_once) = change.into_parts();
                Ok(PrepareAnswer {
                    steps: steps.into_iter().map(Step64::from).collect(),
                    settle_once,
                })
            },
            move |library, live| match phase {
                Phase::Prepare => library.prepare(part.1, remote, live),
                Phase::Settle => library.settle(part.1, remote, live).map(|()| PrepareAnswer::default()),
                Phase::Remake => library.remake(part.1, remote, live),
                Phase::Unmake => library.unmake(part.1, remote, live),
            },
        )
    }

    /// Calls a part: the engine's own here, a library's on its worker.
    pub(super) fn ask<T: Send + 'static>(
        &mut self,
        part: Part,
        direct: impl FnOnce(&jurigged_abi::Declaration, &Live<'_>) -> jurigged_abi::Result<T>,
        remote: impl FnOnce(&jurigged_abi::wire::Plugin, RemoteLive) -> jurigged_abi::Result<T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        let entry = &mut self.plugins.entries[part.0];
        // Answering questions needs the entry too: what it needs is taken out meanwhile.
        let (memory, options) = (std::mem::take(&mut entry.memory), std::mem::take(&mut entry.options));
        let classes = entry.classes.clone();
        let file = match &entry.code {
            Code::BuiltIn(_) => "<jurigged>".to_owned(),
            _ => format!("<plugin {}>", entry.manifest.name),
        };
        self.raised.take();
        let live = HostLive {
            interpreter: self.interpreter,
            table: &self.table,
            instances: &self.instances,
            memory: &memory,
            options: &options,
            classes: &classes,
            file: &file,
            raised: &self.raised,
        };
        let answer = match entry.code.direct() {
            Some(declaration) => direct(declaration, &Live::new(&live)).map_err(CallFailure::Error),
            None => entry.call(&live, remote),
        };
        (entry.memory, entry.options) = (memory, options);
        // Whatever it made of `Gone`.
        if self.table.take_invented() {
            Err(CallFailure::Lied(INVENTED))
        } else {
            answer
        }
    }

    /// Why a number in an answer names no object.
    pub(super) fn lie(&self) -> CallFailure {
        CallFailure::Lied(match self.table.take_invented() {
            true => INVENTED,
            false => "it used an object of an earlier transaction",
        })
    }

    /// Why a step is none.
    pub(super) fn wrong(&self, error: PluginError) -> CallFailure {
        match error {
            PluginError::Gone => self.lie(),
            error => CallFailure::Error(error),
        }
    }

    fn held(&self, found: Found64) -> Result<HeldObject, PluginError> {
        let slot = match found.slot {
            Slot64::Index(container, index) => HeldSlot::Item {
                container: self.table.handle(container)?,
                key: self.interpreter.new_integer(index as i64),
            },
            Slot64::Key(container, key) => HeldSlot::Item {
                container: self.table.handle(container)?,
                key: self.table.handle(key)?,
            },
            Slot64::Attribute(object, name) => HeldSlot::Attribute {
                object: self.table.handle(object)?,
                name,
            },
            Slot64::ReadOnly => HeldSlot::ReadOnly,
        };
        Ok(HeldObject {
            object: self.table.handle(found.object)?,
            slot,
        })
    }

    pub(super) fn object(&self, number: u64) -> Result<Handle, PluginError> {
        self.table.handle(number)
    }

    pub(super) fn swap(&self, step: Step64) -> Result<Swap, PluginError> {
        let of = |number| self.table.handle(number);
        let maybe = |number: Option<u64>| number.map(of).transpose();
        Ok(match step {
            Step64::Attribute {
                object,
                name,
                expected,
                new,
            } => {
                let (object, expected, new) = (of(object)?, maybe(expected)?, maybe(new)?);
                // Since 3.14 (PEP 649) a class computes its annotations, and only its own setter can replace them.
                let is_lazy = self.interpreter.facts().version >= (3, 14, 0);
                let by_setter = name == "__class__" || (name == "__annotations__" && is_lazy);
                match self.interpreter.kind(object) {
                    ObjectKind::Class if !by_setter => Swap::ClassAttribute {
                        class: object,
                        name,
                        expected,
                        new,
                    },
                    _ => Swap::Attribute {
                        object,
                        name,
                        expected,
                        new,
                    },
                }
            }
            Step64::Item {
                container,
                key,
                expected,
                new,
            } => Swap::Item {
                container: of(container)?,
                key: of(key)?,
                expected: Some(of(expected)?),
                new: Some(of(new)?),
            },
            Step64::Code {
                function,
                expected,
                new,
            } => Swap::Code {
                function: of(function)?,
                expected: of(expected)?,
                new: of(new)?,
            },
            Step64::Entry {
                dict,
                name,
                expected,
                new,
            } => Swap::Entry {
                dict: of(dict)?,
                name,
                expected: maybe(expected)?,
                new: maybe(new)?,
            },
            Step64::Adopt { .. } | Step64::Cells { .. } | Step64::Note { .. } => {
                return Err(PluginError::Bug(
                    "`adopt`, `cells` and `note` belong to `remake`".into(),
                ));
            }
        })
    }
}

const INVENTED: &str = "it used an object that it was never given";

#[derive(Clone, Copy)]
pub(super) enum Phase {
    Prepare,
    Settle,
    Remake,
    Unmake,
}
