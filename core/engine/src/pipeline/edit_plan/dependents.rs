//! What read a name when it ran, in all modules of the program: what has to follow when the name gets another value.
//!
//! The values are known to the program only. The plan lists, in the order in which values travel, what would follow from
//! which name; `patch` follows those whose names did change, under the conditions of the row `constant`.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::annotated::is_annotation_alone;
use super::readers::{Reader, names_read, read_as, readers};
use super::scope::Names;
use super::travel_order::in_order;
use super::unparsed::Unparsed;
use super::{Action, Elsewhere, FileChange, FilePlan, HeaderUpdate, Scope, Unit};
use crate::pipeline::definitions::{Definition, DefinitionId, DefinitionTree, parse};

/// The name to which the unit of a [`Follow::Formula`] or [`Follow::Default`] binds its value.
pub const VALUE: &str = "__jurigged_value__";

/// A name of a module or class.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ScopedName {
    /// The module, by its name in `sys.modules`.
    pub module: String,
    /// The class around; empty for a name of the module.
    pub scope: Scope,
    /// The name, mangled where Python does so.
    pub name: String,
}

/// Something that read a name when it ran.
#[derive(Clone, Debug, Serialize)]
pub struct Dependent {
    /// The module, by its name in `sys.modules`.
    pub module: String,
    /// Its file.
    pub path: PathBuf,
    /// 1-based.
    pub line: u32,
    /// First line of its text.
    pub summary: String,
    /// Where it ran.
    pub scope: Scope,
    /// The names of the save, or that follow from them, that it read.
    pub reads: Vec<ScopedName>,
    /// What follows.
    pub follow: Follow,
    /// Operations on its file, by index, that run it if their guards hold: then it has read the new value.
    #[serde(skip)]
    pub unless: Vec<usize>,
}

/// How a value follows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Follow {
    /// A name bound by `from m import name` gets the new object, if it still is the old one.
    Import {
        /// The name that it is bound to.
        name: String,
        /// Nothing else binds the name: if it is another object, the program has changed it.
        is_only: bool,
    },
    /// Likewise for all names of a module that `__all__`, or the underscore, lets through; new ones come, deleted ones go.
    Star,
    /// The value of an assignment is computed again.
    Formula {
        /// The name that it is assigned to.
        name: String,
        /// All names that the value is computed from.
        names: Vec<String>,
        /// Binds [`VALUE`].
        unit: Unit,
        /// It is computed again where it stands, too, whatever it calls (`stale = "run"`).
        is_run: bool,
    },
    /// The default of a parameter is computed again.
    Default {
        /// The name of the function in its scope.
        function: String,
        /// The parameter, as `co_varnames` has it.
        parameter: String,
        /// All names that the value is computed from.
        names: Vec<String>,
        /// Binds [`VALUE`].
        unit: Unit,
        /// See [`Follow::Formula`].
        is_run: bool,
    },
    /// The annotation of a parameter, or of `return`, is evaluated again.
    Annotation {
        /// The name of the function in its scope.
        function: String,
        /// The parameter, or `return`.
        parameter: String,
        /// Binds [`VALUE`].
        unit: Unit,
    },
    /// The annotation of a variable is evaluated again.
    Variable {
        /// The name, as `__annotations__` has it.
        name: String,
        /// Binds [`VALUE`].
        unit: Unit,
    },
    /// Nothing: it is listed, with the reason.
    Stale {
        /// Why it does not follow.
        why: &'static str,
        /// Names that it binds: where none of them is there, it stands in a branch that did not run.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        binds: Vec<String>,
    },
}

impl Follow {
    /// May it run code of the user?
    pub fn is_run(&self) -> bool {
        matches!(
            self,
            Self::Formula { is_run: true, .. } | Self::Default { is_run: true, .. }
        )
    }

    /// The name that this is computed from, if it is the value of that name itself.
    pub fn alias(&self) -> Option<&str> {
        let (Self::Formula { names, unit, .. } | Self::Default { names, unit, .. }) = self else {
            return None;
        };
        let name = names.first()?;
        (unit.source == value_of(name)).then_some(name)
    }
}

