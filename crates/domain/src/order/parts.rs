//! A refund in parts: what was paid with several payments goes back to all of them.

use std::collections::BTreeMap;

use guanxi_kernel::money::allocate;
use guanxi_kernel::{Fen, Timestamp};

use super::events::RefundLine;
use super::refusal::OrderRefusal;
use super::state::{OrderState, Payment};

/// Refunds of one payment that the provider takes.
const MOST_REFUNDS: usize = 50;
/// How long after a payment the provider takes refunds, in seconds: 365 days.
const LONGEST: i64 = 365 * 24 * 60 * 60;

/// What every payment has promised: refunds that are not closed, and how many they are.
#[derive(Debug, Default)]
pub(super) struct Promised(BTreeMap<String, (Fen, usize)>);

impl Promised {
    pub(super) fn of(state: &OrderState) -> Self {
        let mut promised = Self::default();
        for refund in state.refunds.values().filter(|refund| refund.holds()) {
            promised.add(&refund.payment, refund.amount_fen);
        }
        for (_, asked) in state.unanswered() {
            promised.add(&asked.payment, asked.amount_fen);
        }
        promised
    }

    fn add(&mut self, payment: &str, amount: Fen) {
        let (sum, count) = self.0.entry(payment.to_owned()).or_default();
        *sum += amount;
        *count += 1;
    }

    /// What of a payment is promised.
    pub(super) fn of_payment(&self, payment: &str) -> Fen {
        self.0.get(payment).map_or(Fen::ZERO, |(sum, _)| *sum)
    }

    fn count(&self, payment: &str) -> usize {
        self.0.get(payment).map_or(0, |(_, count)| *count)
    }
}

/// A part of a refund: which payment, and how much of it.
pub(super) struct Part<'a> {
    pub payment: &'a Payment,
    pub key: &'a str,
    pub amount_fen: Fen,
}

/// Divides a refund over the payments, pro rata to what each paid for the order, by largest remainder, never above what
/// one has left; and checks what the provider would refuse.
pub(super) fn divide(
    state: &OrderState,
    total: Fen,
    requested_at: Timestamp,
) -> Result<Vec<Part<'_>>, OrderRefusal> {
    let promised = Promised::of(state);
    let weights: Vec<Fen> = state.payments.values().map(of_sale).collect();
    let room: Vec<Fen> = state
        .payments
        .iter()
        .map(|(key, payment)| {
            let left = payment.amount_fen - promised.of_payment(key);
            left.at_most(of_sale(payment)).at_least(Fen::ZERO)
        })
        .collect();
    let left: Fen = room.iter().copied().sum();
    let amounts = spread(total, &weights, &room).ok_or(OrderRefusal::RefundExceeds { left_fen: left.0 })?;
    let mut parts = Vec::new();
    for ((key, payment), amount_fen) in state.payments.iter().zip(amounts) {
        if amount_fen > Fen::ZERO {
            check_limits(payment, promised.count(key), requested_at)?;
            parts.push(Part {
                payment,
                key,
                amount_fen,
            });
        }
    }
    Ok(parts)
}

/// What a payment paid for the order: all but the surplus.
fn of_sale(payment: &Payment) -> Fen {
    payment.amount_fen - payment.surplus_fen
}

/// What the provider would refuse: too many refunds of one payment, or one that is too old.
pub(super) fn check_limits(
    payment: &Payment,
    refunds: usize,
    requested_at: Timestamp,
) -> Result<(), OrderRefusal> {
    if refunds >= MOST_REFUNDS {
        return Err(OrderRefusal::RefundsExhausted);
    }
    let age = requested_at
        .as_second()
        .saturating_sub(payment.succeeded_at.as_second());
    if age > LONGEST {
        return Err(OrderRefusal::RefundTooLate);
    }
    Ok(())
}

/// How many refunds of this payment hold a place, and what of it is left.
pub(super) fn standing(state: &OrderState, key: &str, payment: &Payment) -> (usize, Fen) {
    let promised = Promised::of(state);
    (promised.count(key), payment.amount_fen - promised.of_payment(key))
}

/// `total` over `weights`, no part above its room; what does not fit goes to those with room, in the same proportion.
fn spread(total: Fen, weights: &[Fen], room: &[Fen]) -> Option<Vec<Fen>> {
    let mut parts = vec![Fen::ZERO; weights.len()];
    let mut left = total;
    while left > Fen::ZERO {
        let open: Vec<Fen> = weights
            .iter()
            .zip(room.iter().zip(&parts))
            .map(|(weight, (room, part))| if part < room { *weight } else { Fen::ZERO })
            .collect();
        let mut placed = Fen::ZERO;
        for ((part, room), share) in parts.iter_mut().zip(room).zip(allocate(left, &open)) {
            let fits = share.at_most(*room - *part).at_least(Fen::ZERO);
            *part += fits;
            placed += fits;
        }
        if placed == Fen::ZERO {
            return None;
        }
        left -= placed;
    }
    Some(parts)
}

/// Divides the lines of a refund over its parts, so that rows and columns both sum: each part takes from the lines in
/// turn. What became dearer is booked with the first part. Pieces belong to the part that pays their last fen.
pub(super) fn lines_of_parts(lines: &[RefundLine], parts: &[Fen]) -> Vec<Vec<RefundLine>> {
    let mut divided: Vec<Vec<RefundLine>> = vec![Vec::new(); parts.len()];
    let dearer: Vec<&RefundLine> = lines.iter().filter(|line| line.amount_fen < Fen::ZERO).collect();
    let withheld: Fen = dearer.iter().map(|line| line.amount_fen).sum();
    let mut wanted: Vec<Fen> = parts.to_vec();
    if let (Some(first), Some(booked)) = (wanted.first_mut(), divided.first_mut()) {
        *first -= withheld;
        booked.extend(dearer.into_iter().cloned());
    }
    let mut part = 0;
    for line in lines.iter().filter(|line| line.amount_fen >= Fen::ZERO) {
        let mut left = line.amount_fen;
        while let (Some(wants), Some(takes)) = (wanted.get_mut(part), divided.get_mut(part)) {
            let amount_fen = left.at_most(*wants);
            left -= amount_fen;
            *wants -= amount_fen;
            let quantity = if left == Fen::ZERO { line.quantity } else { 0 };
            if amount_fen > Fen::ZERO || quantity > 0 {
                takes.push(RefundLine {
                    line_no: line.line_no,
                    quantity,
                    amount_fen,
                });
            }
            if left == Fen::ZERO {
                break;
            }
            part += 1;
        }
    }
    divided
}
