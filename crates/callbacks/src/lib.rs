//! What partners call us with: one folder per protocol.
//!
//! A callback is verified over its raw bytes, kept sealed in the inbox, answered, and only then translated to
//! commands. This crate exists so that no rule and no view ever sees a partner's wire format, and so that a better
//! translator can be run again over what was kept.

mod alarm;
pub mod person;
mod secret;
pub mod wechat_pay;
pub mod wecom;
mod words;
pub mod worker;
