//! Edits that only the wider programs see: what moves between files, whole stretches of text, and what a file begins with.

use super::dice::Dice;
use super::edit::DEPTH;
use super::program::{Item, Kind, MORE_HEADERS, Program};
use super::statement::Statement;

impl Program {
    pub fn edit_wider(&mut self, dice: &mut Dice) -> String {
        match dice.below(9) {
            0 => self.toggle(dice),
            1 | 2 => self.move_to_other_file(dice),
            3 => self.wrap(dice),
            4 => self.unwrap(dice),
            5 => self.copy(dice),
            6 => self.swap(dice),
            7 => self.turn(dice),
            _ => self.move_stretch(dice),
        }
    }

    fn toggle(&mut self, dice: &mut Dice) -> String {
        let Some(wider) = &mut self.wider else {
            return "nothing".to_owned();
        };
        let (switch, name) = match dice.below(2) {
            0 => (&mut wider.has_future, "future"),
            _ => (&mut wider.is_starred, "star-import"),
        };
        *switch = !*switch;
        name.to_owned()
    }

    fn move_to_other_file(&mut self, dice: &mut Dice) -> String {
        let from = dice.below(2);
        let mut files = self.files_mut();
        let (Some(first), Some(second)) = (files.next(), files.next()) else {
            return "nothing".to_owned();
        };
        let (from, to) = if from == 0 { (first, second) } else { (second, first) };
        if from.is_empty() {
            return "nothing".to_owned();
        }
        let item = from.remove(dice.below(from.len()));
        let said = format!("move {} to the other file", item.name);
        to.insert(dice.below(to.len() + 1), item);
        said
    }

    /// Some items that follow each other come into a new block.
    fn wrap(&mut self, dice: &mut Dice) -> String {
        self.next_id += 1;
        let id = self.next_id;
        let (path, _) = self.any_list(dice);
        let is_deep = path.steps.len() >= DEPTH;
        let items = self.list(&path);
        if items.is_empty() || is_deep {
            return "nothing".to_owned();
        }
        let start = dice.below(items.len());
        let end = (start + 1 + dice.below(3)).min(items.len());
        let block = Item {
            id,
            space: dice.below(3),
            name: format!("block_{id}"),
            kind: Kind::Block {
                header: MORE_HEADERS[dice.below(MORE_HEADERS.len())],
                members: items.drain(start..end).collect(),
                otherwise: Vec::new(),
            },
        };
        items.insert(start, block);
        format!("wrap in block_{id}")
    }

    /// What a block holds stays without it.
    fn unwrap(&mut self, dice: &mut Dice) -> String {
        let (path, _) = self.any_list(dice);
        let items = self.list(&path);
        let Some(at) = items.iter().position(|item| matches!(item.kind, Kind::Block { .. })) else {
            return "nothing".to_owned();
        };
        let block = items.remove(at);
        let said = format!("unwrap {}", block.name);
        if let Kind::Block { members, .. } = block.kind {
            items.splice(at..at, members);
        }
        said
    }

    /// An item with all that is in it once more, under new names.
    fn copy(&mut self, dice: &mut Dice) -> String {
        let (path, _) = self.any_list(dice);
        let items = self.list(&path);
        if items.is_empty() {
            return "nothing".to_owned();
        }
        let at = dice.below(items.len());
        let mut copy = items[at].clone();
        let said = format!("copy {}", copy.name);
        self.name_anew(&mut copy);
        let items = self.list(&path);
        items.insert(dice.below(items.len() + 1), copy);
        said
    }

    fn name_anew(&mut self, item: &mut Item) {
        self.next_id += 1;
        item.id = self.next_id;
        item.name = format!("{}_{}", item.name.split('_').next().unwrap_or_default(), item.id);
        for list in item.lists_mut() {
            list.iter_mut().for_each(|member| self.name_anew(member));
        }
    }

    /// Two items exchange their names.
    fn swap(&mut self, dice: &mut Dice) -> String {
        let (path, _) = self.any_list(dice);
        let items = self.list(&path);
        if items.len() < 2 {
            return "nothing".to_owned();
        }
        let (one, other) = (dice.below(items.len()), dice.below(items.len()));
        let names = (items[one].name.clone(), items[other].name.clone());
        (items[other].name, items[one].name) = names.clone();
        format!("swap {} and {}", names.0, names.1)
    }

    /// Something else gets the name.
    fn turn(&mut self, dice: &mut Dice) -> String {
        let (path, around) = self.any_list(dice);
        let items = self.list(&path);
        if items.is_empty() {
            return "nothing".to_owned();
        }
        let at = dice.below(items.len());
        let kind = match dice.below(2) {
            0 => Kind::Statement(Statement::new(dice)),
            _ => self.item(dice, around, 2).kind,
        };
        let item = &mut self.list(&path)[at];
        item.kind = kind;
        format!("turn {}", item.name)
    }

    /// Some items that follow each other go to another place, of another file, class or block too.
    fn move_stretch(&mut self, dice: &mut Dice) -> String {
        let (from, around) = self.any_list(dice);
        let items = self.list(&from);
        if items.is_empty() {
            return "nothing".to_owned();
        }
        let start = dice.below(items.len());
        let end = (start + 2).min(items.len());
        let moved: Vec<Item> = items.drain(start..end).collect();
        let (to, target) = self.any_list(dice);
        // What is decorated as a method, or calls `super()`, does not run elsewhere.
        let to = if target == around && to.steps.len() < DEPTH {
            to
        } else {
            from
        };
        let said = format!("move {} items from {start}", moved.len());
        let items = self.list(&to);
        let at = dice.below(items.len() + 1);
        items.splice(at..at, moved);
        said
    }
}
