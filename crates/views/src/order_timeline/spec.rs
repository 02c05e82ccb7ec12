//! The folds as sentences.