/// The text that binds [`VALUE`] to an expression.
pub(super) fn value_of(expression: &str) -> String {
    format!("{VALUE} = (\n{expression}\n)")
}

impl Dependent {
    /// The name that changes when this follows.
    pub(super) fn target(&self) -> Option<ScopedName> {
        let (Follow::Import { name, .. } | Follow::Formula { name, .. }) = &self.follow else {
            return None;
        };
        Some(ScopedName {
            module: self.module.clone(),
            scope: self.scope.clone(),
            name: name.clone(),
        })
    }
}

/// A module whose text is looked at.
pub(super) struct Text {
    pub module: String,
    pub path: PathBuf,
    pub tree: Arc<DefinitionTree>,
    pub names: Names,
    /// Definitions that this save runs: they read the new value.
    pub run: FxHashSet<DefinitionId>,
    /// Those that it runs if the guards of these operations hold.
    pub may_run: FxHashMap<DefinitionId, Vec<usize>>,
    /// Blocks whose tests this save evaluates.
    pub chosen: FxHashSet<DefinitionId>,
    /// Functions whose `def` it runs again for their decorators: their unchanged defaults keep their value.
    pub reruns: FxHashSet<DefinitionId>,
    /// Functions of which this save evaluates a part of the header.
    pub headers: FxHashMap<DefinitionId, EvaluatedHeader>,
    /// Classes of which this save evaluates the bases and decorators.
    pub remade: FxHashSet<DefinitionId>,
    /// The definitions that read a name, by name; see [`Text::readers_of`].
    readers: OnceCell<FxHashMap<String, Vec<DefinitionId>>>,
    /// See [`Text::imports`].
    imports: OnceCell<Vec<DefinitionId>>,
}

impl Text {
    /// The definitions of which some part that is evaluated reads this name, in their order.
    pub fn readers_of(&self, name: &str) -> &[DefinitionId] {
        let readers = self.readers.get_or_init(|| {
            let mut readers: FxHashMap<String, Vec<DefinitionId>> = FxHashMap::default();
            for definition in &self.tree.definitions {
                for read in names_read(definition) {
                    let known = readers.entry(read.clone()).or_default();
                    if known.last() != Some(&definition.id) {
                        known.push(definition.id);
                    }
                }
            }
            readers
        });
        readers.get(name).map_or(&[], Vec::as_slice)
    }

    /// Statements that import something: they are asked for each name.
    pub fn imports(&self) -> &[DefinitionId] {
        self.imports.get_or_init(|| {
            let is_import = |it: &&Definition| it.facets.statement().is_some_and(|facets| !facets.imports.is_empty());
            self.tree.definitions.iter().filter(is_import).map(|it| it.id).collect()
        })
    }
}

/// What of a function's header a save evaluates: it reads the new value.
#[derive(Default)]
pub(super) struct EvaluatedHeader {
    /// Parameters, as `co_varnames` has them, whose default is evaluated.
    pub defaults: FxHashSet<String>,
    /// All annotations are.
    pub annotations: bool,
}

impl EvaluatedHeader {
    fn of(header: &HeaderUpdate) -> Self {
        let defaults = header.defaults.iter().chain(&header.keyword_defaults);
        Self {
            defaults: defaults
                .filter(|source| header.defaults_changed && source.evaluate)
                .map(|source| source.parameter.clone())
                .collect(),
            annotations: header.annotations_changed,
        }
    }
}

