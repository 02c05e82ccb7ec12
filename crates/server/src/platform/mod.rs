//! The platform in one process: what is opened, how the parts are wired, how it ends.
//!
//! This is the only place that knows every crate: policies get a dispatcher of all commands, callbacks get the
//! inbox, the API gets the views' loop.

mod database;
mod health;
mod house;
mod notices;
mod roles;
mod serve;
mod shutdown;

pub use database::{connect, connect_as_login};
pub use house::House;
pub use notices::{Sender, SignedNotices};
pub use roles::{Role, Roles};
pub use serve::{ByKafka, serve};
pub use shutdown::{Shutdown, signalled};
