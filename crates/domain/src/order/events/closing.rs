//! An order that comes to nothing.

use guanxi_kernel::{StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CouponId, MerchantId, OutTradeNo};

/// An attempt shall be closed at the provider: an instruction, carried out once however often it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CloseRequested {
    /// At which provider.
    pub provider: String,
    /// Whose attempt.
    pub mchid: MerchantId,
    /// Which.
    pub out_trade_no: OutTradeNo,
    /// Why, in a word.
    pub reason: String,
    /// Whether the order is to be called off when nothing is open any more.
    pub then_cancel: bool,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Whose sale it is.
    pub store_id: StoreId,
}

/// An attempt is closed: nobody can pay under it any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {
    /// At which provider.
    pub provider: String,
    /// Whose attempt.
    pub mchid: MerchantId,
    /// Which.
    pub out_trade_no: OutTradeNo,
    /// When.
    pub closed_at: Timestamp,
    /// Why the order can be called off now, if that was wanted, this was the last open attempt, and it is not paid.
    pub cancels: Option<String>,
}

/// The order was called off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// Why.
    pub reason: String,
    /// When.
    pub cancelled_at: Timestamp,
    /// Coupons to be released.
    pub coupons: Vec<CouponId>,
}