/// Everything that may have to follow, in the order in which values travel.
pub(super) fn dependents(
    changes: &[FileChange],
    files: &[FilePlan],
    elsewhere: &dyn Elsewhere,
    run_stale: bool,
) -> Vec<Dependent> {
    let (mut pending, rebound) = seeds(changes, files);
    // What reads a name with a value goes first: of two ways to a name it is the one by which more follows.
    let mut heirs: Vec<ScopedName> = rebound.into_iter().filter(|name| !pending.contains(name)).collect();
    if pending.is_empty() && heirs.is_empty() {
        return Vec::new();
    }
    let mut program = Texts::of(changes, files, elsewhere, run_stale);
    let mut known: FxHashSet<ScopedName> = pending.iter().chain(&heirs).cloned().collect();
    let mut found: Vec<Dependent> = Vec::new();
    let mut places: FxHashMap<(String, u32, String), usize> = FxHashMap::default();
    loop {
        let (name, is_heir) = match (pending.pop(), heirs.is_empty()) {
            (Some(name), _) => (name, false),
            (None, false) => (heirs.swap_remove(0), true),
            (None, true) => break,
        };
        for dependent in program.readers_of(&name) {
            let is_import = matches!(dependent.follow, Follow::Import { .. } | Follow::Star);
            if is_heir && !is_import && !dependent.follow.is_run() {
                continue;
            }
            let pending = if is_heir { &mut heirs } else { &mut pending };
            if let Some(target) = dependent.target()
                && known.insert(target.clone())
            {
                pending.push(target);
            }
            if matches!(dependent.follow, Follow::Star) {
                let target = ScopedName {
                    module: dependent.module.clone(),
                    scope: dependent.scope.clone(),
                    name: name.name.clone(),
                };
                if known.insert(target.clone()) {
                    pending.push(target);
                }
            }
            // One statement may read several of them.
            let place = (dependent.module.clone(), dependent.line, follow_key(&dependent.follow));
            match places.get(&place) {
                Some(&at) => found[at].reads.extend(dependent.reads),
                None => {
                    places.insert(place, found.len());
                    found.push(dependent);
                }
            }
        }
    }
    in_order(found)
}

/// Tells things of one line apart.
fn follow_key(follow: &Follow) -> String {
    match follow {
        Follow::Import { name, .. } | Follow::Formula { name, .. } => format!("={name}"),
        Follow::Variable { name, .. } => format!("{name}:"),
        Follow::Star => "*".to_owned(),
        Follow::Default {
            function, parameter, ..
        } => format!("{function}({parameter}="),
        Follow::Annotation {
            function, parameter, ..
        } => format!("{function}({parameter}:"),
        Follow::Stale { .. } => String::new(),
    }
}

/// Names of which the save may change the value; and those of definitions that live on, under another name or made anew:
/// what holds such a one holds what follows, so only what imported its name has to follow.
fn seeds(changes: &[FileChange], files: &[FilePlan]) -> (Vec<ScopedName>, Vec<ScopedName>) {
    let (mut seeds, mut rebound) = (Seeds::default(), Seeds::default());
    for (change, plan) in changes.iter().zip(files) {
        let add = |to: &mut Seeds, scope: &Scope, names: &[String]| {
            for name in names.iter().filter(|name| *name != "__doc__") {
                if plan.fleeting.contains(&(scope.clone(), name.clone())) {
                    continue;
                }
                let seed = ScopedName {
                    module: change.module.clone(),
                    scope: scope.clone(),
                    name: name.clone(),
                };
                if to.known.insert(seed.clone()) {
                    to.names.push(seed);
                }
            }
        };
        for operation in &plan.operations {
            match &operation.action {
                Action::Run(statement) => {
                    add(&mut seeds, &statement.scope, &statement.binds);
                    add(&mut seeds, &statement.scope, &statement.unbinds);
                }
                Action::Unbind { scope, names, .. } => add(&mut seeds, scope, names),
                Action::Update(update) => {
                    if let Some(rerun) = &update.rerun {
                        add(&mut rebound, &rerun.statement.scope, &rerun.statement.binds);
                    }
                }
                Action::Remake(remake) => {
                    let around = Scope {
                        classes: remake.scope.classes[..remake.scope.classes.len() - 1].to_vec(),
                    };
                    add(&mut rebound, &around, std::slice::from_ref(&remake.bound_as));
                }
                Action::Rename(rename) => {
                    add(&mut rebound, &rename.old_scope, std::slice::from_ref(&rename.from));
                    add(&mut rebound, &rename.scope, std::slice::from_ref(&rename.to));
                }
                Action::Choose { .. } | Action::Unstar(_) | Action::Refuse(_) => {}
            }
        }
    }
    (seeds.names, rebound.names)
}

