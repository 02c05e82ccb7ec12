//! HTTP: commands in, queries out. One file per use case.

pub mod access;
pub mod http;
