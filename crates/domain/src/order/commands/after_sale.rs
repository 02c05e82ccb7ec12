//! Goods that the customer does not want to keep.

use guanxi_kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fulfilling::Pieces;
use super::refunding::ThresholdPolicy;
use crate::ids::AfterSaleId;

/// Whether goods come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterSaleKind {
    /// Money back, the goods stay or were never sent: refunded when it is granted.
    RefundOnly,
    /// Money back for goods that come back: refunded when they are here.
    ReturnAndRefund,
}

/// Asks for money back for pieces of lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestAfterSale {
    /// Your number of it.
    pub after_sale_id: AfterSaleId,
    /// With or without the goods.
    pub kind: AfterSaleKind,
    /// For what.
    pub lines: Vec<Pieces>,
    /// Why, in a word.
    pub reason: String,
    /// When.
    pub requested_at: Timestamp,
}

/// Grants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApproveAfterSale {
    /// Which.
    pub after_sale_id: AfterSaleId,
    /// The rule for goods that fall below a coupon's threshold.
    #[serde(default)]
    pub threshold: ThresholdPolicy,
    /// When.
    pub approved_at: Timestamp,
}

/// Does not grant it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RejectAfterSale {
    /// Which.
    pub after_sale_id: AfterSaleId,
    /// Why, in a word.
    pub reason: String,
    /// When.
    pub rejected_at: Timestamp,
}

/// Takes it back, before it was rejected and before anything was given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawAfterSale {
    /// Which.
    pub after_sale_id: AfterSaleId,
    /// When.
    pub withdrawn_at: Timestamp,
}

/// Records goods that came back, and so gives the money back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiveReturn {
    /// For which after-sale.
    pub after_sale_id: AfterSaleId,
    /// What came back; all that was agreed, if no line is named.
    #[serde(default)]
    pub lines: Vec<Pieces>,
    /// When.
    pub received_at: Timestamp,
}
