//! What the events of an order add up to.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_kernel::{BusinessDate, Fen, MemberId, Timestamp};
use serde::{Deserialize, Serialize};

use super::commands::{RefundStatus, Tender, transaction_key};
use super::events::{OrderEvent, Paid, PaymentCaptured, PaymentMismatched, PaymentRegistered, Placed};
use crate::ids::{CouponId, MerchantId, OutTradeNo};

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
    /// Numbers of the refunds that give back what was too much or came too late.
    pub given_back: BTreeSet<String>,
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
    /// The payment it belongs to.
    pub transaction_id: String,
    /// Order value.
    pub amount_fen: Fen,
    /// All that was said of it.
    pub seen: Vec<RefundStatus>,
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
            OrderEvent::RefundSucceeded(refund) => {
                let key = format!("{}/{}", refund.provider, refund.refund_id);
                let transaction = refund.transaction_id.to_string();
                self.refund(key, transaction, refund.amount_fen, RefundStatus::Succeeded);
            }
            OrderEvent::RefundFailed(refund) => {
                let key = format!("{}/{}", refund.provider, refund.refund_id);
                self.refund(
                    key,
                    refund.transaction_id.to_string(),
                    refund.amount_fen,
                    RefundStatus::Closed,
                );
            }
            OrderEvent::RefundAbnormal(refund) => {
                let key = format!("{}/{}", refund.provider, refund.refund_id);
                self.refund(
                    key,
                    refund.transaction_id.to_string(),
                    refund.amount_fen,
                    RefundStatus::Abnormal,
                );
            }
            OrderEvent::RefundRequested(request) => {
                self.given_back.insert(request.out_refund_no.to_string());
            }
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

    fn refund(&mut self, key: String, transaction_id: String, amount_fen: Fen, status: RefundStatus) {
        let known = self.refunds.entry(key);
        let refund = known.or_insert_with(|| Refund {
            transaction_id,
            amount_fen,
            seen: Vec::new(),
        });
        refund.seen.push(status);
    }
}

impl Refund {
    /// Whether the money went back, whatever else was said.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.seen.contains(&RefundStatus::Succeeded)
    }
}
