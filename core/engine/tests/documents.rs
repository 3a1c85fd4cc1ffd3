//! What the documents say of the repository is true: the files and folders that they name exist.

use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Markdown file of the repository, outside hidden folders and what cargo builds.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repository()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if name.starts_with('.') || name.starts_with("target") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Targets of links inside the repository. What stands in a block of code (`callbacks[0](1)`) is no link.
fn linked(text: &str) -> Vec<String> {
    let prose = text.split("\n```").step_by(2);
    let targets = prose.flat_map(|prose| prose.split("](").skip(1).filter_map(|part| part.split(')').next()));
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .filter_map(|target| target.split('#').next().map(str::to_owned))
        .collect()
}

/// Words in code spans, and in lines that are code, that name something of the repository.
fn named(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
            continue;
        }
        let spans: Vec<&str> = match is_block || line.starts_with("    ") {
            true => vec![line],
            false => line.split('`').skip(1).step_by(2).collect(),
        };
        let words = spans.iter().flat_map(|span| span.split_whitespace());
        names.extend(words.map(|word| word.trim_end_matches([',', ';', ':']).to_owned()));
    }
    names.retain(|name| is_of_the_repository(name));
    names
}

/// Does the word name something of this repository? Its top folders, and the crates of `core/` as `core/README.md` has
/// them, are the sign.
fn is_of_the_repository(word: &str) -> bool {
    let roots = [
        "core/",
        "plugins/",
        "tests/",
        "examples/",
        "bench/",
        ".ci/",
        "engine/src/",
        "runtime/src/",
    ];
    let is_path = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    roots.iter().any(|root| word.starts_with(root)) && word.chars().all(is_path)
}

#[test]
fn files_that_documents_name_exist() {
    let documents = documents();
    assert!(documents.len() >= 5, "{documents:?}");
    let mut missing = Vec::new();
    let mut checked = 0;
    for document in &documents {
        let text = std::fs::read_to_string(document).unwrap();
        let folder = document.parent().unwrap();
        for name in linked(&text).into_iter().chain(named(&text)) {
            checked += 1;
            if !folder.join(&name).exists() && !repository().join(&name).exists() {
                missing.push(format!("{} names {name}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(checked > 30, "only {checked} names were checked");
}

#[test]
fn names_are_found_in_links_spans_and_blocks() {
    let text = "See [x](core/a.rs#part), `core/b.rs:` and [y](https://example.org/z).\n\n    core/c   the rest\n\n\
                ```sh\ncargo run examples/d.py\nit[0](core/e.rs)\n```\n";
    assert_eq!(linked(text), ["core/a.rs"]);
    assert_eq!(named(text), ["core/b.rs", "core/c", "examples/d.py"]);
}

#[test]
fn no_document_names_a_place_on_one_machine() {
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        // Put together here, so that this file does not name them.
        for word in ["home", "tmp", "root", "Users"].map(|root| format!("/{root}/")) {
            assert!(!text.contains(&word), "{} names {word}", document.display());
        }
    }
}
