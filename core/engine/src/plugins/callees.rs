//! Who has the code of a function inside: compiled callers, which stay old until they are compiled again.
//!
//! A caller is found by name: what its code mentions is looked up in its globals, closure and defaults, and below
//! modules, classes and instances found there. That is more than what it calls, never less, as long as it reaches the
//! function by a name.

use std::collections::{HashMap, HashSet};

use jurigged_runtime::{Handle, Interpreter, ObjectKind};

/// Longer containers are tables of data, not of functions; reading them item by item would cost seconds.
const LONGEST_CONTAINER: usize = 10_000;

/// Of the candidates those that mention `function`, transitively, each after those that it mentions; `function` itself
/// first if it is a candidate. Of candidates that mention each other either may come first.
pub(super) fn callees_first(interpreter: &dyn Interpreter, candidates: &[Handle], function: Handle) -> Vec<Handle> {
    let program = Program {
        interpreter,
        candidates: candidates.iter().copied().collect(),
    };
    let targets: HashSet<Handle> = std::iter::once(function)
        .chain(program.functions_inside(function))
        .collect();
    let graph = program.graph(candidates);
    let reaching = reaching(&graph, &targets);

    let mut order: Vec<Handle> = Vec::new();
    let mut seen: HashSet<Handle> = targets.clone();
    order.extend(candidates.iter().filter(|candidate| targets.contains(candidate)));
    for candidate in candidates {
        postorder(*candidate, &graph, &reaching, &mut seen, &mut order);
    }
    order.retain(|node| program.candidates.contains(node));
    order
}

/// For each function or candidate those that it mentions.
type Graph = HashMap<Handle, Vec<Handle>>;

struct Program<'a> {
    interpreter: &'a dyn Interpreter,
    candidates: HashSet<Handle>,
}

