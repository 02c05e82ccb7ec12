//! What the events of an order add up to.

use std::collections::BTreeMap;

use guanxi_kernel::{BusinessDate, Fen, MemberId, Timestamp};
use serde::{Deserialize, Serialize};

use super::commands::{InstructionNote, RefundScope, RefundStatus, Tender};
use super::events::{PaymentMismatched, PaymentRegistered, Placed, RefundLine, RefundReason};
use super::goods::{AfterSale, Delivery};
use super::status::OrderStatus;
use crate::ids::{CouponId, MerchantId, OutRefundNo, OutTradeNo, TransactionId};

/// The facts of one order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderState {
    /// As it was placed; `None` before.
    pub placed: Option<Box<Placed>>,
    /// Attempts by `mchid/out_trade_no`.
    pub attempts: BTreeMap<String, Attempt>,
    /// Payments by `provider/transaction_id`.
    pub payments: BTreeMap<String, Payment>,
    /// Payments that were received by another account.
    pub strangers: BTreeMap<String, PaymentMismatched>,
    /// Refunds by `provider/refund_id`.
    pub refunds: BTreeMap<String, Refund>,
    /// Refunds that we asked for, by our number.
    pub asked: BTreeMap<String, Asked>,
    /// What was asked for, by the number of whoever asked.
    pub asks: BTreeMap<String, RefundScope>,
    /// When and on which day it became paid.
    pub paid: Option<(Timestamp, BusinessDate)>,
    /// Whose order it is, once it is known.
    pub member_id: Option<MemberId>,
    /// Why it is to be called off when no attempt is open any more.
    pub cancelling: Option<String>,
    /// Whether it was called off.
    pub cancelled: bool,
    /// What the payment service last said of an instruction, by its number.
    pub notes: BTreeMap<String, InstructionNote>,
    /// The goods' way to the customer.
    pub delivery: Delivery,
    /// The customer's wishes to have money back, by their number.
    pub after_sales: BTreeMap<String, AfterSale>,
}

/// An attempt to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// As it was announced.
    pub announced: PaymentRegistered,
    /// Whether the provider has been asked to close it.
    pub close_asked: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether it was asked to be looked up.
    pub query_asked: bool,
}

/// A payment that counts for the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// With what.
    pub tender: Tender,
    /// Who says so.
    pub provider: String,
    /// The provider's number.
    pub transaction_id: TransactionId,
    /// Who received it.
    pub mchid: Option<MerchantId>,
    /// The attempt.
    pub out_trade_no: Option<OutTradeNo>,
    /// What came.
    pub amount_fen: Fen,
    /// The part that goes back because it was too much.
    pub surplus_fen: Fen,
    /// When.
    pub succeeded_at: Timestamp,
    /// Who paid, if recognised.
    pub member_id: Option<MemberId>,
}

/// A refund and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// Our number of it, or the back office's.
    pub out_refund_no: OutRefundNo,
    /// The payment it belongs to: `provider/transaction_id`.
    pub payment: String,
    /// Order value.
    pub amount_fen: Fen,
    /// All that was said of it.
    pub seen: Vec<RefundStatus>,
}

/// A refund that we asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Why.
    pub reason: RefundReason,
    /// The payment it belongs to: `provider/transaction_id`.
    pub payment: String,
    /// Order value.
    pub amount_fen: Fen,
    /// What it gives back of which line.
    pub lines: Vec<RefundLine>,
    /// Whether the lines are an allocation by amount.
    pub allocated: bool,
    /// Whether it was asked for again after it had been closed.
    pub again: bool,
}

impl OrderState {
    /// Everything that came and counts, surplus included.
    #[must_use]
    pub fn captured_fen(&self) -> Fen {
        self.payments.values().map(|payment| payment.amount_fen).sum()
    }

    /// What came beyond the payable.
    #[must_use]
    pub fn surplus_fen(&self) -> Fen {
        self.payments.values().map(|payment| payment.surplus_fen).sum()
    }

    /// Everything that went back.
    #[must_use]
    pub fn refunded_fen(&self) -> Fen {
        let refunds = self.refunds.values().filter(|refund| refund.succeeded());
        refunds.map(|refund| refund.amount_fen).sum()
    }

    /// Where the order stands, by its sums alone.
    #[must_use]
    pub fn status(&self) -> OrderStatus {
        let payable = self.placed.as_ref().map(|placed| placed.totals.payable_fen);
        OrderStatus::of(payable, self.captured_fen(), self.refunded_fen(), self.cancelled)
    }

    /// Coupons of the order.
    #[must_use]
    pub fn coupons(&self) -> Vec<CouponId> {
        let placed = self.placed.iter().flat_map(|placed| &placed.coupons);
        placed.map(|coupon| coupon.coupon_id.clone()).collect()
    }

    /// Attempts under which money may still come, as far as we know.
    pub(super) fn open_attempts(&self) -> impl Iterator<Item = (&String, &Attempt)> {
        self.attempts
            .iter()
            .filter(|(_, attempt)| !attempt.closed && !self.is_paid_attempt(&attempt.announced))
    }

    /// Whether money has come under this attempt.
    pub(super) fn is_paid_attempt(&self, attempt: &PaymentRegistered) -> bool {
        self.payments.values().any(|payment| {
            payment.out_trade_no.as_ref() == Some(&attempt.out_trade_no)
                && payment.mchid.as_ref() == Some(&attempt.mchid)
        })
    }

    /// With what a payment was made, if it is known.
    pub(super) fn tender_of(&self, payment: &str) -> Option<Tender> {
        self.payments.get(payment).map(|payment| payment.tender)
    }

    /// What we asked for, if this refund is that. One of another amount is somebody else's under our number.
    pub(super) fn asked_for(&self, refund: &Refund) -> Option<&Asked> {
        let asked = self.asked.get(refund.out_refund_no.as_str());
        asked.filter(|asked| asked.payment == refund.payment && asked.amount_fen == refund.amount_fen)
    }

    /// Refunds that we asked for and of which nothing was said yet.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = (&String, &Asked)> {
        let answered = |asked: &str| {
            let mut refunds = self.refunds.values();
            refunds.any(|refund| refund.out_refund_no.as_str() == asked)
        };
        self.asked.iter().filter(move |(number, _)| !answered(number))
    }

    /// Whether a refund that we asked for was closed by the provider.
    pub(super) fn is_closed(&self, out_refund_no: &str) -> bool {
        let mut told = self
            .refunds
            .values()
            .filter(|refund| refund.out_refund_no.as_str() == out_refund_no)
            .peekable();
        told.peek().is_some() && told.all(|refund| !refund.holds())
    }
}

impl Refund {
    /// Whether the money went back, whatever else was said.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.seen.contains(&RefundStatus::Succeeded)
    }

    /// Whether it holds its share of the payment: it went back, or may yet.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.succeeded() || !self.seen.contains(&RefundStatus::Closed)
    }
}
