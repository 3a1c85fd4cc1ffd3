//! In the host: a loaded library as plain Rust.
//!
//! The methods of [`Plugin`] run author code, so they are called on the plugin's worker thread; everything they take is
//! owned, since a worker that hangs is left behind with it.

use std::sync::{Arc, Mutex, PoisonError};

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, ROption, RResult, RSlice, RStr, RString, RVec};

use super::answer::{CrawlAnswer, Found64, PrepareAnswer, Slot64, Step64};
use super::{
    Applied, Change, Conformer, Crawler, Definitions, Edit, Found, Live, Matcher, Pairs, PluginModuleRef, RawApplied,
    RawArgument, RawChange, RawDefinitions, RawEdit, RawFound, RawLive, RawPairs, RawResult,
};
use crate::{Claim, Definition, EditData, LiveApi, Pair, PluginError, Result};

/// The parts of a loaded library.
pub struct Plugin {
    matchers: Vec<Matcher>,
    crawlers: Vec<Crawler>,
    conformers: Vec<Conformer>,
}

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
        let conformer = part(&self.conformers, conformer)?;
        collected(|sink| conformer.prepare(wire_edit(edit), serve(live), sink))
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

    /// [`Conformer::claim`](crate::Conformer::claim) of one conformer.
    ///
    /// # Errors
    /// What the author's code gave, or that the claim asks for what this host does not know.
    pub fn claim(
        &self,
        conformer: usize,
        edit: EditData,
        live: impl LiveApi + Send + Sync + 'static,
    ) -> Result<Option<Claim>> {
        let claim = plain(part(&self.conformers, conformer)?.claim(wire_edit(edit), serve(live)))?;
        let read = |text: RString| {
            let unknown = || {
                PluginError::Bug(format!(
                    "it claims a class in a way that this jurigged does not know: {text}"
                ))
            };
            Claim::from_toml(&text).ok_or_else(unknown)
        };
        claim.into_option().map(read).transpose()
    }

    /// [`Conformer::remake`](crate::Conformer::remake) of one conformer.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn remake(
        &self,
        conformer: usize,
        edit: EditData,
        live: impl LiveApi + Send + Sync + 'static,
    ) -> Result<PrepareAnswer> {
        let conformer = part(&self.conformers, conformer)?;
        collected(|sink| conformer.remake(wire_edit(edit), serve(live), sink))
    }

    /// [`Conformer::unmake`](crate::Conformer::unmake) of one conformer.
    ///
    /// # Errors
    /// What the author's code gave.
    pub fn unmake(
        &self,
        conformer: usize,
        edit: EditData,
        live: impl LiveApi + Send + Sync + 'static,
    ) -> Result<PrepareAnswer> {
        let conformer = part(&self.conformers, conformer)?;
        collected(|sink| conformer.unmake(wire_edit(edit), serve(live), sink))
    }
}

/// The steps that a call asks for.
fn collected(call: impl FnOnce(Change) -> RawResult<()>) -> Result<PrepareAnswer> {
    let steps = Sink::default();
    plain(call(Change::from_ptr(RArc::new(steps.clone()), TD_Opaque)))?;
    let mut answer = PrepareAnswer::default();
    for asked in steps.take() {
        match asked {
            Asked::Step(step) => answer.steps.push(step),
            Asked::SettleOnce(key) => answer.settle_once = Some(key),
        }
    }
    Ok(answer)
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

    fn entry(&self, dict: u64, name: RStr<'_>, expected: ROption<u64>, new: ROption<u64>) -> RawResult<()> {
        let (expected, new) = (expected.into(), new.into());
        self.push(Asked::Step(Step64::Entry {
            dict,
            name: name.into(),
            expected,
            new,
        }));
        RResult::ROk(())
    }

    fn adopt(&self, class: u64, made: u64, name: RStr<'_>) -> RawResult<()> {
        let name = name.into();
        self.push(Asked::Step(Step64::Adopt { class, made, name }));
        RResult::ROk(())
    }

    fn cells(&self, class: u64, made: u64) -> RawResult<()> {
        self.push(Asked::Step(Step64::Cells { class, made }));
        RResult::ROk(())
    }

    fn note(&self, what: RStr<'_>, why: RStr<'_>, help: RStr<'_>) -> RawResult<()> {
        self.push(Asked::Step(Step64::Note {
            what: what.into(),
            why: why.into(),
            help: help.into(),
        }));
        RResult::ROk(())
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

    fn class(&self) -> ROption<RString> {
        self.0.class.as_ref().map(|class| RString::from(class.to_toml())).into()
    }

    fn made(&self) -> ROption<u64> {
        self.0.made.into()
    }

    fn decorator(&self) -> ROption<u64> {
        self.0.decorator.into()
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

fn named<'a>(arguments: &'a [RawArgument<'_>]) -> Vec<(&'a str, u64)> {
    arguments
        .iter()
        .map(|argument| (argument.name.as_str(), argument.object))
        .collect()
}

impl<T: LiveApi + Send + Sync> RawLive for Served<T> {
    fn run(&self, source: RStr<'_>, arguments: RSlice<'_, RawArgument<'_>>) -> RawResult<u64> {
        wire(self.0.run(source.as_str(), &named(&arguments)))
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

    fn own(&self, object: u64, name: RStr<'_>) -> RawResult<ROption<u64>> {
        wire(self.0.own(object, name.as_str()).map(Into::into))
    }

    fn entries(&self, object: u64) -> RawResult<RVec<u64>> {
        let flat = |entries: Vec<(u64, u64)>| entries.into_iter().flat_map(|(key, value)| [key, value]).collect();
        wire(self.0.entries(object).map(flat))
    }

    fn instances_of(&self, class: u64) -> RawResult<RVec<u64>> {
        wire(self.0.instances_of(class).map(Into::into))
    }

    fn call(&self, function: u64, arguments: RSlice<'_, u64>) -> RawResult<u64> {
        wire(self.0.call(function, arguments.as_slice()))
    }

    fn new_text(&self, text: RStr<'_>) -> RawResult<u64> {
        wire(self.0.new_text(text.as_str()))
    }

    fn new_dict(&self, entries: RSlice<'_, RawArgument<'_>>) -> RawResult<u64> {
        wire(self.0.new_dict(&named(&entries)))
    }
}