/// Names, each once, in their order.
#[derive(Default)]
struct Seeds {
    names: Vec<ScopedName>,
    known: FxHashSet<ScopedName>,
}

/// The modules of the program, parsed where they can matter.
struct Texts {
    /// The changed ones, with their new text, and those that were parsed.
    parsed: Vec<Text>,
    /// The others.
    others: Unparsed,
    words_at_attributes: OnceCell<FxHashSet<String>>,
    /// See [`PlanSettings::run_stale`](super::PlanSettings::run_stale).
    run_stale: bool,
}

impl Texts {
    fn of(changes: &[FileChange], files: &[FilePlan], elsewhere: &dyn Elsewhere, run_stale: bool) -> Self {
        let parsed: Vec<Text> = changes
            .iter()
            .zip(files)
            .map(|(change, plan)| {
                let run = plan
                    .operations
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| matches!(it.action, Action::Run(_)) && !is_annotation_alone(&change.new, it));
                let (run, conditional): (Vec<_>, Vec<_>) = run.partition(|(_, operation)| operation.guards.is_empty());
                let mut may_run: FxHashMap<DefinitionId, Vec<usize>> = FxHashMap::default();
                for (index, operation) in conditional {
                    may_run
                        .entry(operation.new.unwrap_or(DefinitionId::MODULE))
                        .or_default()
                        .push(index);
                }
                let chosen = plan.operations.iter();
                let chosen = chosen.filter(|operation| matches!(operation.action, Action::Choose { .. }));
                let reruns = plan.operations.iter().filter(|operation| match &operation.action {
                    Action::Update(update) => update.rerun.is_some(),
                    _ => false,
                });
                let headers = plan.operations.iter().filter_map(|operation| match &operation.action {
                    Action::Update(update) => Some((operation.new?, EvaluatedHeader::of(update.header.as_ref()?))),
                    _ => None,
                });
                let remade = plan.operations.iter();
                let remade = remade.filter(|operation| match &operation.action {
                    Action::Remake(remake) => remake.header_changed || remake.old_decorators.is_some(),
                    _ => false,
                });
                Text {
                    module: change.module.clone(),
                    path: change.path.clone(),
                    tree: change.new.clone(),
                    names: Names::of(&change.new),
                    run: run.into_iter().filter_map(|(_, operation)| operation.new).collect(),
                    may_run,
                    chosen: chosen.filter_map(|operation| operation.new).collect(),
                    reruns: reruns.filter_map(|operation| operation.new).collect(),
                    headers: headers.collect(),
                    remade: remade.filter_map(|operation| operation.new).collect(),
                    readers: OnceCell::new(),
                    imports: OnceCell::new(),
                }
            })
            .collect();
        let is_changed = |module: &str| parsed.iter().any(|text| text.module == module);
        let others = elsewhere
            .running()
            .into_iter()
            .filter(|text| !is_changed(&text.module))
            .collect();
        Self {
            parsed,
            others: Unparsed::new(others),
            words_at_attributes: OnceCell::new(),
            run_stale,
        }
    }

    fn readers_of(&mut self, name: &ScopedName) -> Vec<Dependent> {
        self.parse_importers(name);
        let mut found = Vec::new();
        for text in &self.parsed {
            let read_as = read_as(text, name);
            for Reader { id, follow, scope } in readers(text, &read_as, self.run_stale) {
                let follow = match follow {
                    // Whether an alias is still the old value shows in itself.
                    Follow::Formula { is_run: true, .. } if follow.alias().is_some() => follow,
                    Follow::Formula { name, .. } if self.is_assigned(text, &scope, &name) => Follow::Stale {
                        why: "something else in the program assigns its name, too",
                        binds: vec![name],
                    },
                    follow => follow,
                };
                found.push(Dependent {
                    module: text.module.clone(),
                    path: text.path.clone(),
                    line: text.tree.get(id).def_line,
                    summary: super::first_line(text.tree.source.line(text.tree.get(id).def_line).trim()),
                    scope,
                    reads: vec![name.clone()],
                    follow,
                    unless: text.may_run_by(id),
                });
            }
        }
        found
    }

    /// Parses the modules that take the name from its module, or may.
    fn parse_importers(&mut self, name: &ScopedName) {
        if !name.scope.classes.is_empty() {
            return;
        }
        let found = self.others.take_importers(name);
        self.parsed.extend(found.into_iter().map(|text| {
            let tree = Arc::new(parse(text.source));
            Text {
                module: text.module,
                path: text.path,
                names: Names::of(&tree),
                tree,
                run: FxHashSet::default(),
                may_run: FxHashMap::default(),
                chosen: FxHashSet::default(),
                reruns: FxHashSet::default(),
                headers: FxHashMap::default(),
                remade: FxHashSet::default(),
                readers: OnceCell::new(),
                imports: OnceCell::new(),
            }
        }));
    }

    /// May anything but its statement assign a name? Attributes of that name are looked for in all texts.
    fn is_assigned(&self, text: &Text, scope: &Scope, name: &str) -> bool {
        let statements =
            text.names.binder_count(scope, name) + text.names.block_binders(scope, name).len().saturating_sub(1);
        statements > 1
            || text.names.is_touched_elsewhere(scope, name)
            || (self.words_at_attributes().contains(name)
                && self
                    .texts()
                    .any(|text| assigns_attribute(text, name, scope.classes.is_empty())))
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let parsed = self.parsed.iter().map(|text| text.tree.source.text());
        parsed.chain(self.others.iter().map(|text| text.source.text()))
    }

    /// The words behind a dot or a quote of all texts: one look at them spares a search through all texts for each name.
    fn words_at_attributes(&self) -> &FxHashSet<String> {
        self.words_at_attributes.get_or_init(|| {
            let words = self.texts().flat_map(|text| {
                let signs = text.match_indices(['.', '"', '\'']);
                signs.map(|(at, _)| text[at + 1..].split(|it| !is_word(it)).next().unwrap_or_default())
            });
            words.map(str::to_owned).collect()
        })
    }
}

