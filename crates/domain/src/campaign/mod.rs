//! A campaign gives coupons, never more than it may.
//!
//! One stream decides all claims of a campaign, so its caps hold however many ask at once. What a coupon is worth is
//! frozen when it is claimed; its further life is the coupon's own ([`crate::coupon`]).

mod budget;
mod commands;
mod decide;
mod events;
mod pages;
mod refusal;
#[cfg(test)]
mod scenarios;
mod state;
mod terms;

pub use commands::{
    ActivateCampaign, AmendBudget, CampaignCommand, ClaimCoupon, CreateCampaign, EndCampaign, PauseCampaign,
};
pub use decide::{COUPON_SCOPE, Campaign};
pub use events::{
    BudgetAmended, CampaignActivated, CampaignCreated, CampaignEnded, CampaignEvent, CampaignPaused,
    CampaignSoldOut, CouponClaimed,
};
pub use pages::DOCS;
pub use refusal::CampaignRefusal;
pub use state::{CampaignRules, CampaignState, CampaignStatus, Claimed};
pub use terms::{Caps, CouponValidity, MOST_DAYS};
