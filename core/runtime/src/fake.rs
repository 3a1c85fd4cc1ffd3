//! The in-memory twin; see the tests of the engine.
