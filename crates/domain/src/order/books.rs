//! What an order's money adds up to, line by line: the same for the same facts, whatever their order.
//!
//! Refunds that we asked for say which lines they give back. What nobody asked us for (a clerk in the provider's back
//! office) is first held against money that came too much, then divided over what the lines still have, by largest
//! remainder over the sum of all such refunds, so that the order in which they come plays no part.

use std::collections::BTreeSet;

use guanxi_kernel::Fen;
use guanxi_kernel::money::allocate;

use super::commands::Tender;
use super::events::{LineKind, OrderLine, Placed, RefundReason};
use super::state::{Asked, OrderState, Refund};
use crate::ids::CouponId;

/// What went back of one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Back {
    /// Pieces.
    pub pieces: i64,
    /// For pieces, and for what a missed threshold made dearer.
    pub pieces_fen: Fen,
    /// As a part of an amount that was asked for without lines.
    pub amount_fen: Fen,
}

/// The sums of one order.
#[derive(Debug, Clone)]
pub(super) struct Books<'a> {
    placed: &'a Placed,
    back: Vec<Back>,
    /// Goes back as surplus, or of a cancelled order.
    surplus_back: Fen,
    /// Goes back without our asking.
    unasked: Fen,
    captured: Fen,
    /// Captured less refunded, without points.
    money_kept: Fen,
}

impl<'a> Books<'a> {
    fn before_refunds(state: &OrderState, placed: &'a Placed) -> Self {
        let mut books = Self {
            placed,
            back: vec![Back::default(); placed.lines.len()],
            surplus_back: Fen::ZERO,
            unasked: Fen::ZERO,
            captured: Fen::ZERO,
            money_kept: Fen::ZERO,
        };
        for payment in state.payments.values() {
            books.add_payment(payment.tender, payment.amount_fen);
        }
        books
    }

    /// With the refunds that have succeeded: what has happened.
    pub(super) fn done(state: &OrderState, placed: &'a Placed) -> Self {
        let mut books = Self::before_refunds(state, placed);
        for refund in state.refunds.values().filter(|refund| refund.succeeded()) {
            books.add_refund(state, refund);
        }
        books
    }

    /// With every refund that is not closed: what cannot be promised again.
    pub(super) fn promised(state: &OrderState, placed: &'a Placed) -> Self {
        let mut books = Self::before_refunds(state, placed);
        for refund in state.refunds.values().filter(|refund| refund.holds()) {
            books.add_refund(state, refund);
        }
        for (_, asked) in state.unanswered() {
            books.add_asked(state, asked);
        }
        // What came back for nothing is here all the same, and is not promised a second time.
        for returned in state.returns().filter(|back| back.refund_fen == Fen::ZERO) {
            for pieces in &returned.lines {
                books.add_pieces(pieces.line_no, pieces.quantity);
            }
        }
        books
    }

    fn add_pieces(&mut self, line_no: u32, quantity: i64) {
        if let Some(back) = index(line_no).and_then(|index| self.back.get_mut(index)) {
            back.pieces = back.pieces.saturating_add(quantity);
        }
    }

    /// Adds money that came.
    pub(super) fn add_payment(&mut self, tender: Tender, amount: Fen) {
        self.captured += amount;
        if tender != Tender::Points {
            self.money_kept += amount;
        }
    }

    /// Adds money that goes back.
    pub(super) fn add_refund(&mut self, state: &OrderState, refund: &Refund) {
        if let Some(asked) = state.asked_for(refund) {
            return self.add_asked(state, asked);
        }
        self.unasked += refund.amount_fen;
        self.take_money(state, &refund.payment, refund.amount_fen);
    }

    fn add_asked(&mut self, state: &OrderState, asked: &Asked) {
        self.take_money(state, &asked.payment, asked.amount_fen);
        if asked.reason != RefundReason::Requested {
            self.surplus_back += asked.amount_fen;
        }
        for line in &asked.lines {
            let Some(back) = index(line.line_no).and_then(|index| self.back.get_mut(index)) else {
                continue;
            };
            back.pieces = back.pieces.saturating_add(line.quantity);
            if asked.allocated {
                back.amount_fen += line.amount_fen;
            } else {
                back.pieces_fen += line.amount_fen;
            }
        }
    }

    fn take_money(&mut self, state: &OrderState, payment: &str, amount: Fen) {
        if state.tender_of(payment) != Some(Tender::Points) {
            self.money_kept -= amount;
        }
    }

    /// What went back of each line, in the order of the lines.
    pub(super) fn back(&self) -> &[Back] {
        &self.back
    }

    /// What each line has left, in the order of the lines. A line may have got more than it cost, where a coupon was
    /// recomputed and the refund that had made it dearer was closed: the others have that much less.
    pub(super) fn left(&self) -> Vec<Fen> {
        let lines = self.placed.lines.iter().zip(&self.back);
        let lines = lines.map(|(line, back)| price(line) - back.pieces_fen - back.amount_fen);
        let (mut left, mut beyond) = (Vec::new(), Fen::ZERO);
        for fen in lines {
            left.push(fen.at_least(Fen::ZERO));
            beyond += (Fen::ZERO - fen).at_least(Fen::ZERO);
        }
        let payable = self.placed.totals.payable_fen.at_least(Fen::ZERO);
        let surplus = (self.captured - payable).at_least(Fen::ZERO);
        let surplus_left = (surplus - self.surplus_back).at_least(Fen::ZERO);
        let of_sale = (self.unasked - surplus_left).at_least(Fen::ZERO) + beyond;
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
        let all_gone = self.placed.totals.payable_fen > Fen::ZERO && left.iter().all(|fen| *fen == Fen::ZERO);
        let gone = |line_no: &u32| {
            let found = index(*line_no).and_then(|index| {
                Some((
                    self.placed.lines.get(index)?,
                    left.get(index)?,
                    self.back.get(index)?,
                ))
            });
            let Some((line, left, back)) = found else {
                return all_gone;
            };
            // What cost nothing, or costs more now, is gone when its pieces are.
            let pieces_gone = line.quantity > 0 && back.pieces >= line.quantity;
            all_gone || pieces_gone || (*left == Fen::ZERO && price(line) > Fen::ZERO)
        };
        let coupons = self.placed.coupons.iter().filter(|coupon| {
            if coupon.covers.is_empty() {
                all_gone
            } else {
                coupon.covers.iter().all(gone)
            }
        });
        coupons.map(|coupon| &coupon.coupon_id).collect()
    }
}

/// What a line cost; another system's may be below zero and then gives nothing back.
pub(super) fn price(line: &OrderLine) -> Fen {
    line.payable_fen.at_least(Fen::ZERO)
}

/// Where a line stands in the list.
pub(super) fn index(line_no: u32) -> Option<usize> {
    usize::try_from(line_no).ok()?.checked_sub(1)
}
