//! Every business rule, pure and synchronous: one folder per aggregate, and the policies between them.
//!
//! This crate exists so that what the business means can be read, tested and changed without a database, a clock or a
//! network. It imports the words of `kernel` and nothing else of ours.

pub mod all;
pub mod campaign;
pub mod coupon;
pub mod guide;
pub mod handover;
pub mod ids;
pub mod loyalty;
pub mod member;
pub mod order;
pub mod policy;
pub mod published;
pub mod quota_shard;
pub mod reference;
pub mod refusal;
pub mod store;
pub mod suspense;

pub use all::{GuanxiCommand, GuanxiEvent};
pub use published::{Published, publish};
pub use refusal::{RefusalDoc, refusals};
