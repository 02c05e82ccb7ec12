//! WeChat Pay APIv3 notifications.
//!
//! The way of a notice: [`receiver`] takes the raw bytes, [`signature`] verifies them by serial, [`envelope`] and
//! [`resource`] open them. What is plain is recorded at once (`direct`), with the notice beside it; anything else the
//! inbox keeps, and [`worker`] drains it after the answer. [`translate`] says which commands a notice means.
//! [`mod@write`] makes such notices, for imports and tests.

pub mod apply;
pub mod body;
pub mod business_key;
pub mod config;
mod direct;
pub mod envelope;
pub mod facts;
pub mod headers;
pub mod keys;
pub mod notice;
pub mod payer;
pub mod receiver;
pub mod resource;
pub mod signature;
pub mod translate;
pub mod worker;
pub mod write;

pub use body::Body;
pub use config::{Merchants, WechatPayConfig};
pub use envelope::Envelope;
pub use headers::NoticeHeaders;
pub use keys::SigningKey;
pub use notice::InboxIntake;
pub use receiver::{Receiver, router};
pub use resource::ApiV3Key;
pub use signature::VerifyError;
pub use worker::Worker;
pub use write::{NoticeWriter, WrittenNotice};

#[cfg(test)]
mod receiver_tests;
#[cfg(test)]
mod vectors;

/// The partner's name in the inbox, in metrics and in command ids.
pub const SOURCE: &str = "wechat_pay";
