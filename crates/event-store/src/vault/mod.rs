//! Keys of subjects, and what is sealed under them.

mod adoption;
mod key;
mod master;
mod rewrap;
mod store;

pub use key::{NewSubject, SubjectKey, Unreadable};
pub use rewrap::{Rewrapped, rewrap};
pub use store::{Keys, Vault};
