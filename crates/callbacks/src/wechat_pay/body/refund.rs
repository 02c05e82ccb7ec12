//! A refund's result: succeeded, closed, or stuck (abnormal, which may still succeed later).

use serde::{Deserialize, Serialize};

use super::wire::{ProviderTime, open_enum};

open_enum! {
    /// State of a refund. The e-commerce form spells `CLOSE`.
    RefundStatus { Success = "SUCCESS", Closed = "CLOSED", Close = "CLOSE", Abnormal = "ABNORMAL", Processing = "PROCESSING" }
}

/// A refund, made by us or in the provider's back office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// The direct merchant.
    #[serde(default)]
    pub mchid: Option<String>,
    /// The service provider, in the partner form.
    #[serde(default)]
    pub sp_mchid: Option<String>,
    /// The service provider's merchant, in the partner form.
    #[serde(default)]
    pub sub_mchid: Option<String>,
    /// The payment's number at the provider.
    pub transaction_id: String,
    /// Our number of the payment's attempt.
    pub out_trade_no: String,
    /// The refund's number at the provider.
    pub refund_id: String,
    /// Our number of the refund.
    pub out_refund_no: String,
    /// What became of it.
    pub refund_status: RefundStatus,
    /// When it succeeded; published samples show it on others too, where it means nothing.
    #[serde(default)]
    pub success_time: Option<ProviderTime>,
    /// Where the money went: free text, with a card's last digits.
    #[serde(default)]
    pub user_received_account: String,
    /// How much.
    pub amount: RefundAmount,
}

/// Amounts of a refund in fen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAmount {
    /// Of the order.
    pub total: i64,
    /// Order value given back, with its share of the provider's coupons.
    pub refund: i64,
    /// What the person had paid.
    #[serde(default)]
    pub payer_total: Option<i64>,
    /// Cash given back to the person.
    #[serde(default)]
    pub payer_refund: Option<i64>,
}

impl Refund {
    /// Whose money it was: the service provider's merchant where there is one.
    #[must_use]
    pub fn payee(&self) -> Option<&str> {
        self.sub_mchid.as_deref().or(self.mchid.as_deref())
    }
}
