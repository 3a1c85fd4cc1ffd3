//! Whose fault a failed call is.

use std::time::Duration;

use jurigged_abi::PluginError;

use super::PluginProblem;
use super::worker::CallFailure;

/// The problem that a failed call is, and whether the plugin is to blame for it.
pub(super) fn problem_of(
    plugin: &str,
    call: &'static str,
    limit: Duration,
    failure: CallFailure,
) -> (PluginProblem, bool) {
    let plugin = plugin.to_owned();
    let error = match failure {
        CallFailure::Hung => return (PluginProblem::Hung { plugin, call, limit }, true),
        CallFailure::Lied(message) => {
            return (
                PluginProblem::Lied {
                    plugin,
                    call,
                    message: message.into(),
                },
                true,
            );
        }
        CallFailure::Error(error) => error,
    };
    let message = error.to_string();
    match error {
        // Its own snippet is wrong, or else user code, or the framework, did not like the edit: then the next save may
        // put it right, and the plugin must be there for it.
        PluginError::Python { traceback, .. } if !is_innermost(&plugin, &traceback) => (
            PluginProblem::Raised {
                plugin,
                call,
                message,
                traceback,
            },
            false,
        ),
        PluginError::Bug(_) if message.starts_with("panicked") => {
            let message = message
                .trim_start_matches("panicked")
                .trim_start_matches([':', ' '])
                .to_owned();
            (PluginProblem::Panicked { plugin, call, message }, true)
        }
        _ => (PluginProblem::Failed { plugin, call, message }, true),
    }
}

/// Is the last place that a traceback names in a snippet of the plugin?
fn is_innermost(plugin: &str, traceback: &str) -> bool {
    let mut places = traceback
        .lines()
        .filter(|line| line.trim_start().starts_with("File \""));
    places
        .next_back()
        .is_none_or(|place| place.contains(&format!("\"<plugin {plugin}>\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceback_that_ends_outside_the_snippet_is_not_the_plugins_fault() {
        let own = "Traceback (most recent call last):\n  File \"<plugin mine>\", line 1, in <module>\nKeyError: 1\n";
        let deeper = format!("{own}  File \"/x/numba/core.py\", line 9, in compile\nTypingError: no\n");
        assert!(is_innermost("mine", own));
        assert!(!is_innermost("other", own));
        assert!(!is_innermost("mine", &deeper));
        assert!(is_innermost("mine", "SyntaxError: invalid syntax\n"));
    }
}
