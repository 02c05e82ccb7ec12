//! Announcing and recording money.

use guanxi_kernel::{Fen, MemberId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{MerchantId, OutTradeNo, TransactionId};

/// Announces an attempt to pay, before the customer sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegisterPayment {
    /// `wechat`, `alipay` …
    pub provider: String,
    /// Who receives the money.
    pub mchid: MerchantId,
    /// Under which appid the customer pays.
    pub appid: Option<String>,
    /// Our number of the attempt.
    pub out_trade_no: OutTradeNo,
    /// What is asked for; several attempts may sum to the payable.
    pub amount_fen: Fen,
    /// Last moment to pay. It closes nothing.
    pub expires_at: Option<Timestamp>,
}

/// With what was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// WeChat Pay.
    Wechat,
    /// Alipay.
    Alipay,
    /// A bank card at the till.
    Card,
    /// Cash.
    Cash,
    /// Stored value.
    Wallet,
    /// Loyalty points. What they paid earns nothing.
    Points,
    /// Nothing was to pay.
    None,
}

/// Records that money came. A fact: it is never refused for what it says, only when it contradicts itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordPayment {
    /// With what.
    pub tender: Tender,
    /// Who says so: `wechat`, `alipay`, or the till.
    pub provider: String,
    /// The provider's number of the payment.
    pub transaction_id: TransactionId,
    /// Who received it, where the provider says.
    pub mchid: Option<MerchantId>,
    /// The attempt, where there was one.
    pub out_trade_no: Option<OutTradeNo>,
    /// Order amount of the payment (`amount.total`): what is compared and counted.
    pub amount_fen: Fen,
    /// What the payer's account was charged; below `amount_fen` by the provider's coupons. Compared with nothing.
    pub payer_total_fen: Option<Fen>,
    /// When it succeeded, by the provider's clock.
    pub succeeded_at: Timestamp,
    /// Who paid, as far as the payer was recognised.
    pub member_id: Option<MemberId>,
}

/// The claim of an attempt: `mchid/out_trade_no`.
#[must_use]
pub fn attempt_key(mchid: &MerchantId, out_trade_no: &OutTradeNo) -> String {
    format!("{mchid}/{out_trade_no}")
}

/// The claim of a payment: `provider/transaction_id`.
#[must_use]
pub fn transaction_key(provider: &str, transaction_id: &TransactionId) -> String {
    format!("{provider}/{transaction_id}")
}
