//! What an order's money adds up to, line by line: the same for the same facts, whatever their order.
//!
//! Refunds that we asked for say which lines they give back. What nobody asked us for (a clerk in the provider's back
//! office) is first held against money that came too much, then divided over what the lines still have, by largest
//! remainder over the sum of all such refunds, so that the order in which they come plays no part.

use std::collections::BTreeSet;

use guanxi_kernel::Fen;
use guanxi_kernel::money::allocate;

use super::commands::Tender;
use super::events::{LineKind, Placed, RefundLine, RefundReason};
use super::state::{OrderState, Refund};
use crate::ids::CouponId;

/// The sums of one order.
#[derive(Debug, Clone)]
pub(super) struct Books<'a> {
    placed: &'a Placed,
    /// Order value that went back for a line, and its pieces, as asked.
    back: Vec<(Fen, i64)>,
    /// Went back as surplus, or of a cancelled order.
    surplus_back: Fen,
    /// Went back without our asking.
    unasked: Fen,
    captured: Fen,
    /// Captured less refunded, without points.
    money_kept: Fen,
}

impl<'a> Books<'a> {
    /// The books of what an order has seen so far.
    pub(super) fn of(state: &OrderState, placed: &'a Placed) -> Self {
        let mut books = Self {
            placed,
            back: vec![(Fen::ZERO, 0); placed.lines.len()],
            surplus_back: Fen::ZERO,
            unasked: Fen::ZERO,
            captured: Fen::ZERO,
            money_kept: Fen::ZERO,
        };
        for payment in state.payments.values() {
            books.add_payment(payment.tender, payment.amount_fen);
        }
        for refund in state.refunds.values().filter(|refund| refund.succeeded()) {
            books.add_refund(state, refund);
        }
        books
    }

    /// Adds money that came.
    pub(super) fn add_payment(&mut self, tender: Tender, amount: Fen) {
        self.captured += amount;
        if tender != Tender::Points {
            self.money_kept += amount;
        }
    }

    /// Adds money that went back.
    pub(super) fn add_refund(&mut self, state: &OrderState, refund: &Refund) {
        if state.tender_of(&refund.payment) != Some(Tender::Points) {
            self.money_kept -= refund.amount_fen;
        }
        match state.asked.get(refund.out_refund_no.as_str()) {
            Some(asked) if asked.reason != RefundReason::Requested => self.surplus_back += refund.amount_fen,
            Some(asked) => self.add_lines(&asked.lines),
            None => self.unasked += refund.amount_fen,
        }
    }

    fn add_lines(&mut self, lines: &[RefundLine]) {
        for line in lines {
            let index = usize::try_from(line.line_no).unwrap_or(0).wrapping_sub(1);
            if let Some((fen, pieces)) = self.back.get_mut(index) {
                *fen += line.amount_fen;
                *pieces = pieces.saturating_add(line.quantity);
            }
        }
    }

    /// What each line has left, in the order of the lines.
    pub(super) fn left(&self) -> Vec<Fen> {
        let lines = self.placed.lines.iter().zip(&self.back);
        let left: Vec<Fen> = lines
            .map(|(line, (back, _))| (line.payable_fen - *back).at_least(Fen::ZERO))
            .collect();
        let payable = self.placed.totals.payable_fen.at_least(Fen::ZERO);
        let surplus = (self.captured - payable).at_least(Fen::ZERO);
        let surplus_left = (surplus - self.surplus_back).at_least(Fen::ZERO);
        let of_sale = (self.unasked - surplus_left).at_least(Fen::ZERO);
        let parts = allocate(of_sale.at_most(left.iter().copied().sum()), &left);
        left.iter().zip(parts).map(|(left, part)| *left - part).collect()
    }

    /// Goods paid less refunds, without freight and without what points have paid: what points and commission count.
    pub(super) fn earning_base(&self) -> Fen {
        let (mut goods, mut freight) = (Fen::ZERO, Fen::ZERO);
        for (line, left) in self.placed.lines.iter().zip(self.left()) {
            match line.kind {
                LineKind::Goods => goods += left,
                LineKind::Freight => freight += left,
            }
        }
        goods.at_most(self.money_kept - freight).at_least(Fen::ZERO)
    }

    /// The coupons of which no covered line remains. One whose lines nobody knows remains while any line does.
    pub(super) fn coupons_gone(&self) -> BTreeSet<&'a CouponId> {
        let left = self.left();
        let nothing_left =
            left.iter().all(|fen| *fen == Fen::ZERO) && self.placed.totals.payable_fen > Fen::ZERO;
        let gone = |line_no: &u32| {
            let index = usize::try_from(*line_no).unwrap_or(0).wrapping_sub(1);
            let (Some(line), Some(left)) = (self.placed.lines.get(index), left.get(index)) else {
                return nothing_left;
            };
            // What cost nothing is back when its pieces are.
            let pieces_back = self
                .back
                .get(index)
                .is_some_and(|(_, pieces)| *pieces >= line.quantity);
            *left == Fen::ZERO && (line.payable_fen > Fen::ZERO || pieces_back || nothing_left)
        };
        let coupons = self.placed.coupons.iter().filter(|coupon| {
            if coupon.covers.is_empty() {
                nothing_left
            } else {
                coupon.covers.iter().all(gone)
            }
        });
        coupons.map(|coupon| &coupon.coupon_id).collect()
    }
}
