//! Keys of subjects, and what is sealed under them.

mod key;
mod store;

pub use key::{NewSubject, SubjectKey, Unreadable};
pub use store::{Keys, Vault};
