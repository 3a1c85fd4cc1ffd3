//! Edits of a program, as a programmer makes them.

use super::dice::Dice;
use super::function::{FUNCTION_DECORATORS, Function, METHOD_DECORATORS};
use super::more::{MORE_FUNCTION_DECORATORS, MORE_METHOD_DECORATORS};
use super::program::{Around, Base, CLASS_DECORATORS, HEADERS, Item, Kind, MODULES, MORE_HEADERS, Program};

/// How deep classes and blocks nest at most.
pub const DEPTH: usize = 3;

/// Where a list of items is.
#[derive(Clone, Debug, Default)]
pub struct Path {
    /// Which of the two files.
    file: usize,
    /// For each class or block on the way its place, and which of its lists it is.
    pub steps: Vec<(usize, usize)>,
}

impl Program {
    /// Changes one to three things; says what.
    pub fn edit(&mut self, dice: &mut Dice) -> String {
        let said: Vec<_> = (0..=dice.below(3)).map(|_| self.edit_once(dice)).collect();
        said.join(", ")
    }

    fn edit_once(&mut self, dice: &mut Dice) -> String {
        if self.wider.is_some() && dice.rarely() {
            return self.edit_wider(dice);
        }
        match dice.below(16) {
            0 => self.add(dice),
            1 => self.delete(dice),
            2 => self.move_within(dice),
            3 | 4 => self.move_elsewhere(dice),
            5 => self.rename(dice),
            6 => self.change_numbers(dice),
            _ => {
                let (base, number) = (self.any_base(dice), self.any_number(dice));
                let (path, around) = self.any_list(dice);
                let is_wider = self.wider.is_some();
                let items = self.list(&path);
                if items.is_empty() {
                    return "nothing".to_owned();
                }
                let at = dice.below(items.len());
                match is_wider && dice.often() {
                    true => change_wider(&mut items[at], around, base, dice),
                    false => change(&mut items[at], around, (base, number), dice),
                }
            }
        }
    }

    /// The lists of items of the module and of everything in it, with what is around each.
    fn lists(&self) -> Vec<(Path, Around)> {
        fn collect(items: &[Item], path: &Path, around: Around, found: &mut Vec<(Path, Around)>) {
            found.push((path.clone(), around));
            for (at, item) in items.iter().enumerate() {
                let inside = match (&item.kind, around) {
                    (Kind::Class { .. } | Kind::Record(_), _) | (_, Around::Class) => Around::Class,
                    _ => Around::Block,
                };
                for (which, list) in item.lists().enumerate() {
                    let mut path = path.clone();
                    path.steps.push((at, which));
                    collect(list, &path, inside, found);
                }
            }
        }
        let mut found = Vec::new();
        for (file, items) in self.files().enumerate() {
            let path = Path {
                file,
                ..Path::default()
            };
            collect(items, &path, Around::Module, &mut found);
        }
        found
    }

    pub fn list(&mut self, path: &Path) -> &mut Vec<Item> {
        let mut list = self.files_mut().nth(path.file).expect("it is there");
        for (at, which) in &path.steps {
            list = list[*at].lists_mut().nth(*which).expect("it is there");
        }
        list
    }

    /// The items of the module as often as those of all classes and blocks together.
    pub fn any_list(&self, dice: &mut Dice) -> (Path, Around) {
        let lists = self.lists();
        let at = if dice.below(2) == 0 { 0 } else { dice.below(lists.len()) };
        lists[at].clone()
    }

    fn add(&mut self, dice: &mut Dice) -> String {
        let (path, around) = self.any_list(dice);
        let item = self.item(dice, around, path.steps.len().min(2));
        let said = format!("add {}", item.name);
        let items = self.list(&path);
        items.insert(dice.below(items.len() + 1), item);
        said
    }

    fn delete(&mut self, dice: &mut Dice) -> String {
        let (path, _) = self.any_list(dice);
        let items = self.list(&path);
        if items.len() < 2 {
            return "nothing".to_owned();
        }
        let item = items.remove(dice.below(items.len()));
        format!("delete {}", item.name)
    }

    fn move_within(&mut self, dice: &mut Dice) -> String {
        let (path, _) = self.any_list(dice);
        let items = self.list(&path);
        if items.len() < 2 {
            return "nothing".to_owned();
        }
        let item = items.remove(dice.below(items.len()));
        let said = format!("move {}", item.name);
        items.insert(dice.below(items.len() + 1), item);
        said
    }

    /// Out of a class, a block or the module into another one.
    fn move_elsewhere(&mut self, dice: &mut Dice) -> String {
        let (from, _) = self.any_list(dice);
        let items = self.list(&from);
        if items.len() < 2 {
            return "nothing".to_owned();
        }
        let at = dice.below(items.len());
        let is_movable = match &items[at].kind {
            Kind::Function(function) => function
                .decorator
                .is_none_or(|it| FUNCTION_DECORATORS.contains(&it) || MORE_FUNCTION_DECORATORS.contains(&it)),
            Kind::Closure { .. } | Kind::Block { .. } => false,
            _ => true,
        };
        if !is_movable {
            return "nothing".to_owned();
        }
        let mut item = items.remove(at);
        if let Kind::Function(function) = &mut item.kind {
            function.calls_super = false;
        }
        let (to, _) = self.any_list(dice);
        let to = if to.steps.len() < DEPTH { to } else { Path::default() };
        let said = format!("move {} elsewhere", item.name);
        let items = self.list(&to);
        items.insert(dice.below(items.len() + 1), item);
        said
    }

