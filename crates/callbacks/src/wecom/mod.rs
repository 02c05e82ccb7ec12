//! WeCom (企业微信) customer contact: who became whose contact, and who no longer is.
//!
//! The way of a notice: [`receiver`] takes the raw bytes, [`signature`] says whose they are, [`envelope`] and [`key`]
//! open them, the inbox keeps them, the answer goes out; later [`worker`] drains the inbox and [`translate`] says which
//! commands a notice means. [`mod@write`] makes such notices, for tests and for trying out.

pub mod apply;
pub mod body;
pub mod config;
pub mod envelope;
pub mod key;
pub mod notice;
pub mod receiver;
pub mod signature;
pub mod translate;
pub mod worker;
pub mod write;
pub mod xml;

pub use config::{Apps, WecomConfig};
pub use key::EncodingAesKey;
pub use notice::InboxIntake;
pub use receiver::{Receiver, router};
pub use signature::{SignedQuery, VerifyError};
pub use worker::Worker;
pub use write::{NoticeWriter, WrittenNotice};

#[cfg(test)]
mod receiver_tests;
#[cfg(test)]
mod vectors;

/// The partner's name in the inbox, in metrics and in command ids.
pub const SOURCE: &str = "wecom";
