//! Policies as followers: events in, commands out, exactly once in effect.
//!
//! A policy is a pure function ([`Policy`](guanxi_kernel::Policy)). The runner feeds it, sends its commands (several
//! at once, in order for each target), and then commits checkpoint, memory and deadlines together. A crash between the
//! two repeats commands with the same ids, which the log knows.

mod dispatch;
mod memory;
mod registered;
mod runner;
mod start;

pub use dispatch::{Dispatch, Dispatcher};

pub(crate) use dispatch::{Order, Orders, Settled, Source, send_all};
pub(crate) use registered::{AnyPolicy, RegisteredPolicy};
