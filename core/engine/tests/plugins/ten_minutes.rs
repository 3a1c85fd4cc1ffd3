//! The plugin of "Write a plugin in ten minutes" (`plugins/README.md`): the page shows this code, and the code works.

use super::*;

const PROGRAM: &str = r#"
import functools

class Cart:
    @functools.cached_property
    def total(self):
        return 10

    @functools.cached_property
    def _weight(self):
        return 1

class Basket(Cart):
    pass

carts = [Cart(), Basket()]
"#;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The code block of the page that follows the line `<!-- FILE -->`.
fn shown(page: &str, file: &str) -> String {
    let (_, after) = page
        .split_once(&format!("<!-- {file} -->\n"))
        .unwrap_or_else(|| panic!("plugins/README.md does not show {file}"));
    let block = after.split_once('\n').expect("a code block follows the mark").1;
    block.split_once("```").expect("the code block ends").0.to_owned()
}

#[test]
fn the_page_shows_the_files_of_the_crate() {
    let page = std::fs::read_to_string(repository().join("plugins/README.md")).unwrap();
    for file in ["tests/ten_minutes/Cargo.toml", "tests/ten_minutes/src/lib.rs"] {
        assert_eq!(
            shown(&page, file),
            std::fs::read_to_string(repository().join(file)).unwrap(),
            "plugins/README.md and {file} differ"
        );
    }
}

/// The edit of a property of `Cart`, whose function has its new code already.
fn edit_of(python: &PipedPython, property: &str) -> LiveEdit {
    python.define(&format!("bound = Cart.__dict__['{property}']; function = bound.func"));
    let function = python.get("function");
    let code = python.attribute(function, "__code__").unwrap();
    LiveEdit {
        name: format!("shop.Cart.{property}"),
        function,
        bound: python.get("bound"),
        old_code: code,
        new_code: code,
        ..edit(python, "function", EditKind::Body)
    }
}

/// Saves a new body of each property and returns what the carts say after it.
fn after_edits(options: &[(&str, &str, OptionValue)]) -> String {
    let library = library("cached_property_plugin");
    let empty = tempfile::tempdir().unwrap();
    let mut settings = settings(empty.path(), options);
    // As `[plugins.cached-property] library = "…"`: such a library needs no manifest.
    settings.plugins.entry("cached-property".into()).or_default().library = Some(library);
    let mut plugins = discover(settings);

    let python = PipedPython::start(PROGRAM);
    assert_eq!(
        python.eval("[(cart.total, cart._weight) for cart in carts]"),
        "[(10, 1), (10, 1)]"
    );
    python.define("Cart.__dict__['total'].func.__code__ = (lambda self: 20).__code__");
    python.define("Cart.__dict__['_weight'].func.__code__ = (lambda self: 2).__code__");
    for property in ["total", "_weight"] {
        let edit = edit_of(&python, property);
        assert_eq!(plugins.session(&python).settle(&edit), []);
    }
    assert_eq!(state(&plugins, "cached-property"), "running");
    assert_eq!(codes(&plugins.take_problems()), [""; 0]);
    python.eval("[(cart.total, cart._weight) for cart in carts]")
}

#[test]
fn the_plugin_forgets_the_values_of_live_instances() {
    assert_eq!(after_edits(&[]), "[(20, 2), (20, 2)]");
}

#[test]
fn the_plugin_follows_its_option() {
    let options = [("cached-property", "keep-private", true.into())];
    assert_eq!(after_edits(&options), "[(20, 1), (20, 1)]");
}

#[test]
fn a_program_without_cached_properties_never_opens_it() {
    let empty = tempfile::tempdir().unwrap();
    let mut settings = settings(empty.path(), &[]);
    settings.plugins.entry("cached-property".into()).or_default().library = Some(library("cached_property_plugin"));
    let mut plugins = discover(settings);
    let python = PipedPython::start(super::PROGRAM);
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "price", EditKind::Body)),
        []
    );
    assert_eq!(state(&plugins, "cached-property"), "waiting");
}
