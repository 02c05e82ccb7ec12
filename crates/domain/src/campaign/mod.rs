//! A campaign gives coupons, never more than it may.
//!
//! One stream decides all claims of a campaign, so its caps hold however many ask at once. What a coupon is worth is
//! frozen when it is claimed; its further life is the coupon's own ([`crate::coupon`]).
//!
//! A campaign that too many ask at once is set up in shards ([`crate::quota_shard`]): it leases them its quota, and they
//! answer the claims.

mod budget;
mod claiming;
mod commands;
mod decide;
mod events;
mod pages;
mod quota;
mod refusal;
#[cfg(test)]
mod scenarios;
mod state;
mod terms;

pub use claiming::coupon_claimed;
pub(crate) use claiming::{check_caps, check_open, granted};
pub use commands::{
    ActivateCampaign, AmendBudget, CampaignCommand, ClaimCoupon, CreateCampaign, EndCampaign, LeaseQuota,
    PauseCampaign, RecordQuota,
};
pub use decide::{COUPON_SCOPE, Campaign};
pub use events::{
    BudgetAmended, CampaignActivated, CampaignCreated, CampaignEnded, CampaignEvent, CampaignPaused,
    CampaignSoldOut, CouponClaimed, QuotaLeased, QuotaReturned, ShardsInformed,
};
pub use pages::DOCS;
pub use quota::{MOST_SHARDS, Quota, ShardAccount};
pub use refusal::CampaignRefusal;
pub use state::{CampaignRules, CampaignState, CampaignStatus, Claimed};
pub use terms::{Caps, CouponValidity, MOST_DAYS};