impl Program<'_> {
    fn graph(&self, from: &[Handle]) -> Graph {
        let mut graph = Graph::new();
        let mut open = from.to_vec();
        while let Some(node) = open.pop() {
            if graph.contains_key(&node) {
                continue;
            }
            let is_function = self.interpreter.kind(node) == ObjectKind::Function;
            let mentions = if is_function {
                self.mentioned_by(node)
            } else {
                self.functions_inside(node)
            };
            open.extend(&mentions);
            graph.insert(node, mentions);
        }
        graph
    }

    fn attribute(&self, object: Handle, name: &str) -> Option<Handle> {
        self.interpreter.attribute(object, name).ok().flatten()
    }

    fn all_items(&self, object: Option<Handle>) -> Vec<Handle> {
        object
            .and_then(|object| self.interpreter.items(object).ok())
            .unwrap_or_default()
    }

    /// The plain functions that an object wraps: what it stores under any name, such as `__wrapped__` and `py_func`.
    fn functions_inside(&self, object: Handle) -> Vec<Handle> {
        let mut inside: Vec<Handle> = self.attribute(object, "__wrapped__").into_iter().collect();
        if let Some(names) = self.interpreter.namespace(object) {
            inside.extend(self.interpreter.entries(names).into_iter().map(|(_, value)| value));
        }
        inside.extend(self.interpreter.referents(object));
        inside.retain(|value| *value != object && self.interpreter.kind(*value) == ObjectKind::Function);
        inside.sort_unstable();
        inside.dedup();
        inside
    }

    /// The functions and candidates that the code of a function can reach by name.
    fn mentioned_by(&self, function: Handle) -> Vec<Handle> {
        let Some(code) = self.attribute(function, "__code__") else {
            return Vec::new();
        };
        let names = self.names_in(code);
        let mut open = self.values_of(function, &names);
        let (mut seen, mut mentions) = (HashSet::new(), Vec::new());
        while let Some(value) = open.pop() {
            if value == function || !seen.insert(value) {
                continue;
            }
            if self.candidates.contains(&value) || self.interpreter.kind(value) == ObjectKind::Function {
                mentions.push(value);
            } else {
                self.open_up(value, &names, &mut open);
            }
        }
        mentions
    }

    /// All names that the code and the code nested in it look up.
    fn names_in(&self, code: Handle) -> Vec<String> {
        let (mut names, mut open) = (Vec::new(), vec![code]);
        while let Some(code) = open.pop() {
            let found = self.all_items(self.attribute(code, "co_names"));
            names.extend(found.into_iter().filter_map(|name| self.interpreter.text(name)));
            let constants = self.all_items(self.attribute(code, "co_consts"));
            open.extend(
                constants
                    .into_iter()
                    .filter(|constant| self.interpreter.kind(*constant) == ObjectKind::Code),
            );
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The globals of these names, what the closure holds, and the defaults.
    fn values_of(&self, function: Handle, names: &[String]) -> Vec<Handle> {
        let mut values = Vec::new();
        if let Some(globals) = self.attribute(function, "__globals__") {
            values.extend(names.iter().filter_map(|name| self.interpreter.entry(globals, name)));
        }
        let cells = self
            .attribute(function, "__closure__")
            .filter(|cells| self.is(*cells, ObjectKind::Tuple));
        values.extend(
            self.all_items(cells)
                .into_iter()
                .filter_map(|cell| self.attribute(cell, "cell_contents")),
        );
        let defaults = self
            .attribute(function, "__defaults__")
            .filter(|tuple| self.is(*tuple, ObjectKind::Tuple));
        values.extend(self.all_items(defaults));
        let keyword = self
            .attribute(function, "__kwdefaults__")
            .filter(|dict| self.is(*dict, ObjectKind::Dict));
        values.extend(
            keyword
                .into_iter()
                .flat_map(|dict| self.interpreter.entries(dict))
                .map(|(_, value)| value),
        );
        values
    }

    fn is(&self, object: Handle, kind: ObjectKind) -> bool {
        self.interpreter.kind(object) == kind
    }

    /// What can be reached below a value: attributes of these names, items, the inside of wrappers.
    fn open_up(&self, value: Handle, names: &[String], open: &mut Vec<Handle>) {
        let interpreter = self.interpreter;
        let below = |object: Handle, open: &mut Vec<Handle>| {
            if let Some(namespace) = interpreter.namespace(object) {
                open.extend(names.iter().filter_map(|name| interpreter.entry(namespace, name)));
            }
        };
        match interpreter.kind(value) {
            ObjectKind::Module => below(value, open),
            ObjectKind::Class => {
                for class in self.all_items(self.attribute(value, "__mro__")) {
                    below(class, open);
                }
            }
            ObjectKind::List | ObjectKind::Tuple | ObjectKind::Set => {
                open.extend(self.all_items(Some(value)).into_iter().take(LONGEST_CONTAINER));
            }
            ObjectKind::Dict => {
                let entries = interpreter.entries(value).into_iter().take(LONGEST_CONTAINER);
                open.extend(entries.map(|(_, value)| value));
            }
            ObjectKind::StaticMethod | ObjectKind::ClassMethod | ObjectKind::BoundMethod => {
                open.extend(self.attribute(value, "__func__"));
            }
            ObjectKind::Property => open.extend(self.attribute(value, "fget")),
            ObjectKind::Partial => {
                open.extend(self.attribute(value, "func"));
                open.extend(self.attribute(value, "args"));
                open.extend(self.attribute(value, "keywords"));
            }
            ObjectKind::Other => {
                open.extend(self.functions_inside(value));
                below(value, open);
                for class in self.all_items(self.attribute(interpreter.class_of(value), "__mro__")) {
                    below(class, open);
                }
            }
            _ => {}
        }
    }
}

/// The nodes from which a target can be reached.
fn reaching(graph: &Graph, targets: &HashSet<Handle>) -> HashSet<Handle> {
    let mut backwards: HashMap<Handle, Vec<Handle>> = HashMap::new();
    for (node, mentions) in graph {
        for mention in mentions {
            backwards.entry(*mention).or_default().push(*node);
        }
    }
    let (mut reaching, mut open) = (HashSet::new(), Vec::from_iter(targets.iter().copied()));
    while let Some(node) = open.pop() {
        if reaching.insert(node) {
            open.extend(backwards.get(&node).into_iter().flatten());
        }
    }
    reaching
}

/// Appends the nodes of `within` that `node` reaches, each after those that it mentions. No recursion: chains of calls
/// in a program can be longer than our stack.
fn postorder(
    node: Handle,
    graph: &Graph,
    within: &HashSet<Handle>,
    seen: &mut HashSet<Handle>,
    order: &mut Vec<Handle>,
) {
    let mut path: Vec<(Handle, usize)> = Vec::new();
    if within.contains(&node) && seen.insert(node) {
        path.push((node, 0));
    }
    while let Some((node, next)) = path.last_mut() {
        let mention = graph.get(node).and_then(|mentions| mentions.get(*next)).copied();
        *next += 1;
        match mention {
            Some(mention) if within.contains(&mention) && seen.insert(mention) => path.push((mention, 0)),
            Some(_) => {}
            None => {
                order.push(*node);
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callees_come_before_callers_and_cycles_end() {
        let h = Handle;
        // 4 mentions 3 and 2, 3 mentions 2, 2 mentions 1, 5 mentions 6; 1 and 3 mention each other.
        let graph = Graph::from([
            (h(1), vec![h(3)]),
            (h(2), vec![h(1)]),
            (h(3), vec![h(2), h(1)]),
            (h(4), vec![h(3), h(2)]),
            (h(5), vec![h(6)]),
        ]);
        let within = reaching(&graph, &HashSet::from([h(1)]));
        assert_eq!(within, HashSet::from([h(1), h(2), h(3), h(4)]));
        let (mut seen, mut order) = (HashSet::from([h(1)]), vec![h(1)]);
        for node in [5, 4, 3, 2] {
            postorder(h(node), &graph, &within, &mut seen, &mut order);
        }
        assert_eq!(order, [1, 2, 3, 4].map(h));
    }
}
