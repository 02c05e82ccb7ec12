//! What each event does to an order's state.

use super::commands::{AfterSaleKind, RefundStatus, transaction_key};
use super::events::{
    AfterSaleRequested, CloseRequested, Mismatch, OrderEvent, PaymentCaptured, PaymentMismatched,
    PaymentRegistered, RefundRequested,
};
use super::goods::{AfterSale, AfterSaleStep};
use super::state::{Asked, Attempt, OrderState, Payment, Refund};
use crate::ids::{AfterSaleId, OutRefundNo, RefundId, TransactionId};

impl OrderState {
    pub(super) fn apply(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placed(it) => {
                self.member_id.clone_from(&it.member_id);
                self.placed = Some(Box::new(it.clone()));
            }
            OrderEvent::PaymentRegistered(it) => self.announce(it),
            OrderEvent::PaymentCaptured(it) => self.capture(it),
            OrderEvent::PaymentMismatched(it) => self.mismatch(it),
            OrderEvent::Paid(it) => {
                self.paid = Some((it.paid_at, it.business_date));
                self.member_id.clone_from(&it.member_id);
            }
            OrderEvent::CloseRequested(it) => self.ask_to_close(it),
            OrderEvent::Closed(it) => {
                if let Some(attempt) = self
                    .attempts
                    .get_mut(&super::attempt_key(&it.mchid, &it.out_trade_no))
                {
                    attempt.closed = true;
                }
            }
            OrderEvent::Cancelled(_) => self.cancelled = true,
            OrderEvent::RefundRequested(it) => self.ask(it),
            OrderEvent::QueryRequested(it) => {
                if let Some(attempt) = self
                    .attempts
                    .get_mut(&super::attempt_key(&it.mchid, &it.out_trade_no))
                {
                    attempt.query_asked = true;
                }
            }
            OrderEvent::InstructionNoted(it) => {
                self.notes.insert(it.number.clone(), it.note.clone());
            }
            OrderEvent::RefundSucceeded(_) | OrderEvent::RefundFailed(_) | OrderEvent::RefundAbnormal(_) => {
                self.tell_of_refund(event);
            }
            OrderEvent::Shipped(it) => {
                let shipments = &mut self.delivery.shipments;
                shipments.insert(it.shipment_no.to_string(), it.clone());
            }
            OrderEvent::PickupCodeIssued(it) => self.delivery.code = Some(it.clone()),
            OrderEvent::PickedUp(it) => self.delivery.picked_up = Some(it.clone()),
            OrderEvent::ReceiptConfirmed(_) => self.delivery.received = true,
            OrderEvent::AfterSaleRequested(it) => self.want_back(it),
            OrderEvent::AfterSaleApproved(it) => {
                let step = match it.kind {
                    AfterSaleKind::RefundOnly => AfterSaleStep::Refunded,
                    AfterSaleKind::ReturnAndRefund => AfterSaleStep::Approved,
                };
                if let Some(after_sale) = self.after_sales.get_mut(it.after_sale_id.as_str()) {
                    after_sale.threshold = it.threshold;
                }
                self.step(&it.after_sale_id, step);
            }
            OrderEvent::AfterSaleRejected(it) => self.step(&it.after_sale_id, AfterSaleStep::Rejected),
            OrderEvent::AfterSaleWithdrawn(it) => self.step(&it.after_sale_id, AfterSaleStep::Withdrawn),
            OrderEvent::ReturnReceived(it) => {
                if let Some(after_sale) = self.after_sales.get_mut(it.after_sale_id.as_str()) {
                    after_sale.received = Some(it.clone());
                }
                self.step(&it.after_sale_id, AfterSaleStep::Refunded);
            }
            OrderEvent::SurplusCaptured(_) | OrderEvent::Completed(_) => {}
        }
    }

    fn announce(&mut self, attempt: &PaymentRegistered) {
        let key = super::attempt_key(&attempt.mchid, &attempt.out_trade_no);
        let attempt = Attempt {
            announced: attempt.clone(),
            close_asked: false,
            closed: false,
            query_asked: false,
        };
        self.attempts.insert(key, attempt);
    }

    fn capture(&mut self, captured: &PaymentCaptured) {
        let key = transaction_key(&captured.provider, &captured.transaction_id);
        let payment = Payment {
            tender: captured.tender,
            provider: captured.provider.clone(),
            transaction_id: captured.transaction_id.clone(),
            mchid: captured.mchid.clone(),
            out_trade_no: captured.out_trade_no.clone(),
            amount_fen: captured.amount_fen,
            surplus_fen: captured.surplus_fen,
            succeeded_at: captured.succeeded_at,
            member_id: captured.member_id.clone(),
        };
        self.payments.insert(key, payment);
    }

    fn mismatch(&mut self, mismatched: &PaymentMismatched) {
        if mismatched.mismatch == Mismatch::Payee {
            let key = transaction_key(&mismatched.provider, &mismatched.transaction_id);
            self.strangers.insert(key, mismatched.clone());
        }
    }

    fn ask_to_close(&mut self, request: &CloseRequested) {
        let key = super::attempt_key(&request.mchid, &request.out_trade_no);
        if let Some(attempt) = self.attempts.get_mut(&key) {
            attempt.close_asked = true;
        }
        if request.then_cancel {
            self.cancelling = Some(request.reason.clone());
        }
    }

    fn ask(&mut self, request: &RefundRequested) {
        use super::commands::RefundScope::{Again, Amount};
        let mut allocated = false;
        if let Some(ask) = &request.ask {
            self.asks.insert(ask.refund_no.to_string(), ask.scope.clone());
            allocated = matches!(ask.scope, Amount { .. });
            if let Again { out_refund_no } = &ask.scope
                && let Some(closed) = self.asked.get_mut(out_refund_no.as_str())
            {
                closed.again = true;
                allocated = closed.allocated;
            }
        }
        let asked = Asked {
            reason: request.reason,
            payment: transaction_key(&request.provider, &request.transaction_id),
            amount_fen: request.amount_fen,
            lines: request.lines.clone(),
            allocated,
            again: false,
        };
        self.asked.insert(request.out_refund_no.to_string(), asked);
    }

    fn tell_of_refund(&mut self, event: &OrderEvent) {
        let (provider, refund_id, refund, status) = match event {
            OrderEvent::RefundSucceeded(it) => (
                &it.provider,
                &it.refund_id,
                Refund::new(&it.provider, &it.out_refund_no, &it.transaction_id, it.amount_fen),
                RefundStatus::Succeeded,
            ),
            OrderEvent::RefundFailed(it) => (
                &it.provider,
                &it.refund_id,
                Refund::new(&it.provider, &it.out_refund_no, &it.transaction_id, it.amount_fen),
                RefundStatus::Closed,
            ),
            OrderEvent::RefundAbnormal(it) => (
                &it.provider,
                &it.refund_id,
                Refund::new(&it.provider, &it.out_refund_no, &it.transaction_id, it.amount_fen),
                RefundStatus::Abnormal,
            ),
            _ => return,
        };
        let known = self.refunds.entry(refund_key(provider, refund_id));
        known.or_insert(refund).seen.push(status);
    }

    fn want_back(&mut self, request: &AfterSaleRequested) {
        let after_sale = AfterSale {
            request: request.clone(),
            step: AfterSaleStep::Requested,
            threshold: super::ThresholdPolicy::default(),
            received: None,
        };
        let key = request.after_sale_id.to_string();
        self.after_sales.insert(key, after_sale);
    }

    fn step(&mut self, after_sale_id: &AfterSaleId, step: AfterSaleStep) {
        if let Some(after_sale) = self.after_sales.get_mut(after_sale_id.as_str()) {
            after_sale.step = step;
        }
    }
}

/// How refunds are told apart: `provider/refund_id`.
pub(super) fn refund_key(provider: &str, refund_id: &RefundId) -> String {
    format!("{provider}/{refund_id}")
}

impl Refund {
    /// A refund of which nothing was said yet.
    pub(super) fn new(
        provider: &str,
        out_refund_no: &OutRefundNo,
        transaction_id: &TransactionId,
        amount_fen: guanxi_kernel::Fen,
    ) -> Self {
        Self {
            out_refund_no: out_refund_no.clone(),
            payment: transaction_key(provider, transaction_id),
            amount_fen,
            seen: Vec::new(),
        }
    }
}
