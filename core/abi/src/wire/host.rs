//! In the host: a loaded library as plain Rust.
//!
//! The methods of [`Plugin`] run author code, so they are called on the plugin's worker thread; everything they take is
//! owned, since a worker that hangs is left behind with it.

use std::sync::{Arc, Mutex, PoisonError};

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, ROption, RResult, RSlice, RStr, RString, RVec};

use super::{
    Applied, Change, Conformer, Crawler, Definitions, Edit, Found, Live, Matcher, Pairs, PluginModuleRef, RawApplied,
    RawArgument, RawChange, RawDefinitions, RawEdit, RawFound, RawLive, RawPairs, RawResult,
};
use crate::{Definition, EditData, LiveApi, Pair, PluginError, Result};

/// The parts of a loaded library.
pub struct Plugin {
    matchers: Vec<Matcher>,
    crawlers: Vec<Crawler>,
    conformers: Vec<Conformer>,
}

/// A step, with objects as raw numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step64 {
    /// See [`Step::Attribute`](crate::Step::Attribute).
    Attribute {
        object: u64,
        name: String,
        expected: Option<u64>,
        new: Option<u64>,
    },
    /// See [`Step::Item`](crate::Step::Item).
    Item {
        container: u64,
        key: u64,
        expected: u64,
        new: u64,
    },
    /// See [`Step::Code`](crate::Step::Code).
    Code { function: u64, expected: u64, new: u64 },
}

impl From<crate::Step<'_>> for Step64 {
    fn from(step: crate::Step<'_>) -> Self {
        use crate::{Object, Step};
        match step {
            Step::Attribute {
                object,
                name,
                expected,
                new,
            } => Self::Attribute {
                object: object.number(),
                name,
                expected: expected.map(Object::number),
                new: new.map(Object::number),
            },
            Step::Item {
                container,
                key,
                expected,
                new,
            } => Self::Item {
                container: container.number(),
                key: key.number(),
                expected: expected.number(),
                new: new.number(),
            },
            Step::Code {
                function,
                expected,
                new,
            } => Self::Code {
                function: function.number(),
                expected: expected.number(),
                new: new.number(),
            },
        }
    }
}

/// What `prepare` asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrepareAnswer {
    /// The steps, in order.
    pub steps: Vec<Step64>,
    /// The key of [`settle_once`](crate::Change::settle_once).
    pub settle_once: Option<String>,
}

/// A place, with objects as raw numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot64 {
    /// `container[index]`.
    Index(u64, usize),
    /// `container[key]`.
    Key(u64, u64),
    /// `object.name`.
    Attribute(u64, String),
    /// It cannot be written.
    ReadOnly,
}

/// Something that a crawler found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found64 {
    /// What is held.
    pub object: u64,
    /// Where.
    pub slot: Slot64,
}

impl From<crate::FoundObject<'_>> for Found64 {
    fn from(found: crate::FoundObject<'_>) -> Self {
        use crate::Slot;
        let slot = match found.slot {
            Slot::Index(container, index) => Slot64::Index(container.number(), index),
            Slot::Key(container, key) => Slot64::Key(container.number(), key.number()),
            Slot::Attribute(holder, name) => Slot64::Attribute(holder.number(), name),
            Slot::ReadOnly => Slot64::ReadOnly,
        };
        Self {
            object: found.object.number(),
            slot,
        }
    }
}

/// Everything that a crawler found in one holder.
pub type CrawlAnswer = Vec<Found64>;

