//! Inside a plugin library: author types behind the wire traits, each call in a guard that catches panics.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Arc, Once};

use abi_stable::library::{CheckTypeLayout, LibHeader, RootModuleResult};
use abi_stable::prefix_type::WithMetadata;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, ROption, RResult, RStr, RString, RVec};

use super::{
    Applied, Change, Conformer, Crawler, Definitions, Edit, Found, Live, Matcher, Pairs, PluginModule, PluginModuleRef,
    RawArgument, RawConformer, RawCrawler, RawMatcher, RawResult,
};
use crate::{
    AppliedEdit, ClassEdit, Declaration, Definition, EditData, EditKind, LiveApi, OptionValue, PluginError, Result,
    Slot, Step,
};

/// What `export_plugin!` implements.
pub trait Exported: 'static {
    /// Makes the plugin. Called once for the manifest and once for each list of parts.
    fn declare() -> Declaration;
}

/// The header of the library, which the export macro stores in the static that abi_stable looks for.
pub const fn header<P: Exported>() -> LibHeader {
    extern "C" fn root<P: Exported>() -> RootModuleResult {
        abi_stable::library::__call_root_module_loader(|| Module::<P>::MODULE)
    }
    // SAFETY: `root` gives a `PluginModuleRef`, erased by abi_stable's own function.
    unsafe { LibHeader::from_constructor::<PluginModuleRef>(root::<P>, CheckTypeLayout::Yes) }
}

struct Module<P>(std::marker::PhantomData<P>);

impl<P: Exported> Module<P> {
    const STORED: &'static WithMetadata<PluginModule> = &WithMetadata::new(PluginModule {
        manifest: manifest::<P>,
        matchers: matchers::<P>,
        crawlers: crawlers::<P>,
        conformers: conformers::<P>,
    });
    const MODULE: PluginModuleRef = PluginModuleRef(Self::STORED.static_as_prefix());
}

extern "C" fn manifest<P: Exported>() -> RawResult<RString> {
    guard(|| Ok(P::declare().manifest().to_toml().into()))
}

extern "C" fn matchers<P: Exported>() -> RawResult<RVec<Matcher>> {
    guard(|| {
        let guarded = |(_, part)| Matcher::from_ptr(RArc::new(Guarded(part)), TD_Opaque);
        Ok(P::declare().matchers.into_iter().map(guarded).collect())
    })
}

extern "C" fn crawlers<P: Exported>() -> RawResult<RVec<Crawler>> {
    guard(|| {
        let guarded = |(_, part)| Crawler::from_ptr(RArc::new(Guarded(part)), TD_Opaque);
        Ok(P::declare().crawlers.into_iter().map(guarded).collect())
    })
}

extern "C" fn conformers<P: Exported>() -> RawResult<RVec<Conformer>> {
    guard(|| {
        let guarded = |(_, part)| Conformer::from_ptr(RArc::new(Guarded(part)), TD_Opaque);
        Ok(P::declare().conformers.into_iter().map(guarded).collect())
    })
}

struct Guarded<T: ?Sized>(Arc<T>);

impl RawMatcher for Guarded<dyn crate::Matcher> {
    fn pair(&self, old: Definitions, new: Definitions, sink: Pairs) -> RawResult<()> {
        guard(|| {
            let mut pairs = crate::Pairs::default();
            self.0.pair(&definitions(&old), &definitions(&new), &mut pairs)?;
            for pair in pairs.into_vec() {
                sink.pair(pair.old, pair.new, RStr::from(pair.reason.as_str()));
            }
            Ok(())
        })
    }
}

impl RawCrawler for Guarded<dyn crate::Crawler> {
    fn crawl(&self, holder: u64, live: Live, sink: Found) -> RawResult<()> {
        guard(|| {
            let proxy = Proxy(live);
            let live = crate::Live::new(&proxy);
            let mut found = crate::Found::default();
            self.0.crawl(live.object(holder), &live, &mut found)?;
            for found in found.into_vec() {
                let object = found.object.number();
                match found.slot {
                    Slot::Index(container, index) => sink.index(container.number(), index as u64, object),
                    Slot::Key(container, key) => sink.key(container.number(), key.number(), object),
                    Slot::Attribute(holder, name) => sink.attribute(holder.number(), name.as_str().into(), object),
                    Slot::ReadOnly => sink.read_only(object),
                }
            }
            Ok(())
        })
    }
}

impl RawConformer for Guarded<dyn crate::Conformer> {
    fn prepare(&self, edit: Edit, live: Live, sink: Change) -> RawResult<()> {
        guard(|| {
            with_change(edit, live, &sink, |edit, live, change| {
                self.0.prepare(edit, live, change)
            })
        })
    }

