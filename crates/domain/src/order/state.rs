//! What the events of an order add up to.

use std::collections::BTreeMap;

use guanxi_kernel::{BusinessDate, Fen, MemberId, Timestamp};
use serde::{Deserialize, Serialize};

use super::commands::{RefundStatus, Tender, transaction_key};
use super::events::{
    OrderEvent, Paid, PaymentCaptured, PaymentMismatched, PaymentRegistered, Placed, RefundLine,
    RefundReason, RefundRequested,
};
use crate::ids::{CouponId, MerchantId, OutRefundNo, OutTradeNo, TransactionId};

/// The facts of one order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderState {
    /// As it was placed; `None` before.
    pub placed: Option<Box<Placed>>,
    /// Attempts by `mchid/out_trade_no`.
    pub attempts: BTreeMap<String, PaymentRegistered>,
    /// Payments by `provider/transaction_id`.
    pub payments: BTreeMap<String, Payment>,
    /// Payments that were received by another account.
    pub strangers: BTreeMap<String, PaymentMismatched>,
    /// Refunds by `provider/refund_id`.
    pub refunds: BTreeMap<String, Refund>,
    /// Refunds that we asked for, by our number.
    pub asked: BTreeMap<String, Asked>,
    /// When and on which day it became paid.
    pub paid: Option<(Timestamp, BusinessDate)>,
    /// Whose order it is, once it is known.
    pub member_id: Option<MemberId>,
    /// Whether it was called off.
    pub cancelled: bool,
}

/// A payment that counts for the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// With what.
    pub tender: Tender,
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
}

/// Where an order stands: a function of its facts, whatever their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Nothing was placed.
    #[default]
    Unknown,
    /// Nothing has come.
    AwaitingPayment,
    /// Less has come than is to pay.
    PartlyPaid,
    /// Enough has come.
    Paid,
    /// A part of what came went back.
    PartlyRefunded,
    /// All that came went back.
    Refunded,
    /// Called off.
    Cancelled,
}

impl OrderStatus {
    /// The status that follows from sums: what is to pay (nothing before the order is placed), what came, what went
    /// back, and whether the order was called off. What came too much and went back leaves a paid order paid.
    #[must_use]
    pub fn of(payable_fen: Option<Fen>, captured_fen: Fen, refunded_fen: Fen, cancelled: bool) -> Self {
        let Some(payable_fen) = payable_fen else {
            return Self::Unknown;
        };
        let kept_fen = captured_fen - refunded_fen;
        if cancelled {
            Self::Cancelled
        } else if captured_fen < payable_fen {
            if captured_fen > Fen::ZERO {
                Self::PartlyPaid
            } else {
                Self::AwaitingPayment
            }
        } else if refunded_fen <= Fen::ZERO || captured_fen <= Fen::ZERO || kept_fen >= payable_fen {
            Self::Paid
        } else if refunded_fen < captured_fen {
            Self::PartlyRefunded
        } else {
            Self::Refunded
        }
    }
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
        self.refunds
            .values()
            .filter(|refund| refund.succeeded())
            .map(|refund| refund.amount_fen)
            .sum()
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

    /// Whether money has come under this attempt.
    pub(super) fn is_paid_attempt(&self, attempt: &PaymentRegistered) -> bool {
        self.payments.values().any(|payment| {
            payment.out_trade_no.as_ref() == Some(&attempt.out_trade_no)
                && payment.mchid.as_ref() == Some(&attempt.mchid)
        })
    }

    pub(super) fn apply(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placed(placed) => {
                self.member_id.clone_from(&placed.member_id);
                self.placed = Some(Box::new(placed.clone()));
            }
            OrderEvent::PaymentRegistered(attempt) => {
                let key = super::attempt_key(&attempt.mchid, &attempt.out_trade_no);
                self.attempts.insert(key, attempt.clone());
            }
            OrderEvent::PaymentCaptured(captured) => self.capture(captured),
            OrderEvent::PaymentMismatched(mismatched) => {
                if mismatched.mismatch == super::Mismatch::Payee {
                    let key = transaction_key(&mismatched.provider, &mismatched.transaction_id);
                    self.strangers.insert(key, mismatched.clone());
                }
            }
            OrderEvent::Paid(Paid {
                paid_at,
                business_date,
                member_id,
                ..
            }) => {
                self.paid = Some((*paid_at, *business_date));
                self.member_id.clone_from(member_id);
            }
            OrderEvent::Cancelled(_) => self.cancelled = true,
            OrderEvent::RefundSucceeded(it) => {
                let refund = known_refund(&it.provider, &it.out_refund_no, &it.transaction_id, it.amount_fen);
                self.refund(
                    &it.provider,
                    it.refund_id.as_str(),
                    refund,
                    RefundStatus::Succeeded,
                );
            }
            OrderEvent::RefundFailed(it) => {
                let refund = known_refund(&it.provider, &it.out_refund_no, &it.transaction_id, it.amount_fen);
                self.refund(&it.provider, it.refund_id.as_str(), refund, RefundStatus::Closed);
            }
            OrderEvent::RefundAbnormal(it) => {
                let refund = known_refund(&it.provider, &it.out_refund_no, &it.transaction_id, it.amount_fen);
                self.refund(
                    &it.provider,
                    it.refund_id.as_str(),
                    refund,
                    RefundStatus::Abnormal,
                );
            }
            OrderEvent::RefundRequested(request) => self.ask(request),
            OrderEvent::SurplusCaptured(_) | OrderEvent::CloseRequested(_) => {}
        }
    }

    fn capture(&mut self, captured: &PaymentCaptured) {
        let key = transaction_key(&captured.provider, &captured.transaction_id);
        let payment = Payment {
            tender: captured.tender,
            mchid: captured.mchid.clone(),
            out_trade_no: captured.out_trade_no.clone(),
            amount_fen: captured.amount_fen,
            surplus_fen: captured.surplus_fen,
            succeeded_at: captured.succeeded_at,
            member_id: captured.member_id.clone(),
        };
        self.payments.insert(key, payment);
    }

    fn ask(&mut self, request: &RefundRequested) {
        let asked = Asked {
            reason: request.reason,
            payment: transaction_key(&request.provider, &request.transaction_id),
            amount_fen: request.amount_fen,
            lines: Vec::new(),
            allocated: false,
        };
        self.asked.insert(request.out_refund_no.to_string(), asked);
    }

    fn refund(&mut self, provider: &str, refund_id: &str, refund: Refund, status: RefundStatus) {
        let key = format!("{provider}/{refund_id}");
        self.refunds.entry(key).or_insert(refund).seen.push(status);
    }

    /// With what a payment was made, if it is known.
    pub(super) fn tender_of(&self, payment: &str) -> Option<Tender> {
        self.payments.get(payment).map(|payment| payment.tender)
    }
}

/// A refund of which nothing was said yet.
pub(super) fn known_refund(
    provider: &str,
    out_refund_no: &OutRefundNo,
    transaction_id: &TransactionId,
    amount_fen: Fen,
) -> Refund {
    Refund {
        out_refund_no: out_refund_no.clone(),
        payment: transaction_key(provider, transaction_id),
        amount_fen,
        seen: Vec::new(),
    }
}

impl Refund {
    /// Whether the money went back, whatever else was said.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.seen.contains(&RefundStatus::Succeeded)
    }
}
