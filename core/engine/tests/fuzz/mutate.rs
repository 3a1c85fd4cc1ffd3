//! Random edits of a text, as careless as possible.

/// A generator of numbers that is the same on every machine: xorshift64*.
pub struct Dice(u64);

impl Dice {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.below(2);
        }
        dice
    }

    /// A number from 0 up to, not including, `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end.max(1)
    }
}

/// What a line may begin with, or become.
const LINES: [&str; 24] = [
    "def f(a, b=1, *c, d: int = 2, **e) -> None:",
    "async def g():",
    "class C(B, metaclass=M):",
    "class C[T: int]:",
    "@decorator(1)",
    "@property",
    "@x.setter",
    "if __name__ == '__main__':",
    "else:",
    "try:",
    "except* E as e:",
    "finally:",
    "for x in y:",
    "while (x := f()):",
    "with a as b, c as (d, e):",
    "match x:",
    "case {'a': [1, *_], **rest} if rest:",
    "from __future__ import annotations",
    "from . import *",
    "global x; nonlocal y",
    "    return lambda x=lambda: [y for y in z]: f'{x!r:{y}}'",
    "x = yield from (await z for z in w)",
    "type X[*Ts] = int; del X",
    "    '''",
];

const TOKENS: [&str; 28] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ";",
    "=",
    ":=",
    "->",
    ".",
    "...",
    "*",
    "**",
    "@",
    "\\\n",
    "'",
    "\"\"\"",
    "f'{",
    "lambda: ",
    "await ",
    "\t",
    "\u{c}",
    "\u{feff}",
    "é𝔸\u{2028}",
    "\r",
];

/// One to six edits.
pub fn edited(text: &str, seeds: &[String], dice: &mut Dice) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice.below(6) {
        text = if dice.below(3) == 0 {
            by_characters(&text, dice)
        } else {
            by_lines(&text, seeds, dice)
        };
    }
    text
}

fn by_lines(text: &str, seeds: &[String], dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        lines.push(String::new());
    }
    let at = dice.below(lines.len());
    let end = (at + 1 + dice.below(8)).min(lines.len());
    match dice.below(9) {
        0 => drop(lines.drain(at..end)),
        1 => {
            let copied = lines[at..end].to_vec();
            lines.splice(at..at, copied);
        }
        2 => {
            let moved: Vec<_> = lines.drain(at..end).collect();
            let to = dice.below(lines.len() + 1);
            lines.splice(to..to, moved);
        }
        3 => lines[at..end].iter_mut().for_each(|line| line.insert_str(0, "    ")),
        4 => lines[at..end].iter_mut().for_each(|line| {
            let blanks = line.bytes().take(4).take_while(|byte| *byte == b' ').count();
            line.drain(..blanks);
        }),
        5 => {
            let indent: String = lines[at].chars().take_while(|letter| *letter == ' ').collect();
            lines.insert(at, format!("{indent}{}\n", LINES[dice.below(LINES.len())]));
        }
        6 => {
            let other = &seeds[dice.below(seeds.len())];
            let count = other.lines().count();
            let piece = other
                .split_inclusive('\n')
                .skip(dice.below(count))
                .take(1 + dice.below(20));
            lines.splice(at..at, piece.map(str::to_owned));
        }
        7 => lines.truncate(at + 1),
        _ => lines.swap(at, end - 1),
    }
    lines.concat()
}

fn by_characters(text: &str, dice: &mut Dice) -> String {
    let near = |offset: usize| {
        (offset..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len())
    };
    let at = near(dice.below(text.len() + 1));
    let end = near(at + dice.below(12).min(text.len() - at));
    match dice.below(5) {
        0 => format!("{}{}", &text[..at], &text[end..]),
        1 => format!("{}{}{}", &text[..at], TOKENS[dice.below(TOKENS.len())], &text[at..]),
        2 => format!("{}{}{}", &text[..at], TOKENS[dice.below(TOKENS.len())], &text[end..]),
        3 => renamed(text, at, dice),
        _ => format!("{}{}{}", &text[..end], &text[at..end], &text[end..]),
    }
}

/// The word at an offset becomes another one wherever it stands.
fn renamed(text: &str, at: usize, dice: &mut Dice) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let word: String = text[at..]
        .chars()
        .skip_while(|letter| !is_word(*letter))
        .take_while(|it| is_word(*it))
        .collect();
    if word.is_empty() {
        return text.to_owned();
    }
    let other = ["x", "self", "super", "__init__", "class", "def", "_", "名"][dice.below(8)];
    text.replace(&word, other)
}
