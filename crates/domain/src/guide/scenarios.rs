//! (scenarios)
