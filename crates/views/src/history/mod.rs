//! What the log says of one member, as far as rules about members need it.
//!
//! A history is a set of facts: in whatever order they come, the same facts make the same history, so a payment that
//! arrives late changes what follows from it and nothing else. Tags and the funnel are computed from it anew at each
//! fact.

mod entry;
mod life;
mod purchases;

pub use entry::{Entry, Home};
pub use life::{History, Merge};
pub use purchases::{Picked, Purchase, Purchases};
