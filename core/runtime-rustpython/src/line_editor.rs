//! Lines from a terminal, with editing, history and completion: RustPython has no `readline` module.
//!
//! The editor has a thread of its own. The thread that wants a line is detached from the interpreter while it waits, so
//! that saves are applied meanwhile, and it is the one that completes: the editor's thread never needs the interpreter.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use rustpython_vm::builtins::PyStrRef;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};

/// What the tab key inserts where there is nothing to complete.
const INDENT: &str = "    ";

/// The editor's thread, as the thread of the prompt sees it.
pub(crate) struct LineEditor {
    prompts: Sender<String>,
    answers: Receiver<Answer>,
    completions: Sender<Vec<String>>,
}

enum Answer {
    Line(Result<String, ReadlineError>),
    /// What may this become? The answer goes through `completions`.
    Complete(String),
}

impl LineEditor {
    /// Starts the thread. The history is read from `history` and written to it line by line.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(history: PathBuf) -> std::io::Result<Self> {
        let (prompts, wanted) = channel();
        let (answer, answers) = channel();
        let (completions, completed) = channel();
        std::thread::Builder::new()
            .name("jurigged-prompt".to_owned())
            .spawn(move || edit_lines(&history, &wanted, &answer, completed))?;
        Ok(Self {
            prompts,
            answers,
            completions,
        })
    }

    /// One line, without its end. `complete` is a Python function from a text to a list of texts.
    ///
    /// # Errors
    /// `EOFError`, `KeyboardInterrupt`, `OSError` when the terminal fails; what `complete` raises is taken as no answer.
    pub(crate) fn read(&self, vm: &VirtualMachine, prompt: &str, complete: &PyObjectRef) -> PyResult<String> {
        let exceptions = &vm.ctx.exceptions;
        // An editor that is gone has failed before.
        let is_open = self.prompts.send(prompt.to_owned()).is_ok();
        while is_open && let Ok(answer) = vm.allow_threads(|| self.answers.recv()) {
            return match answer {
                Answer::Complete(text) => {
                    let found = complete.call((text,), vm);
                    let found = found.and_then(|found| found.try_into_value::<Vec<PyStrRef>>(vm));
                    let texts = found.unwrap_or_default();
                    let texts = texts.iter().map(|text| text.to_string_lossy().into_owned()).collect();
                    if self.completions.send(texts).is_err() {
                        break;
                    }
                    continue;
                }
                Answer::Line(Ok(line)) => Ok(line),
                Answer::Line(Err(ReadlineError::Eof)) => Err(vm.new_exception_empty(exceptions.eof_error.to_owned())),
                Answer::Line(Err(ReadlineError::Interrupted)) => {
                    Err(vm.new_exception_empty(exceptions.keyboard_interrupt.to_owned()))
                }
                Answer::Line(Err(error)) => Err(vm.new_os_error(error.to_string())),
            };
        }
        Err(vm.new_exception_empty(exceptions.eof_error.to_owned()))
    }
}

/// The editor's thread.
fn edit_lines(history: &Path, prompts: &Receiver<String>, answers: &Sender<Answer>, completed: Receiver<Vec<String>>) {
    let configuration = rustyline::Config::builder()
        .completion_type(rustyline::CompletionType::List)
        .auto_add_history(true)
        .build();
    let mut editor: Editor<Words, DefaultHistory> = match Editor::with_config(configuration) {
        Ok(editor) => editor,
        Err(error) => {
            let _ = answers.send(Answer::Line(Err(error)));
            return;
        }
    };
    editor.set_helper(Some(Words {
        answers: answers.clone(),
        completed,
    }));
    // There is none yet at the first start.
    let _ = editor.load_history(history);
    while let Ok(prompt) = prompts.recv() {
        let line = loop {
            match editor.readline(&prompt) {
                // The window has another size.
                Err(ReadlineError::Signal(_)) => continue,
                line => break line,
            }
        };
        if line.is_ok() {
            save_history(&mut editor, history);
        }
        if answers.send(Answer::Line(line)).is_err() {
            return;
        }
    }
}

/// A history that cannot be kept is no reason to end the prompt.
fn save_history(editor: &mut Editor<Words, DefaultHistory>, history: &Path) {
    let folder = history.parent().unwrap_or(Path::new("."));
    if std::fs::create_dir_all(folder).is_ok() {
        let _ = editor.save_history(history);
    }
}

/// Completes names by asking the thread of the prompt.
struct Words {
    answers: Sender<Answer>,
    completed: Receiver<Vec<String>>,
}

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..position];
        let start = word_start(before);
        let word = &before[start..];
        if word.is_empty() {
            return Ok((position, vec![INDENT.to_owned()]));
        }
        let is_asked = self.answers.send(Answer::Complete(word.to_owned())).is_ok();
        let found = is_asked.then(|| self.completed.recv().unwrap_or_default());
        Ok((start, found.unwrap_or_default()))
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

/// Where the dotted name before the cursor starts.
fn word_start(before: &str) -> usize {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    before.trim_end_matches(is_part).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_dotted_name() {
        for (line, word) in [
            ("os.pa", "os.pa"),
            ("f(x.y", "x.y"),
            ("a = b", "b"),
            ("a ", ""),
            ("é.b", "é.b"),
        ] {
            assert_eq!(&line[word_start(line)..], word, "{line}");
        }
    }
}
