//! What outsiders may know: the published form of every event, apart from the stored one.
//!
//! Other programs hold on to what they read, so the two forms are kept apart: a stored event may gain or rename a
//! field without anybody outside noticing. Publishing is by permission: each file names, event by event, the fields
//! that leave the house. A new field stays inside until somebody writes it down here, and a new event does not compile
//! until somebody has decided. Sealed fields, subjects and whatever names a person are never among them.

mod campaign;
mod coupon;
mod form;
mod guide;
mod handover;
mod member;
mod order;
mod picked;
mod quota_shard;
mod state;
mod store;
mod suspense;

#[cfg(test)]
mod snapshots;

pub(crate) use form::fields;
pub use form::{Published, publish, publish_text};
pub use state::{COUPON_STATE, MEMBER_STATE, coupon_state, member_state};
