//! The plugins that come with jurigged, over the frameworks that they are for.

use super::*;

fn bundled() -> Plugins {
    discover(PluginSettings {
        bundled: vec![deps()],
        ..PluginSettings::default()
    })
}

/// What the engine does with an edit of a body: here, by Python.
fn swap_code(python: &PipedPython, function: &str, source: &str) {
    python.define(&format!("_new = {{}}\nexec({source:?}, dict(globals()), _new)"));
    python.define(&format!("{function}.__code__ = next(iter(_new.values())).__code__"));
}

#[test]
fn functools_clears_the_cache_and_renews_the_wrapper() {
    let python = PipedPython::start(PROGRAM);
    let mut plugins = bundled();
    python.eval("price(1)");
    swap_code(&python, "price.__wrapped__", "def price(key):\n    return key + 100\n");
    python.define("price.__wrapped__.__doc__ = 'new doc'; price.__wrapped__.__annotations__ = {'key': int}");
    assert_eq!(python.eval("price(1)"), "2");
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "price", EditKind::Body)),
        []
    );
    assert_eq!(python.eval("price(1), price.__doc__"), "(101, 'new doc')");
    assert_eq!(python.eval("price.__annotations__"), "{'key': <class 'int'>}");
    assert_eq!(python.eval("price.cache_info().misses"), "1");
}

#[test]
fn functools_keeps_the_cache_where_it_is_told_to() {
    let python = PipedPython::start(PROGRAM);
    let mut settings = PluginSettings {
        bundled: vec![deps()],
        ..PluginSettings::default()
    };
    let options = [("clear-caches".to_owned(), OptionValue::from(false))].into();
    settings.plugins.insert(
        "functools".into(),
        PluginTable {
            options,
            ..PluginTable::default()
        },
    );
    let mut plugins = discover(settings);
    python.eval("price(1)");
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "price", EditKind::Body)),
        []
    );
    assert_eq!(python.eval("price.cache_info().currsize"), "1");
}

#[test]
fn functools_finds_a_cache_that_is_a_plain_function_or_lies_under_another_decorator() {
    let python = PipedPython::start(PROGRAM);
    // `lru_cache` of RustPython, in short.
    python.define(
        "def cache(f):\n    held = {}\n    def wrapper(key):\n        if key not in held:\n            held[key] = f(key)\n        \
         return held[key]\n    wrapper.cache_clear = held.clear\n    return functools.update_wrapper(wrapper, f)\n\
         cache.__module__, cache.__qualname__ = 'functools', 'cache'\n",
    );
    python.define(
        "@functools.wraps(price)\ndef logged(key):\n    return price(key)\n@cache\ndef pure(key):\n    return key\n",
    );
    let mut plugins = bundled();
    python.eval("price(1), pure(1)");
    swap_code(&python, "price.__wrapped__", "def price(key):\n    return key + 100\n");
    swap_code(&python, "pure.__wrapped__", "def pure(key):\n    return key + 100\n");
    for (name, decorator) in [("logged", "functools.lru_cache"), ("pure", "cache")] {
        let mut edit = edit(&python, name, EditKind::Body);
        edit.decorators = vec![decorator.into()];
        assert_eq!(plugins.session(&python).settle(&edit), []);
    }
    assert_eq!(python.eval("price(1), logged(1), pure(1)"), "(101, 101, 101)");
}

/// `JURIGGED_TEST_PYTHON=…/bin/python cargo test -p jurigged-engine --test plugins -- --ignored numba`
#[test]
#[ignore = "needs a Python with numba"]
fn numba_recompiles_the_function_and_those_that_inlined_it() {
    let python = PipedPython::start(PROGRAM);
    assert!(python.imports("numba"), "numba is not installed");
    python.define(
        "@numba.njit\ndef rate(x):\n    return x * 2\n\
         @numba.njit\ndef total(x):\n    return rate(x) + 1\n\
         class Taxes:\n    rate = rate\n\
         @numba.njit\ndef grand(x):\n    return total(x) * 10\n\
         @numba.njit\ndef other(x):\n    return x\n",
    );
    assert_eq!(
        python.eval("grand(1), total(1), rate(1), other(1), other.signatures"),
        "(30, 3, 2, 1, [(int64,)])"
    );
    swap_code(&python, "rate.py_func", "def rate(x):\n    return x * 3\n");
    let mut plugins = bundled();
    let mut body = edit(&python, "rate", EditKind::Body);
    assert_eq!(plugins.session(&python).prepare(&body).refusal, None);
    assert_eq!(plugins.session(&python).settle(&body), []);
    assert_eq!(python.eval("grand(1), total(1), rate(1)"), "(40, 4, 3)");

    python.define("def wider(x, y):\n    return x\n");
    body.new_code = python.attribute(python.get("wider"), "__code__").unwrap();
    let refusal = plugins.session(&python).prepare(&body).refusal.unwrap();
    assert!(refusal.reason.contains("parameters"), "{refusal:?}");

    // What does not compile is numba's error, and the next save may put it right.
    swap_code(
        &python,
        "rate.py_func",
        "def rate(x):\n    return x.no_such_attribute\n",
    );
    let stale = plugins.session(&python).settle(&edit(&python, "rate", EditKind::Body));
    assert!(stale[0].reason.contains("TypingError"), "{stale:?}");
    swap_code(&python, "rate.py_func", "def rate(x):\n    return x * 4\n");
    assert_eq!(
        plugins.session(&python).settle(&edit(&python, "rate", EditKind::Body)),
        []
    );
    assert_eq!(python.eval("grand(1), total(1), rate(1)"), "(50, 5, 4)");
}

/// `JURIGGED_TEST_PYTHON=…/bin/python cargo test -p jurigged-engine --test plugins -- --ignored numpy`
#[test]
#[ignore = "needs a Python with numpy"]
fn numpy_finds_functions_in_arrays_of_objects() {
    let python = PipedPython::start(PROGRAM);
    assert!(python.imports("numpy"), "numpy is not installed");
    python.define("table = numpy.array([[plain, 1], ['x', price]], dtype=object)\nnumbers = numpy.arange(4)\n");
    let mut plugins = bundled();
    let mut session = plugins.session(&python);
    let held = session.crawl(python.get("table"));
    assert_eq!(
        held.iter().map(|held| held.object).collect::<Vec<_>>(),
        [python.get("plain"), python.get("price")]
    );
    let HeldSlot::Item { container, key } = held[1].slot else {
        panic!("{held:?}")
    };
    assert_eq!(python.integer(key), Some(3));
    let shop = python.namespace(python.module("shop").unwrap()).unwrap();
    python.set_entry(shop, "slot", container);
    python.define("slot[3] = len");
    assert_eq!(python.eval("table[1, 1]"), "<built-in function len>");
    assert!(session.crawl(python.get("numbers")).is_empty());
    assert_eq!(codes(&plugins.take_problems()), [""; 0]);
}
