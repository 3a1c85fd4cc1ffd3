//! The line from a save to a report; the folder listing is the line.

pub mod batch;
pub mod capture;
pub mod definitions;
pub mod diff;
