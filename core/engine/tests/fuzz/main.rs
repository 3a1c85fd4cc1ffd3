//! Any two texts give a plan or an error: never a panic, in time near-linear in their size.
//!
//! A deterministic fuzzer without a runtime of its own (those of `cargo fuzz` want a nightly compiler). Seeds are the
//! texts of the scenarios and of a standard library; each turn edits one at random, by lines, tokens, characters and
//! pieces of other seeds, and sends both texts through parse, match and plan. The parser
//! that reads only what changed must agree with the one that reads everything. A failure is cut down to a minimal pair
//! of texts and printed with its seed.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `JURIGGED_FUZZ_SECONDS` | how long | 2 |
//! | `JURIGGED_FUZZ_SEEDS` | folders with Python files, separated as in PATH | the scenarios |
//! | `JURIGGED_FUZZ_FIRST` | the number of the first turn | 1 |
//! | `JURIGGED_FUZZ_PARTS` | how many parts the smaller texts have of which the growth of time is measured | 250 |

mod growth;
mod mutate;
mod shrink;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jurigged_engine::pipeline::definitions::{DefinitionTree, parse, reparse};
use jurigged_engine::pipeline::plan_of;
use jurigged_engine::source::SourceText;

use mutate::Dice;

/// Larger files tell nothing new and take the time of many small ones.
const LARGEST_SEED: u64 = 60_000;

/// Of processor time, for both texts together, in a build without optimisation. Measured: below a quarter of it.
const FIXED: Duration = Duration::from_millis(250);
const PER_KILOBYTE: Duration = Duration::from_millis(12);

#[test]
fn any_two_texts_give_a_plan() {
    let seconds = number("JURIGGED_FUZZ_SECONDS").unwrap_or(2);
    let seeds = seeds();
    assert!(seeds.len() > 50, "only {} texts to begin with", seeds.len());
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut turn = number("JURIGGED_FUZZ_FIRST").unwrap_or(1);
    // The panics of turns that are cut down would fill pages.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut failure = None;
    while failure.is_none() && Instant::now() < end {
        let (old, new) = pair(&seeds, turn);
        if let Err(why) = check(&old, &new) {
            let still_fails = |old: &str, new: &str| check(old, new).is_err_and(|now| kind(&now) == kind(&why));
            let (old, new) = shrink::smallest(old, new, &still_fails);
            let why = check(&old, &new).err().unwrap_or(why);
            failure = Some(format!(
                "turn {turn}: {why}\n--- old\n{old}\n--- new\n{new}\n---\n{old:?}\n{new:?}"
            ));
        }
        turn += 1;
    }
    std::panic::set_hook(loud);
    if let Some(failure) = failure {
        panic!("{failure}");
    }
    println!("{turn} turns");
}

/// Found by it: the test of this block ends behind the block.
#[test]
fn a_test_that_reaches_beyond_its_block() {
    planned("if", "if _ else e").unwrap();
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The two texts of one turn: a seed, sometimes broken already, and an edit of it.
fn pair(seeds: &[String], turn: u64) -> (String, String) {
    let mut dice = Dice::new(turn);
    let mut old = seeds[dice.below(seeds.len())].clone();
    if dice.below(4) == 0 {
        old = mutate::edited(&old, seeds, &mut dice);
    }
    let new = match dice.below(20) {
        0 => seeds[dice.below(seeds.len())].clone(),
        _ => mutate::edited(&old, seeds, &mut dice),
    };
    (old, new)
}

/// Sends two texts down the line; says what went wrong.
fn check(old: &str, new: &str) -> Result<(), String> {
    let start = processor_time();
    let result = catch_unwind(AssertUnwindSafe(|| planned(old, new)));
    let took = processor_time().saturating_sub(start);
    match result {
        Ok(Ok(())) => {}
        Ok(Err(why)) => return Err(why),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            return Err(format!("panic: {}", text.unwrap_or("without a message")));
        }
    }
    let allowed = FIXED + PER_KILOBYTE * ((old.len() + new.len()) / 1000) as u32;
    if took > allowed {
        return Err(format!("slow: {took:?} for {} bytes", old.len() + new.len()));
    }
    Ok(())
}

/// The first word of a failure: a slow pair is not cut down to one that panics.
fn kind(why: &str) -> &str {
    why.split(':').next().unwrap_or_default()
}

fn planned(old: &str, new: &str) -> Result<(), String> {
    let path = Path::new("m.py");
    let source = |text: &str| Arc::new(SourceText::new(path.to_owned(), text.to_owned()));
    let old_tree = parse(source(old));
    let new_tree = reparse(&old_tree, source(new));
    let whole = parse(source(new));
    if new_tree.definitions != whole.definitions || new_tree.problems != whole.problems {
        return Err(format!("reparse: {}", first_difference(&new_tree, &whole)));
    }
    let plan = plan_of("m", old_tree, new_tree, path);
    serde_json::to_string(&plan).map_err(|error| format!("json: {error}"))?;
    Ok(())
}

fn first_difference(one: &DefinitionTree, other: &DefinitionTree) -> String {
    let pairs = one.definitions.iter().zip(&other.definitions);
    match pairs.into_iter().find(|(one, other)| one != other) {
        Some((one, other)) => format!("{one:?}\n!= {other:?}"),
        None => format!("{} definitions, not {}", one.definitions.len(), other.definitions.len()),
    }
}

/// Of this thread: other work on the machine does not count.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a valid timespec on the stack.
    let answer = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(answer, 0, "the clock of a thread always exists");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// All texts of the folders, in a fixed order.
fn seeds() -> Vec<String> {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let others = std::env::var_os("JURIGGED_FUZZ_SEEDS").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&others).filter(|path| path.is_dir()).collect();
    folders.push(scenarios);
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py")
                && entry.metadata().is_ok_and(|data| data.len() < LARGEST_SEED)
            {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect()
}