impl Plugin {
    /// The manifest that the library carries.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn manifest(module: PluginModuleRef) -> Result<String> {
        plain(module.manifest()()).map(RString::into_string)
    }

    /// Makes the parts of a library.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn start(module: PluginModuleRef) -> Result<Self> {
        Ok(Self {
            matchers: plain(module.matchers()())?.into_vec(),
            crawlers: plain(module.crawlers()())?.into_vec(),
            conformers: plain(module.conformers()())?.into_vec(),
        })
    }

    /// How many matchers, crawlers and conformers it has; the manifest must say the same.
    pub fn counts(&self) -> [usize; 3] {
        [self.matchers.len(), self.crawlers.len(), self.conformers.len()]
    }

    /// [`Matcher::pair`](crate::Matcher::pair) of one matcher.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn pair(&self, matcher: usize, old: Vec<Definition>, new: Vec<Definition>) -> Result<Vec<Pair>> {
        let wrap = |list| Definitions::from_ptr(RArc::new(DefinitionList(list)), TD_Opaque);
        let pairs = Sink::default();
        let sink = Pairs::from_ptr(RArc::new(pairs.clone()), TD_Opaque);
        plain(part(&self.matchers, matcher)?.pair(wrap(old), wrap(new), sink))?;
        Ok(pairs.take())
    }

    /// [`Crawler::crawl`](crate::Crawler::crawl) of one crawler.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn crawl(
        &self,
        crawler: usize,
        holder: u64,
        live: impl LiveApi + Send + Sync + 'static,
    ) -> Result<CrawlAnswer> {
        let found = Sink::default();
        let sink = Found::from_ptr(RArc::new(found.clone()), TD_Opaque);
        plain(part(&self.crawlers, crawler)?.crawl(holder, serve(live), sink))?;
        Ok(found.take())
    }

    /// [`Conformer::prepare`](crate::Conformer::prepare) of one conformer.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn prepare(
        &self,
        conformer: usize,
        edit: EditData,
        live: impl LiveApi + Send + Sync + 'static,
    ) -> Result<PrepareAnswer> {
        let steps = Sink::default();
        let sink = Change::from_ptr(RArc::new(steps.clone()), TD_Opaque);
        plain(part(&self.conformers, conformer)?.prepare(wire_edit(edit), serve(live), sink))?;
        let mut answer = PrepareAnswer::default();
        for asked in steps.take() {
            match asked {
                Asked::Step(step) => answer.steps.push(step),
                Asked::SettleOnce(key) => answer.settle_once = Some(key),
            }
        }
        Ok(answer)
    }

    /// [`Conformer::settle`](crate::Conformer::settle) of one conformer.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn settle(&self, conformer: usize, edit: EditData, live: impl LiveApi + Send + Sync + 'static) -> Result {
        plain(part(&self.conformers, conformer)?.settle(wire_edit(edit), serve(live)))
    }

    /// [`Conformer::notify`](crate::Conformer::notify) of one conformer.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn notify(&self, conformer: usize, applied: crate::Applied) -> Result {
        let applied = Applied::from_ptr(RArc::new(AppliedEdits(applied)), TD_Opaque);
        plain(part(&self.conformers, conformer)?.notify(applied))
    }
}

fn part<T>(parts: &[T], index: usize) -> Result<&T> {
    parts
        .get(index)
        .ok_or_else(|| PluginError::Bug(format!("the library has no part {index} of that kind")))
}

fn plain<T>(answer: RawResult<T>) -> Result<T> {
    match answer {
        RResult::ROk(value) => Ok(value),
        RResult::RErr(error) => Err(error.into()),
    }
}

fn wire<T>(answer: Result<T>) -> RawResult<T> {
    match answer {
        Ok(value) => RResult::ROk(value),
        Err(error) => RResult::RErr(error.into()),
    }
}

/// Collects what a plugin sends; the host keeps one half, the plugin the other.
struct Sink<T>(Arc<Mutex<Vec<T>>>);

impl<T> Default for Sink<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Sink<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Sink<T> {
    fn push(&self, value: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value);
    }

    fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

enum Asked {
    Step(Step64),
    SettleOnce(String),
}

impl RawChange for Sink<Asked> {
    fn attribute(&self, object: u64, name: RStr<'_>, expected: ROption<u64>, new: ROption<u64>) {
        let (expected, new) = (expected.into(), new.into());
        self.push(Asked::Step(Step64::Attribute {
            object,
            name: name.into(),
            expected,
            new,
        }));
    }

    fn item(&self, container: u64, key: u64, expected: u64, new: u64) {
        self.push(Asked::Step(Step64::Item {
            container,
            key,
            expected,
            new,
        }));
    }

    fn code(&self, function: u64, expected: u64, new: u64) {
        self.push(Asked::Step(Step64::Code {
            function,
            expected,
            new,
        }));
    }

    fn settle_once(&self, key: RStr<'_>) {
        self.push(Asked::SettleOnce(key.into()));
    }
}

impl RawFound for Sink<Found64> {
    fn index(&self, container: u64, index: u64, object: u64) {
        self.push(Found64 {
            object,
            slot: Slot64::Index(container, index as usize),
        });
    }

    fn key(&self, container: u64, key: u64, object: u64) {
        self.push(Found64 {
            object,
            slot: Slot64::Key(container, key),
        });
    }

    fn attribute(&self, holder: u64, name: RStr<'_>, object: u64) {
        self.push(Found64 {
            object,
            slot: Slot64::Attribute(holder, name.into()),
        });
    }

    fn read_only(&self, object: u64) {
        self.push(Found64 {
            object,
            slot: Slot64::ReadOnly,
        });
    }
}

impl RawPairs for Sink<Pair> {
    fn pair(&self, old: usize, new: usize, reason: RStr<'_>) {
        self.push(Pair {
            old,
            new,
            reason: reason.into(),
        });
    }
}

struct DefinitionList(Vec<Definition>);

impl DefinitionList {
    /// A field of one definition; the default where the plugin asks past the end.
    fn field<T: Default>(&self, index: usize, field: impl FnOnce(&Definition) -> T) -> T {
        self.0.get(index).map(field).unwrap_or_default()
    }
}

