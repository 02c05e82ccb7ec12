//! The arithmetic, to the fen.
