//! The loop, from a kill to a rebuild.
