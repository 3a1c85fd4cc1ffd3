//! A library like any other.

/// So that the library is not empty.
#[unsafe(no_mangle)]
pub extern "C" fn not_a_plugin() -> i32 {
    42
}
