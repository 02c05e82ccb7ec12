//! A whole platform on one machine, for whoever tries or develops Guanxi.

mod banner;
mod database;
mod lock;
mod postgres;
mod sample;
mod secrets;
mod start;

pub use secrets::PUBLIC_KEY_ID;
pub use start::run;
