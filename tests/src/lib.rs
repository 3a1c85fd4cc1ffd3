//! The tests of jurigged are the folder `suite/`, one test binary; its scenarios are the folder `scenarios/`.
//!
//! | command | what it runs |
//! |---|---|
//! | `cargo test --locked` | everything once on the embedded interpreter and on the newest CPython found |
//! | `cargo test --locked -- --ci` | on every CPython found, a fault at every operation, bounded random edits, long stress; scenarios that download packages |
//! | `cargo test --locked -- --full` | everything: load and long runs too |
//! | `cargo test --locked -- functions/` | what libtest takes works: a filter, `--list`, `--exact`, `--skip`, `--test-threads`, … |
//! | `cargo test --locked -- --plain` | only whether the scenarios themselves tell anything, on plain CPython |
//! | `TEST_COMMAND=/usr/bin/jurigged cargo test --locked` | tests another command than the one built here |
//! | `cargo test --locked -- --full replay:` | releases of packages replayed; the table is then `target/replay/table.md` |
//! | `RANDOM_SEEDS=95 cargo test --locked -- --full 'random edits: wider'` | these random programs (`76-100`), in one process |
//! | `UPDATE_EXPECTED=1 cargo test --locked` | writes the expected texts; review the difference |