    fn settle(&self, edit: Edit, live: Live) -> RawResult<()> {
        guard(|| {
            let proxy = Proxy(live);
            let live = crate::Live::new(&proxy);
            self.0.settle(&crate::Edit::new(edit_data(&edit), &live), &live)
        })
    }

    fn notify(&self, applied: Applied) -> RawResult<()> {
        guard(|| {
            let edits = (0..applied.count())
                .map(|index| AppliedEdit {
                    name: applied.name(index).into(),
                    file: applied.file(index).into(),
                    kind: EditKind::from_word(&applied.kind(index)),
                })
                .collect();
            self.0.notify(&crate::Applied::new(applied.revision(), edits));
            Ok(())
        })
    }

    fn claim(&self, edit: Edit, live: Live) -> RawResult<ROption<RString>> {
        guard(|| {
            let proxy = Proxy(live);
            let live = crate::Live::new(&proxy);
            let claim = self.0.claim(&crate::Edit::new(edit_data(&edit), &live), &live)?;
            Ok(claim.map(|claim| RString::from(claim.to_toml())).into())
        })
    }

    fn remake(&self, edit: Edit, live: Live, sink: Change) -> RawResult<()> {
        guard(|| {
            with_change(edit, live, &sink, |edit, live, change| {
                self.0.remake(edit, live, change)
            })
        })
    }

    fn unmake(&self, edit: Edit, live: Live, sink: Change) -> RawResult<()> {
        guard(|| {
            with_change(edit, live, &sink, |edit, live, change| {
                self.0.unmake(edit, live, change)
            })
        })
    }
}

/// Calls what adds steps to a change, and sends them.
fn with_change(
    edit: Edit,
    live: Live,
    sink: &Change,
    work: impl for<'t> FnOnce(&crate::Edit<'t>, &crate::Live<'t>, &mut crate::Change<'t>) -> Result,
) -> Result {
    let proxy = Proxy(live);
    let live = crate::Live::new(&proxy);
    let mut change = crate::Change::default();
    work(&crate::Edit::new(edit_data(&edit), &live), &live, &mut change)?;
    let (steps, settle_once) = change.into_parts();
    for step in steps {
        send_step(sink, step)?;
    }
    if let Some(key) = settle_once {
        sink.settle_once(key.as_str().into());
    }
    Ok(())
}

fn send_step(sink: &Change, step: Step<'_>) -> Result {
    match step {
        Step::Entry {
            dict,
            name,
            expected,
            new,
        } => {
            let (expected, new) = (expected.map(crate::Object::number), new.map(crate::Object::number));
            return plain(
                sink.entry(dict.number(), name.as_str().into(), expected.into(), new.into()),
                |()| (),
            );
        }
        Step::Adopt { class, made, name } => {
            return plain(sink.adopt(class.number(), made.number(), name.as_str().into()), |()| ());
        }
        Step::Cells { class, made } => return plain(sink.cells(class.number(), made.number()), |()| ()),
        Step::Note { what, why, help } => {
            return plain(
                sink.note(what.as_str().into(), why.as_str().into(), help.as_str().into()),
                |()| (),
            );
        }
        Step::Attribute {
            object,
            name,
            expected,
            new,
        } => sink.attribute(
            object.number(),
            name.as_str().into(),
            expected.map(crate::Object::number).into(),
            new.map(crate::Object::number).into(),
        ),
        Step::Item {
            container,
            key,
            expected,
            new,
        } => {
            sink.item(container.number(), key.number(), expected.number(), new.number());
        }
        Step::Code {
            function,
            expected,
            new,
        } => sink.code(function.number(), expected.number(), new.number()),
    }
    Ok(())
}

fn definitions(wire: &Definitions) -> Vec<Definition> {
    (0..wire.count())
        .map(|index| Definition {
            kind: wire.kind(index).into(),
            name: wire.name(index).into(),
            path: wire.path(index).into(),
            text: wire.text(index).into(),
            fingerprint: wire.fingerprint(index),
            line: wire.line(index),
        })
        .collect()
}

fn edit_data(edit: &Edit) -> EditData {
    EditData {
        function: edit.function(),
        bound: edit.bound(),
        old_code: edit.old_code().into(),
        new_code: edit.new_code().into(),
        name: edit.name().into(),
        file: edit.file().into(),
        kind: EditKind::from_word(&edit.kind()),
        reverted: edit.reverted(),
        class: edit.class().into_option().and_then(|text| ClassEdit::from_toml(&text)),
        made: edit.made().into(),
        decorator: edit.decorator().into(),
    }
}

/// [`LiveApi`] over the wire.
struct Proxy(Live);

fn named<'a>(arguments: &[(&'a str, u64)]) -> Vec<RawArgument<'a>> {
    let named = |(name, object): &(&'a str, u64)| RawArgument {
        name: (*name).into(),
        object: *object,
    };
    arguments.iter().map(named).collect()
}

