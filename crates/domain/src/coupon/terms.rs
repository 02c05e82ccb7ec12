//! What a coupon is worth: shared by campaigns, coupons and the pricing of orders.

use guanxi_kernel::{Fen, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CategoryId, Sku};

/// What a coupon takes off, from which goods, and whose money that is. Frozen when the coupon is claimed: a later
/// change of the campaign never reaches a coupon that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponTerms {
    /// How the discount is computed.
    pub kind: CouponKind,
    /// For which goods.
    pub goods: GoodsScope,
    /// The eligible goods must come to at least this (after promotions, before coupons); 0 for no threshold.
    pub threshold_fen: Fen,
    /// Who pays for the discount. A manufacturer's coupon is revenue, ours is not.
    pub funder: Funder,
}

/// The three kinds of WeChat's merchant coupons, and the one that history brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CouponKind {
    /// An amount off (`NORMAL`).
    Normal {
        /// What is taken off.
        off_fen: Fen,
    },
    /// A percentage (`DISCOUNT`).
    Discount {
        /// The part that is still paid, 1 to 99: 88 is "12 % off".
        pay_percent: u8,
    },
    /// One piece of the goods for a fixed price (`EXCHANGE`).
    Exchange {
        /// What the piece costs with the coupon.
        price_fen: Fen,
    },
    /// From another system that does not say what it is worth: our calculator takes nothing off for it, and imported
    /// orders say themselves what it took.
    Unstated,
}

/// The goods that a coupon is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "scope", rename_all = "snake_case", deny_unknown_fields)]
pub enum GoodsScope {
    /// Everything but freight.
    All,
    /// One category.
    Category {
        /// Which.
        category: CategoryId,
    },
    /// One article.
    Sku {
        /// Which.
        sku: Sku,
    },
}

/// Whose money a discount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Funder {
    /// Ours, the retailer's.
    Us,
    /// The brand that owns the shop's name.
    Brand,
    /// The maker of the goods, who repays it: revenue by another way.
    Manufacturer,
}

/// From when to when a coupon may be reserved: `from` inclusive, `until` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidityWindow {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

impl ValidityWindow {
    /// Where an instant lies.
    #[must_use]
    pub fn judge(&self, at: Timestamp) -> Validity {
        if at < self.from {
            Validity::NotYet
        } else if at < self.until {
            Validity::Valid
        } else {
            Validity::Over
        }
    }
}

/// What a window says about an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Too early.
    NotYet,
    /// Within.
    Valid,
    /// Too late.
    Over,
}
