//! What follows from the whole of a class, not from one statement of its body.

mod abstracts;
mod python;

pub use abstracts::follow_abstract_methods;
