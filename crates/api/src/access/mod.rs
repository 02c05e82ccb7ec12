//! Who may call: bearer keys with scopes, optionally limited to stores.
//!
//! A key reads `gx_<id>_<secret>`. Only the SHA-256 of the secret is stored; since the secret is 256 random bits, no
//! slow hash is needed.

mod caller;
mod keyring;
mod reach;
mod scope;

pub use caller::{Administrator, Caller, Commander, Reader};
pub use keyring::{KeyError, KeyInfo, Keyring, NewKey};
pub use reach::{Reach, Reached};
pub use scope::Scope;
