//! Goods on their way back.

use guanxi_kernel::{Fen, MemberId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::AfterSaleId;
use crate::order::commands::{AfterSaleKind, Pieces, ThresholdPolicy};

/// The customer wants money back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AfterSaleRequested {
    /// Its number.
    pub after_sale_id: AfterSaleId,
    /// With or without the goods.
    pub kind: AfterSaleKind,
    /// For what.
    pub lines: Vec<Pieces>,
    /// Why, in a word.
    pub reason: String,
    /// When.
    pub requested_at: Timestamp,
    /// Whose sale it was.
    pub store_id: StoreId,
    /// Whose order it is.
    pub member_id: Option<MemberId>,
}

/// It is granted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AfterSaleApproved {
    /// Its number.
    pub after_sale_id: AfterSaleId,
    /// With or without the goods.
    pub kind: AfterSaleKind,
    /// When.
    pub approved_at: Timestamp,
    /// The rule for goods that fall below a coupon's threshold.
    pub threshold: ThresholdPolicy,
}

/// It is not granted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AfterSaleRejected {
    /// Its number.
    pub after_sale_id: AfterSaleId,
    /// Why, in a word.
    pub reason: String,
    /// When.
    pub rejected_at: Timestamp,
}

/// The customer thought better of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AfterSaleWithdrawn {
    /// Its number.
    pub after_sale_id: AfterSaleId,
    /// When.
    pub withdrawn_at: Timestamp,
}

/// Goods came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReturnReceived {
    /// Its number.
    pub after_sale_id: AfterSaleId,
    /// What came back; it may be less than was agreed.
    pub lines: Vec<Pieces>,
    /// When.
    pub received_at: Timestamp,
    /// What is given back for it.
    pub refund_fen: Fen,
}
