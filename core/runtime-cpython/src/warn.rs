//! Warnings that would be ours, not the program's, are ignored where they are raised.

use pyo3::exceptions::PyWarning;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::known::Known;

/// "Ignore" entries at the head of the warning filters, until they are [removed](Self::remove).
pub(crate) struct Ignored {
    filters: Py<PyList>,
    entries: Vec<Py<PyTuple>>,
}

impl Ignored {
    /// Ignores warnings with exactly these messages; with none given, all of them.
    ///
    /// # Errors
    /// When the program replaced the filters by something that is no list.
    pub fn new(py: Python<'_>, known: &Known, messages: &[String]) -> PyResult<Self> {
        // The filters that count are those of the module `warnings` where it is imported (`catch_warnings` puts another
        // list there), else those of `_warnings`. Importing it here would cost a plain program 2 ms.
        let filters = match known.modules.bind(py).get_item("warnings")? {
            Some(warnings) => warnings.getattr("filters")?,
            None => known.warning_filters.bind(py).clone(),
        };
        let filters = filters.cast_into::<PyList>()?;
        let entry = |message: Option<&str>| {
            let (category, module, line) = (py.get_type::<PyWarning>(), py.None(), 0);
            ("ignore", message, category, module, line).into_pyobject(py)
        };
        let messages = messages.iter().map(|message| Some(message.as_str()));
        let all = messages.len() == 0;
        let mut ignored = Self {
            filters: filters.clone().unbind(),
            entries: Vec::new(),
        };
        for message in messages.chain(all.then_some(None)) {
            let entry = entry(message)?;
            filters.insert(0, &entry)?;
            ignored.entries.push(entry.unbind());
        }
        Ok(ignored)
    }

    /// Takes the entries out again. The program may have changed the list meanwhile: they are looked for.
    pub fn remove(self, py: Python<'_>) {
        let filters = self.filters.bind(py);
        for entry in &self.entries {
            if let Some(index) = filters.iter().position(|filter| filter.is(entry.bind(py))) {
                // In range, as nothing runs between.
                let _ = filters.del_item(index);
            }
        }
    }
}
