//! Writes down what it is told: in the list `events` of the module `app`, and in a file what it is notified of.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use jurigged_abi::*;

export_plugin!(
    name: "records",
    applies: "app",
    tested: "the tests",
    options: [
        ("file", "", "Where notifications go."),
        ("refuse", "", "The name of an edit to refuse."),
    ],
    conformers: [Records],
);

struct Records;

/// A notification comes without the program, and so without its options.
static FILE: Mutex<Option<PathBuf>> = Mutex::new(None);

impl Conformer for Records {
    fn interest(&self) -> Interest {
        Interest::any()
    }

    fn prepare<'t>(&self, edit: &Edit<'t>, live: &Live<'t>, change: &mut Change<'t>) -> Result {
        if live.option("refuse")?.as_text() == Some(edit.name()) {
            return Err(refuse("it is told to"));
        }
        if edit.kind() == EditKind::Class {
            let new = live.run("'prepared'", &[])?;
            change.set_attr(edit.bound(), "note", live.get(edit.bound(), "note")?, new);
        }
        Ok(())
    }

    fn settle<'t>(&self, edit: &Edit<'t>, live: &Live<'t>) -> Result {
        if let Some(file) = live.option("file")?.as_text() {
            *FILE.lock().map_err(|_| PluginError::Gone)? = Some(file.into());
        }
        let codes = (edit.old_code().is_some(), edit.new_code().is_some());
        let event = format!(
            "{} {} {codes:?}{}",
            edit.kind().word(),
            edit.name(),
            if edit.reverted() { " reverted" } else { "" }
        );
        let objects = [
            ("app", live.module("app")?),
            ("bound", edit.bound()),
            ("function", edit.function()),
        ];
        let source = format!("app.events.append(({event:?}, type(bound).__name__, type(function).__name__))");
        live.run(&source, &objects).map(drop)
    }

    fn notify(&self, applied: &Applied) {
        let edits = applied.edits.iter();
        let edits: Vec<_> = edits
            .map(|edit| format!("{} {}", edit.kind.word(), edit.name))
            .collect();
        let file = FILE.lock().ok().and_then(|file| file.clone());
        if let Some(mut file) = file.and_then(|file| std::fs::File::options().create(true).append(true).open(file).ok())
        {
            // The test misses what cannot be written.
            let _ = writeln!(file, "revision {}: {}", applied.revision, edits.join(", "));
        }
    }
}