impl Text {
    /// The operations that run a definition, or what is around it, if their guards hold.
    fn may_run_by(&self, id: DefinitionId) -> Vec<usize> {
        if self.may_run.is_empty() {
            return Vec::new();
        }
        let around = self.tree.ancestors(id).map(|around| around.id).chain([id]);
        around
            .filter_map(|id| self.may_run.get(&id))
            .flatten()
            .copied()
            .collect()
    }
}

pub(super) fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Does a text assign an attribute of this name? By its words: an assignment in a comment counts, too. `of_module`: `self`
/// and `cls` are not the module.
pub(super) fn assigns_attribute(text: &str, name: &str, of_module: bool) -> bool {
    let by_name = [format!("\"{name}\""), format!("'{name}'")].iter().any(|quoted| {
        text.match_indices(quoted.as_str()).any(|(at, _)| {
            let before = text[..at].trim_end();
            // `setattr(module, "name", value)`, `globals()["name"] = value`, `vars(module)["name"]`.
            let call = before.rfind("setattr(").map(|at| &before[at..]);
            let of_dict = |it: &str| it.ends_with("__dict__") || it.ends_with(')');
            before.strip_suffix('[').is_some_and(|it| of_dict(it.trim_end()))
                || (before.ends_with(',') && call.is_some_and(|call| !call.contains(')')))
        })
    });
    by_name
        || text.match_indices(&format!(".{name}")).any(|(at, found)| {
            let is_own = |word: &str| {
                let before = text[..at].strip_suffix(word);
                before.is_some_and(|before| !before.ends_with(|it: char| is_word(it) || it == '.'))
            };
            let rest = text[at + found.len()..].trim_start_matches([' ', '\t']);
            let is_assigned = {
                let operator = rest.trim_start_matches(['+', '-', '*', '/', '%', '&', '|', '^', '@', '<', '>']);
                let operators = rest.len() - operator.len();
                operator.starts_with('=')
                    && !operator.starts_with("==")
                    && !(operators == 1 && rest.starts_with(['<', '>']))
            };
            is_assigned && !(of_module && (is_own("self") || is_own("cls")))
        })
}