impl RawDefinitions for DefinitionList {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn kind(&self, index: usize) -> RString {
        self.field(index, |definition| definition.kind.as_str().into())
    }

    fn name(&self, index: usize) -> RString {
        self.field(index, |definition| definition.name.as_str().into())
    }

    fn path(&self, index: usize) -> RString {
        self.field(index, |definition| definition.path.as_str().into())
    }

    fn text(&self, index: usize) -> RString {
        self.field(index, |definition| definition.text.as_str().into())
    }

    fn fingerprint(&self, index: usize) -> u64 {
        self.field(index, |definition| definition.fingerprint)
    }

    fn line(&self, index: usize) -> u32 {
        self.field(index, |definition| definition.line)
    }
}

fn wire_edit(edit: EditData) -> Edit {
    Edit::from_ptr(RArc::new(OneEdit(edit)), TD_Opaque)
}

struct OneEdit(EditData);

impl RawEdit for OneEdit {
    fn function(&self) -> u64 {
        self.0.function
    }

    fn bound(&self) -> u64 {
        self.0.bound
    }

    fn old_code(&self) -> ROption<u64> {
        self.0.old_code.into()
    }

    fn new_code(&self) -> ROption<u64> {
        self.0.new_code.into()
    }

    fn name(&self) -> RString {
        self.0.name.as_str().into()
    }

    fn file(&self) -> RString {
        self.0.file.as_str().into()
    }

    fn kind(&self) -> RString {
        self.0.kind.word().into()
    }

    fn reverted(&self) -> bool {
        self.0.reverted
    }
}

struct AppliedEdits(crate::Applied);

impl RawApplied for AppliedEdits {
    fn revision(&self) -> u64 {
        self.0.revision
    }

    fn count(&self) -> usize {
        self.0.edits.len()
    }

    fn name(&self, index: usize) -> RString {
        self.0
            .edits
            .get(index)
            .map(|edit| edit.name.as_str().into())
            .unwrap_or_default()
    }

    fn file(&self, index: usize) -> RString {
        self.0
            .edits
            .get(index)
            .map(|edit| edit.file.as_str().into())
            .unwrap_or_default()
    }

    fn kind(&self, index: usize) -> RString {
        self.0
            .edits
            .get(index)
            .map(|edit| edit.kind.word().into())
            .unwrap_or_default()
    }
}

fn serve(live: impl LiveApi + Send + Sync + 'static) -> Live {
    Live::from_ptr(RArc::new(Served(live)), TD_Opaque)
}

struct Served<T>(T);

impl<T: LiveApi + Send + Sync> RawLive for Served<T> {
    fn run(&self, source: RStr<'_>, arguments: RSlice<'_, RawArgument<'_>>) -> RawResult<u64> {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|argument| (argument.name.as_str(), argument.object))
            .collect();
        wire(self.0.run(source.as_str(), &arguments))
    }

    fn get(&self, object: u64, name: RStr<'_>) -> RawResult<ROption<u64>> {
        wire(self.0.get(object, name.as_str()).map(Into::into))
    }

    fn module(&self, name: RStr<'_>) -> RawResult<u64> {
        wire(self.0.module(name.as_str()))
    }

    fn items(&self, object: u64) -> RawResult<RVec<u64>> {
        wire(self.0.items(object).map(Into::into))
    }

    fn text(&self, object: u64) -> RawResult<ROption<RString>> {
        wire(self.0.text(object).map(|text| text.map(RString::from).into()))
    }

    fn integer(&self, object: u64) -> RawResult<ROption<i64>> {
        wire(self.0.integer(object).map(Into::into))
    }

    fn class_names(&self, object: u64) -> RawResult<RVec<RString>> {
        wire(
            self.0
                .class_names(object)
                .map(|names| names.into_iter().map(RString::from).collect()),
        )
    }

    fn same(&self, a: u64, b: u64) -> RawResult<bool> {
        wire(self.0.same(a, b))
    }

    fn remember(&self, key: RStr<'_>, object: u64) -> RawResult<()> {
        wire(self.0.remember(key.as_str(), object))
    }

    fn remembered(&self, key: RStr<'_>) -> RawResult<RVec<u64>> {
        wire(self.0.remembered(key.as_str()).map(Into::into))
    }

    fn instances(&self, class: RStr<'_>) -> RawResult<RVec<u64>> {
        wire(self.0.instances(class.as_str()).map(Into::into))
    }

    fn callees_first(&self, function: u64) -> RawResult<RVec<u64>> {
        wire(self.0.callees_first(function).map(Into::into))
    }

    fn option(&self, name: RStr<'_>) -> RawResult<RString> {
        wire(self.0.option(name.as_str()).map(|value| value.to_toml().into()))
    }

    fn repr(&self, object: u64) -> RawResult<RString> {
        wire(self.0.repr(object).map(RString::from))
    }
}
