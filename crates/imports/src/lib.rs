//! Foreign data sets and statements: one folder each, that reads, translates to commands and resumes.
//!
//! An import asks the same rules as everybody else; it has no way around them. What a source says is kept, also where
//! it looks wrong, and the totals equal the source's.

pub mod complete_journey;