fn plain<T, U>(answer: RawResult<T>, into: impl FnOnce(T) -> U) -> Result<U> {
    match answer {
        RResult::ROk(value) => Ok(into(value)),
        RResult::RErr(error) => Err(error.into()),
    }
}

impl LiveApi for Proxy {
    fn run(&self, source: &str, arguments: &[(&str, u64)]) -> Result<u64> {
        plain(
            self.0.run(source.into(), named(arguments).as_slice().into()),
            |object| object,
        )
    }

    fn get(&self, object: u64, name: &str) -> Result<Option<u64>> {
        plain(self.0.get(object, name.into()), ROption::into)
    }

    fn module(&self, name: &str) -> Result<u64> {
        plain(self.0.module(name.into()), |object| object)
    }

    fn items(&self, object: u64) -> Result<Vec<u64>> {
        plain(self.0.items(object), RVec::into_vec)
    }

    fn text(&self, object: u64) -> Result<Option<String>> {
        plain(self.0.text(object), |text| text.into_option().map(RString::into_string))
    }

    fn integer(&self, object: u64) -> Result<Option<i64>> {
        plain(self.0.integer(object), ROption::into)
    }

    fn class_names(&self, object: u64) -> Result<Vec<String>> {
        plain(self.0.class_names(object), |names| {
            names.into_iter().map(RString::into_string).collect()
        })
    }

    fn same(&self, a: u64, b: u64) -> Result<bool> {
        plain(self.0.same(a, b), |same| same)
    }

    fn remember(&self, key: &str, object: u64) -> Result {
        plain(self.0.remember(key.into(), object), |()| ())
    }

    fn remembered(&self, key: &str) -> Result<Vec<u64>> {
        plain(self.0.remembered(key.into()), RVec::into_vec)
    }

    fn instances(&self, class: &str) -> Result<Vec<u64>> {
        plain(self.0.instances(class.into()), RVec::into_vec)
    }

    fn callees_first(&self, function: u64) -> Result<Vec<u64>> {
        plain(self.0.callees_first(function), RVec::into_vec)
    }

    fn option(&self, name: &str) -> Result<OptionValue> {
        let text = plain(self.0.option(name.into()), RString::into_string)?;
        OptionValue::from_toml(&text)
            .ok_or_else(|| PluginError::Bug(format!("option `{name}` is no TOML value: {text}")))
    }

    fn repr(&self, object: u64) -> Result<String> {
        plain(self.0.repr(object), RString::into_string)
    }

    fn own(&self, object: u64, name: &str) -> Result<Option<u64>> {
        plain(self.0.own(object, name.into()), ROption::into)
    }

    fn entries(&self, object: u64) -> Result<Vec<(u64, u64)>> {
        plain(self.0.entries(object), |flat| {
            flat.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
        })
    }

    fn instances_of(&self, class: u64) -> Result<Vec<u64>> {
        plain(self.0.instances_of(class), RVec::into_vec)
    }

    fn call(&self, function: u64, arguments: &[u64]) -> Result<u64> {
        plain(self.0.call(function, arguments.into()), |object| object)
    }

    fn new_text(&self, text: &str) -> Result<u64> {
        plain(self.0.new_text(text.into()), |object| object)
    }

    fn new_dict(&self, entries: &[(&str, u64)]) -> Result<u64> {
        plain(self.0.new_dict(named(entries).as_slice().into()), |object| object)
    }
}

thread_local! {
    /// Text and place of the last panic of this thread: the payload alone does not say where.
    static LAST_PANIC: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

/// Runs author code; a panic becomes [`PluginError::Bug`].
fn guard<T>(work: impl FnOnce() -> Result<T>) -> RawResult<T> {
    static HOOK: Once = Once::new();
    // Every library has its own copy of std, so this hook sees the panics of this plugin only. It keeps them off stderr,
    // which belongs to the user's program; the host reports them.
    HOOK.call_once(|| std::panic::set_hook(Box::new(keep_panic)));
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => RResult::ROk(value),
        Ok(Err(error)) => RResult::RErr(error.into()),
        Err(payload) => {
            // The payload is author code too: its destructor may panic.
            std::mem::forget(payload);
            let text = LAST_PANIC.take().unwrap_or_else(|| "panicked".into());
            RResult::RErr(PluginError::Bug(text).into())
        }
    }
}

fn keep_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let text = match panic.location() {
        Some(place) => format!("panicked at {}:{}: {message}", place.file(), place.line()),
        None => format!("panicked: {message}"),
    };
    // The thread may be on its way out, its locals gone; then the text is lost, not the program.
    let _ = LAST_PANIC.try_with(|last| last.replace(Some(text)));
}
