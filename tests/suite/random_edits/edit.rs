//! Edits of a program, as a programmer makes them.

use super::dice::Dice;
use super::program::{Around, FUNCTION_DECORATORS, Function, Item, Kind, METHOD_DECORATORS, MODULES, Program};

impl Program {
    /// Changes one to three things; says what.
    pub fn edit(&mut self, dice: &mut Dice) -> String {
        let said: Vec<_> = (0..=dice.below(3)).map(|_| self.edit_once(dice)).collect();
        said.join(", ")
    }

    fn edit_once(&mut self, dice: &mut Dice) -> String {
        match dice.below(12) {
            0 => self.add(dice),
            1 => self.delete(dice),
            2 => self.move_within(dice),
            3 => self.move_elsewhere(dice),
            4 => self.rename(dice),
            _ => {
                let Some((item, around)) = self.any(dice) else {
                    return "nothing".to_owned();
                };
                change(item, around, dice)
            }
        }
    }

    /// Any item at any depth, with where it stands.
    fn any(&mut self, dice: &mut Dice) -> Option<(&mut Item, Around)> {
        let mut items = &mut self.items;
        let mut around = Around::Module;
        loop {
            if items.is_empty() {
                return None;
            }
            let at = dice.below(items.len());
            let goes_down = !items[at].members().is_empty() && dice.often();
            if !goes_down {
                return Some((&mut items[at], around));
            }
            around = match items[at].kind {
                Kind::Class { .. } => Around::Class,
                _ if around == Around::Class => Around::Class,
                _ => Around::Block,
            };
            items = items[at].members_mut().expect("it has members");
        }
    }

    /// The items of the module, or of a class or block of it.
    fn any_list(&mut self, dice: &mut Dice) -> (&mut Vec<Item>, Around) {
        let holders: Vec<usize> = (0..self.items.len())
            .filter(|at| self.items[*at].holds_items())
            .collect();
        if holders.is_empty() || dice.often() {
            return (&mut self.items, Around::Module);
        }
        let holder = &mut self.items[holders[dice.below(holders.len())]];
        let around = match holder.kind {
            Kind::Class { .. } => Around::Class,
            _ => Around::Block,
        };
        (holder.members_mut().expect("it is a holder"), around)
    }

    fn add(&mut self, dice: &mut Dice) -> String {
        // Made first: what is added needs a number of the program.
        let (_, around) = self.any_list(&mut dice.clone());
        let item = self.item(&mut dice.clone(), around, usize::from(around != Around::Module));
        let said = format!("add {}", item.name);
        let (items, _) = self.any_list(dice);
        let at = dice.below(items.len() + 1);
        items.insert(at, item);
        said
    }

    fn delete(&mut self, dice: &mut Dice) -> String {
        let (items, _) = self.any_list(dice);
        if items.len() < 2 {
            return "nothing".to_owned();
        }
        let item = items.remove(dice.below(items.len()));
        format!("delete {}", item.name)
    }

    fn move_within(&mut self, dice: &mut Dice) -> String {
        let (items, _) = self.any_list(dice);
        if items.len() < 2 {
            return "nothing".to_owned();
        }
        let item = items.remove(dice.below(items.len()));
        let said = format!("move {}", item.name);
        items.insert(dice.below(items.len() + 1), item);
        said
    }

    /// Out of a class or block to the module, or from the module into a class.
    fn move_elsewhere(&mut self, dice: &mut Dice) -> String {
        let (items, around) = self.any_list(dice);
        if items.len() < 2 {
            return "nothing".to_owned();
        }
        let at = dice.below(items.len());
        let is_function = matches!(&items[at].kind, Kind::Function(function) if function.decorator.is_none());
        if !is_function && !matches!(items[at].kind, Kind::Constant { .. }) {
            return "nothing".to_owned();
        }
        let mut item = items.remove(at);
        if let Kind::Function(function) = &mut item.kind {
            function.calls_super = false;
        }
        let said = format!("move {} elsewhere", item.name);
        let target = self
            .items
            .iter()
            .position(|holder| around == Around::Module && matches!(holder.kind, Kind::Class { .. }));
        match target.and_then(|at| self.items[at].members_mut()) {
            Some(members) => members.push(item),
            None => self.items.push(item),
        }
        said
    }

    fn rename(&mut self, dice: &mut Dice) -> String {
        self.next_id += 1;
        let id = self.next_id;
        let Some((item, _)) = self.any(dice) else {
            return "nothing".to_owned();
        };
        let old = item.name.clone();
        item.name = format!("{}_{id}", old.split('_').next().unwrap_or_default());
        format!("rename {old} to {}", item.name)
    }
}

impl Item {
    fn holds_items(&self) -> bool {
        matches!(self.kind, Kind::Class { .. } | Kind::Block { .. })
    }
}

fn change(item: &mut Item, around: Around, dice: &mut Dice) -> String {
    if dice.rarely() {
        item.space = dice.below(4);
        return format!("layout of {}", item.name);
    }
    let what = match &mut item.kind {
        Kind::Constant { value } | Kind::Lambda { value } => {
            *value += 1;
            "value"
        }
        Kind::Import { module } => {
            *module = MODULES[dice.below(MODULES.len())];
            "import"
        }
        Kind::Function(function) => change_function(function, around, dice),
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
        Kind::Class { docstring, .. } => {
            *docstring = dice.often().then(|| dice.below(100));
            "docstring"
        }
        Kind::Block { members, .. } => match members.first_mut() {
            Some(member) => return change(member, around, dice),
            None => "nothing",
        },
    };
    format!("{what} of {}", item.name)
}

fn change_function(function: &mut Function, around: Around, dice: &mut Dice) -> &'static str {
    let is_method = function.parameters.first().is_some_and(|(name, _)| name == "self");
    match dice.below(12) {
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
        _ => {
            function.value += 1;
            "body"
        }
    }
}
