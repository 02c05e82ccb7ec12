//! Asking for money to go back, and recording that it did.

use guanxi_kernel::{Fen, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fulfilling::Pieces;
use crate::ids::{MerchantId, OutRefundNo, OutTradeNo, RefundId, RefundNo, TransactionId};

/// What shall be given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum RefundScope {
    /// Everything that is left.
    Whole,
    /// Pieces of lines; freight is named with 0 pieces and given back whole.
    Lines {
        /// Which.
        lines: Vec<Pieces>,
    },
    /// An amount, without naming goods: it is divided over what the lines have left.
    Amount {
        /// How much.
        amount_fen: Fen,
    },
    /// The same as a refund that the provider has closed, under a new number.
    Again {
        /// The number of the one that was closed.
        out_refund_no: OutRefundNo,
    },
}

/// What becomes of a coupon when a refund takes the goods that it covers below its threshold. Versioned, so that the
/// log tells by which rule a refund was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdPolicy {
    /// Of the rule.
    pub version: u32,
    /// What it says.
    pub rule: ThresholdRule,
}

/// The two ways to treat a coupon whose threshold is missed after a refund.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdRule {
    /// The goods that stay keep their discount.
    #[default]
    Keep,
    /// The goods that stay cost what they would have without the coupon; the difference is not given back.
    Recompute,
}

impl Default for ThresholdPolicy {
    fn default() -> Self {
        Self {
            version: 1,
            rule: ThresholdRule::Keep,
        }
    }
}

/// Asks for money to go back. What was paid with several payments goes back to all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestRefund {
    /// Your number of it; the same number asks once.
    pub refund_no: RefundNo,
    /// What.
    pub scope: RefundScope,
    /// Why, in a word.
    pub reason: String,
    /// The rule for goods that fall below a coupon's threshold.
    #[serde(default)]
    pub threshold: ThresholdPolicy,
    /// When.
    pub requested_at: Timestamp,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// The money went back.
    Succeeded,
    /// It will not; the amount is free for another refund.
    Closed,
    /// The account cannot take it; somebody must act, and it may still succeed.
    Abnormal,
}

/// Records what became of a refund, asked for by us or not, known payment or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordRefund {
    /// Who says so.
    pub provider: String,
    /// The provider's number of the refund.
    pub refund_id: RefundId,
    /// Our number of it; the provider's back office makes its own.
    pub out_refund_no: OutRefundNo,
    /// The payment it belongs to.
    pub transaction_id: TransactionId,
    /// Who gave the money back.
    pub mchid: Option<MerchantId>,
    /// The attempt of the payment.
    pub out_trade_no: Option<OutTradeNo>,
    /// Order value given back (`amount.refund`).
    pub amount_fen: Fen,
    /// What the payer's account received.
    pub payer_refund_fen: Option<Fen>,
    /// What became of it.
    pub status: RefundStatus,
    /// When it succeeded.
    pub succeeded_at: Option<Timestamp>,
}
