//! Statements and short definitions of the wider programs.

use std::fmt::Write as _;

use super::dice::Dice;

/// See the module.
#[derive(Clone, Debug)]
pub struct Statement {
    form: usize,
    value: usize,
}

/// `@` is the name, `#` the value. The first one binds nothing.
const FORMS: [&str; 19] = [
    "@: int",
    "@: int = #",
    "@: 'Base' = #",
    "@ = [n + # for n in range(3)]",
    "@ = [lambda a: (a, #), lambda a, b=#: (b, #)]",
    "@ = {'a': lambda: #, 'b': #}",
    "@ = functools.partial(passing, #)",
    "@ = # if LEVEL else None",
    "@, other_@ = #, 2",
    "@ = other_@ = #",
    "@ = sum(n for n in range(#))",
    "@ = (lambda a: lambda b: (a, b, #))(1)",
    "@ = f'{#} text'",
    "@ = (\n    #,\n    'text',\n)",
    "def @(a, b=#): return a, #",
    "class @: value = #",
    "async def @(): await passing(#)",
    "async def @():\n    yield #\n    print([n async for n in passing(#)])",
    "from json import dumps as @, loads as other_@",
];

impl Statement {
    pub fn new(dice: &mut Dice) -> Self {
        Self {
            form: dice.below(FORMS.len()),
            value: dice.below(100),
        }
    }

    /// Another value, or now and then another form.
    pub fn change(&mut self, dice: &mut Dice) -> &'static str {
        match dice.rarely() {
            true => {
                self.form = dice.below(FORMS.len());
                "form"
            }
            false => {
                self.value += 1;
                "value"
            }
        }
    }

    /// Does it bind its name?
    pub fn is_bound(&self) -> bool {
        self.form > 0
    }

    /// Is a name annotated?
    pub fn is_annotated(&self) -> bool {
        FORMS[self.form].starts_with("@:")
    }

    pub fn write(&self, text: &mut String, name: &str, indent: &str) {
        let form = FORMS[self.form]
            .replace('@', name)
            .replace('#', &self.value.to_string());
        for line in form.lines() {
            let _ = writeln!(text, "{indent}{line}");
        }
    }
}
