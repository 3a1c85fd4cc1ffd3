//! What `scenario_driver.py` answers: a line that begins with a mark, its texts in hexadecimal.

/// Begins an answer: no program prints it.
const MARK: char = '\x1e';

/// The answer to one command.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was printed.
    pub out: String,
    /// The traceback of what was raised.
    pub raised: Option<String>,
}

impl Answer {
    /// `None` for a line that the program printed itself. That the program is ready is an answer without text.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix(MARK)?.split(' ');
        let kind = words.next()?;
        let mut text = || decoded(words.next()?);
        let (out, raised) = match kind {
            "ready" => (String::new(), None),
            "out" => (text()?, None),
            "raised" => (text()?, Some(text()?)),
            _ => return None,
        };
        Some(Self { out, raised })
    }
}

fn decoded(text: &str) -> Option<String> {
    let bytes = if text == "-" {
        Vec::new()
    } else {
        hex::decode(text).ok()?
    };
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_other_lines_are_not() {
        let answer = |out: &str, raised: Option<&str>| {
            let (out, raised) = (out.to_owned(), raised.map(str::to_owned));
            Some(Answer { out, raised })
        };
        assert_eq!(Answer::parse("\x1eready"), answer("", None));
        assert_eq!(Answer::parse("\x1eout -"), answer("", None));
        assert_eq!(
            Answer::parse(&format!("\x1eout {}", hex::encode("é\n"))),
            answer("é\n", None)
        );
        assert_eq!(Answer::parse("\x1eraised - 4f5345"), answer("", Some("OSE")));
        for printed in ["out 4f", "\x1eout", "\x1eout 4", "\x1eout zz", "\x1eelse"] {
            assert_eq!(Answer::parse(printed), None, "{printed:?}");
        }
    }
}
