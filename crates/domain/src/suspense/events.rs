//! What happens to money without an order.

use guanxi_kernel::{OrderId, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{MerchantId, OutTradeNo};
use crate::order::{RecordPayment, RecordRefund, RefundStatus};

domain_events! {
    /// What happens to money whose order is not known.
    pub enum SuspenseEvent {
        /// It was put aside.
        PaymentParked(PaymentParked) = "suspense.payment_parked.v1",
        /// Its order is known now.
        PaymentClaimed(PaymentClaimed) = "suspense.payment_claimed.v1",
    }
}

/// A fact about money, as an order would record it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum MoneyFact {
    /// It came.
    Payment(RecordPayment),
    /// It went back.
    Refund(RecordRefund),
}

impl MoneyFact {
    /// What makes it this fact and no other: the provider's number, with the status of a refund.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Payment(payment) => format!("payment/{}/{}", payment.provider, payment.transaction_id),
            Self::Refund(refund) => {
                let status = match refund.status {
                    RefundStatus::Succeeded => "succeeded",
                    RefundStatus::Closed => "closed",
                    RefundStatus::Abnormal => "abnormal",
                };
                format!("refund/{}/{}/{status}", refund.provider, refund.refund_id)
            }
        }
    }
}

/// A payment or refund was put aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentParked {
    /// Who received the money.
    pub mchid: MerchantId,
    /// The attempt that nobody has registered.
    pub out_trade_no: OutTradeNo,
    /// What was said.
    pub money: MoneyFact,
}

/// The order of a parked payment or refund is known; the fact follows on the order's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentClaimed {
    /// Who received the money.
    pub mchid: MerchantId,
    /// The attempt.
    pub out_trade_no: OutTradeNo,
    /// Whose it is.
    pub order_id: OrderId,
    /// What was said.
    pub money: MoneyFact,
}
