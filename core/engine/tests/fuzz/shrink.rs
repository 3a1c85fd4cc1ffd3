//! Cuts a failing pair of texts down.

/// The smallest pair that still fails, by leaving out ever smaller runs of lines, then of characters.
pub fn smallest(old: String, new: String, fails: &dyn Fn(&str, &str) -> bool) -> (String, String) {
    let (mut old, mut new) = (old, new);
    loop {
        let before = old.len() + new.len();
        old = shorter(&old, &|old| fails(old, &new));
        new = shorter(&new, &|new| fails(&old, new));
        if old.len() + new.len() == before {
            return (old, new);
        }
    }
}

fn shorter(text: &str, fails: &dyn Fn(&str) -> bool) -> String {
    let lines = without_parts(text.split_inclusive('\n').map(str::to_owned).collect(), fails);
    // By characters only what is short: a check costs milliseconds.
    const FEW: usize = 400;
    if lines.len() > FEW {
        return lines;
    }
    without_parts(lines.chars().map(String::from).collect(), fails)
}

fn without_parts(mut parts: Vec<String>, fails: &dyn Fn(&str) -> bool) -> String {
    let mut size = parts.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        while at < parts.len() {
            let end = (at + size).min(parts.len());
            let rest = [&parts[..at], &parts[end..]].concat();
            if fails(&rest.concat()) {
                parts = rest;
            } else {
                at = end;
            }
        }
        if size == 1 {
            return parts.concat();
        }
        size = size.div_ceil(2);
    }
}
