//! Functions and classes of the same name that mean the same.

use std::collections::HashMap;

use jurigged_abi::{Definition, Matcher, Pairs, Result};

/// Pairs what did not change but for its place. Runs first, so that of several definitions of one name the unchanged
/// ones stay what they are. It needs only what plugins see, so it is written against their interface.
pub(in super::super) struct EqualDefinitions;

impl Matcher for EqualDefinitions {
    fn pair(&self, old: &[Definition], new: &[Definition], pairs: &mut Pairs) -> Result {
        let is_named =
            |definition: &&(usize, &Definition)| definition.1.kind != "statement" && !definition.1.name.is_empty();
        let mut unpaired: HashMap<(&str, &str, u64), Vec<usize>> = HashMap::new();
        // Last first, so that `pop` gives them in order.
        for (index, definition) in old.iter().enumerate().filter(|it| is_named(&it)).rev() {
            let key = (
                definition.kind.as_str(),
                definition.name.as_str(),
                definition.fingerprint,
            );
            unpaired.entry(key).or_default().push(index);
        }
        for (index, definition) in new.iter().enumerate().filter(|it| is_named(&it)) {
            let key = (
                definition.kind.as_str(),
                definition.name.as_str(),
                definition.fingerprint,
            );
            if let Some(before) = unpaired.get_mut(&key).and_then(Vec::pop) {
                pairs.pair(before, index, "equal");
            }
        }
        Ok(())
    }
}
