//! The Complete Journey: one year of a grocery chain, 2,469 households in 457 stores.
//!
//! Every decision about its messy places is written down in `docs/imports/complete-journey.md`.

mod attribution;
mod bus;
mod columns;
mod commands;
mod data;
mod error;
mod money;
mod plan;
mod progress;
mod read;
mod run;

#[cfg(test)]
mod tests;

pub use bus::{Bus, PaymentRoute};
pub use commands::{APPID, MCHID, Notice, ZONE, member_of, openid_of};
pub use data::{Basket, Campaign, DataSet, Line, Redemption};
pub use error::ImportError;
pub use run::{Import, Progress, Report};

/// The data set's name in command ids, actors and progress.
pub const NAME: &str = "complete_journey";
