//! A quota shard answers the claims of some of a campaign's members, out of coupons that the campaign leased to it.
//!
//! One stream answers one command after the other, however many ask; a campaign that a whole country claims is divided
//! by a hash of the member. All claims of a member meet in one shard, so the cap per member is exact. A shard gives only
//! what it was leased, so the total is exact. A shard that is dry gets more from the campaign, and from its siblings
//! through the campaign, before anybody hears "sold out".

mod commands;
mod decide;
mod events;
mod name;
#[cfg(test)]
mod scenarios;
mod state;

pub use commands::{InformShard, QuotaShardCommand, ReceiveQuota, ReturnQuota};
pub use decide::QuotaShard;
pub use events::{QuotaGivenBack, QuotaReceived, QuotaShardEvent, ShardInformed};
pub use name::ShardName;
pub use state::{QuotaShardState, Standing};