    fn rename(&mut self, dice: &mut Dice) -> String {
        self.next_id += 1;
        let id = self.next_id;
        let (path, _) = self.any_list(dice);
        let items = self.list(&path);
        let at = dice.below(items.len());
        let Some(item) = items.get_mut(at) else {
            return "nothing".to_owned();
        };
        let old = item.name.clone();
        item.name = format!("{}_{id}", old.split('_').next().unwrap_or_default());
        format!("rename {old} to {}", item.name)
    }

    fn change_numbers(&mut self, dice: &mut Dice) -> String {
        let (roll, at) = (dice.below(5), dice.below(self.numbers.len()));
        if roll == 0 || self.numbers.is_empty() {
            return format!("add {}", self.add_number(dice));
        }
        if roll == 1 {
            return format!("delete {}", self.numbers.remove(at).name);
        }
        self.numbers[at].value += 1;
        format!("value of {}", self.numbers[at].name)
    }
}

/// `found`: a base and a number that it may get.
fn change(item: &mut Item, around: Around, found: (Base, Option<usize>), dice: &mut Dice) -> String {
    if dice.rarely() {
        item.space = dice.below(4);
        return format!("layout of {}", item.name);
    }
    let what = match &mut item.kind {
        Kind::Constant { plus, .. } if dice.rarely() => {
            *plus = found.1;
            "number"
        }
        Kind::Constant { value, .. } | Kind::Lambda { value } => {
            *value += 1;
            "value"
        }
        Kind::Import { module } => {
            *module = MODULES[dice.below(MODULES.len())];
            "import"
        }
        Kind::Function(function) => change_function(function, around, found.1, dice),
        Kind::Closure {
            value,
            reads_second,
            default,
        } => match dice.below(4) {
            0 => {
                *reads_second = !*reads_second;
                "free variables"
            }
            1 => {
                *default = default.map_or(Some(1), |value| (value < 3).then_some(value + 1));
                "default of the closure"
            }
            _ => {
                *value += 1;
                "body of the closure"
            }
        },
        Kind::Class { base, .. } if dice.often() => {
            *base = found.0;
            "bases"
        }
        Kind::Class { docstring, .. } => {
            *docstring = dice.often().then(|| dice.below(100));
            "docstring"
        }
        Kind::Block { header, .. } => {
            *header = HEADERS[dice.below(HEADERS.len())];
            "header"
        }
        Kind::Record(record) => record.change(found.0, dice),
        Kind::Statement(statement) => statement.change(dice),
    };
    format!("{what} of {}", item.name)
}

/// What only items of the wider programs have. `base`: one that it may get.
fn change_wider(item: &mut Item, around: Around, base: Base, dice: &mut Dice) -> String {
    let what = match &mut item.kind {
        Kind::Function(function) if dice.rarely() => {
            let decorators: &[&'static str] = match around {
                Around::Class => &MORE_METHOD_DECORATORS,
                _ => &MORE_FUNCTION_DECORATORS,
            };
            function.decorator = dice.often().then(|| decorators[dice.below(decorators.len())]);
            "decorator"
        }
        Kind::Function(function) if dice.rarely() => {
            function.is_async = !function.is_async;
            "async"
        }
        Kind::Function(function) => function.more.change(dice),
        Kind::Class { decorator, .. } if dice.rarely() => {
            *decorator = dice
                .often()
                .then(|| CLASS_DECORATORS[dice.below(CLASS_DECORATORS.len())]);
            "class decorator"
        }
        Kind::Class { keyword, .. } if dice.rarely() => {
            *keyword = dice.often().then(|| dice.below(4));
            "keyword"
        }
        Kind::Block { header, .. } => {
            *header = MORE_HEADERS[dice.below(MORE_HEADERS.len())];
            "header"
        }
        _ => return change(item, around, (base, None), dice),
    };
    format!("{what} of {}", item.name)
}

fn change_function(function: &mut Function, around: Around, number: Option<usize>, dice: &mut Dice) -> &'static str {
    let is_method = function.parameters.first().is_some_and(|(name, _)| name == "self");
    match dice.below(13) {
        0 => {
            for (_, default) in &mut function.parameters {
                *default = default.map(|value| value + 1);
            }
            "defaults"
        }
        1 => {
            function.docstring = dice.often().then(|| dice.below(100));
            "docstring"
        }
        2 => {
            function.annotated = !function.annotated;
            "annotations"
        }
        3 => {
            function.extra_lines = dice.below(4);
            "lines"
        }
        4 => {
            function.comprehension = !function.comprehension;
            "comprehension"
        }
        5 => {
            function.nested = dice.often().then(|| dice.below(100));
            "nested function"
        }
        6 => {
            function.yields = !function.yields;
            "kind"
        }
        7 => {
            let decorators: &[&'static str] = match around {
                Around::Class if is_method => &METHOD_DECORATORS[1..],
                Around::Class => &METHOD_DECORATORS[..1],
                _ => &FUNCTION_DECORATORS,
            };
            function.decorator = dice.often().then(|| decorators[dice.below(decorators.len())]);
            "decorator"
        }
        8 if function.decorator != Some("property") => {
            match function.parameters.iter().position(|(name, _)| name == "d1") {
                Some(at) => drop(function.parameters.remove(at)),
                None => function.parameters.push(("d1".to_owned(), Some(dice.below(100)))),
            }
            "parameters"
        }
        9 if is_method && around == Around::Class && function.decorator != Some("staticmethod") => {
            function.calls_super = !function.calls_super;
            "super"
        }
        10 if function.decorator != Some("property") => {
            function.number = number;
            "number"
        }
        _ => {
            function.value += 1;
            "body"
        }
    }
}
