//! Facts about money.

use guanxi_kernel::{Fen, Timestamp};
use serde::Serialize;

use crate::wechat_pay::body::BodyError;
use crate::wechat_pay::body::wire::UnreadableTime;
use crate::wechat_pay::business_key::BusinessKey;

/// One thing that happened to money.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A payment succeeded.
    Payment(PaymentFact),
    /// A refund succeeded, was closed, or is stuck.
    Refund(RefundFact),
}

/// A payment that succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentFact {
    /// Who paid, under each application that is known; at most two.
    pub payer: Vec<Openid>,
    /// What was paid.
    pub paid: Paid,
}

/// An openid and the application under which it means something.
#[derive(Clone, PartialEq, Eq)]
pub struct Openid {
    /// The application.
    pub appid: String,
    /// The person under it.
    pub openid: String,
}

/// Never printed: it names a person.
impl std::fmt::Debug for Openid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Openid({}, …)", self.appid)
    }
}

/// What was paid: the content by which two notices of one payment are compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paid {
    /// Whose money it is.
    pub payee_mchid: String,
    /// Our number of the attempt.
    pub out_trade_no: String,
    /// The provider's number of the payment.
    pub transaction_id: String,
    /// The order amount: what ours is compared with.
    pub total: Fen,
    /// What the person paid after the provider's coupons.
    pub payer_total: Option<Fen>,
    /// Coupons of the provider that were funded beforehand.
    pub funded_coupons: Fen,
    /// Coupons of the provider that were not: the settlement is lower by them.
    pub unfunded_coupons: Fen,
    /// When it was paid.
    pub success_time: Timestamp,
}

/// What became of a refund.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefundFact {
    /// Whose money it was.
    pub payee_mchid: String,
    /// Our number of the payment's attempt.
    pub out_trade_no: String,
    /// The provider's number of the payment.
    pub transaction_id: String,
    /// Our number of the refund.
    pub out_refund_no: String,
    /// The provider's number of the refund.
    pub refund_id: String,
    /// What became of it.
    pub result: RefundResult,
    /// The order's amount.
    pub total: Fen,
    /// Order value given back.
    pub refund: Fen,
    /// Cash given back to the person.
    pub payer_refund: Option<Fen>,
    /// When it succeeded; when the notice was made for the other results.
    pub happened_at: Timestamp,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RefundResult {
    /// The money went back.
    Succeeded,
    /// It never will; the amount is free for another refund.
    Closed,
    /// Stuck, and may still succeed.
    Abnormal,
}

/// A notice about money that says something impossible. It is kept, and a person must look.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    /// Not in its documented form.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Only success is ever announced.
    #[error("a payment notice with state {0:?}")]
    State(String),
    /// We count in yuan only.
    #[error("an amount in {0:?}, expected CNY")]
    Currency(String),
    /// Negative, or beyond any ledger.
    #[error("{field} of {fen} fen")]
    Amount {
        /// Which.
        field: &'static str,
        /// How much.
        fen: i64,
    },
    /// A time in another form.
    #[error(transparent)]
    Time(#[from] UnreadableTime),
    /// A field that this state needs.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Opened by one merchant's key, but telling of another's money.
    #[error("opened with the key of merchant {opened_by}, but addressed to {addressed_to}")]
    Merchant {
        /// Whose key opened it.
        opened_by: String,
        /// Whom it names as the receiver of the notice.
        addressed_to: String,
    },
}

impl Paid {
    /// What makes two notices tell of this payment.
    #[must_use]
    pub fn business_key(&self) -> BusinessKey {
        BusinessKey::payment(&self.payee_mchid, &self.transaction_id)
    }
}

impl RefundFact {
    /// What makes two notices tell of this state of the refund.
    #[must_use]
    pub fn business_key(&self) -> BusinessKey {
        let status = match self.result {
            RefundResult::Succeeded => "SUCCESS",
            RefundResult::Closed => "CLOSED",
            RefundResult::Abnormal => "ABNORMAL",
        };
        BusinessKey::refund(&self.payee_mchid, &self.refund_id, status)
    }
}
