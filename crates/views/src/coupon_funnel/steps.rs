//! What happened to coupons, as numbers that add up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Numbers of coupons and of what happened to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Steps {
    /// Coupons claimed of the campaign.
    pub claimed: i64,
    /// Coupons that came into their holder's hand.
    pub issued: i64,
    /// Coupons that were reserved for an order at least once.
    pub reserved: i64,
    /// Redemptions: an order that became paid used the coupon up. A coupon that came back may be redeemed again.
    pub redeemed: i64,
    /// Redemptions given back, as no covered goods remained in their order.
    pub returned: i64,
    /// Orders paid at the coupon's price although it was not theirs any more; the price was honoured.
    pub missed: i64,
    /// Coupons whose time was over, those that came back too late included.
    pub expired: i64,
    /// Coupons taken away.
    pub revoked: i64,
    /// Times a coupon went to another member.
    pub transferred: i64,
    /// What redemptions took off, less those given back; where history does not say, nothing.
    pub discount_fen: i64,
    /// What was honoured without a redemption.
    pub missed_discount_fen: i64,
}

impl Steps {
    /// Adds what another coupon, or another state of one, says.
    pub(super) fn add(&mut self, other: &Self, sign: i64) {
        self.claimed += sign * other.claimed;
        self.issued += sign * other.issued;
        self.reserved += sign * other.reserved;
        self.redeemed += sign * other.redeemed;
        self.returned += sign * other.returned;
        self.missed += sign * other.missed;
        self.expired += sign * other.expired;
        self.revoked += sign * other.revoked;
        self.transferred += sign * other.transferred;
        self.discount_fen += sign * other.discount_fen;
        self.missed_discount_fen += sign * other.missed_discount_fen;
    }
}
