//! What each line costs in the end.
//!
//! Discounts are taken in a fixed order: line promotions, promotions of the order, coupons. Each is allocated by
//! largest remainder over what the lines still cost, ties to the lowest line number, so that every refund of a piece
//! has an exact amount. Thresholds look at the eligible goods after promotions and before coupons. Freight is a line of
//! its own and is never discounted.

mod imported;

use std::collections::BTreeSet;

use guanxi_kernel::money::allocate;
use guanxi_kernel::{Fen, MoneyError};

use super::commands::{Cart, CartCoupon, CartLine, Pricing};
use super::events::{AppliedCoupon, LineKind, OrderLine, Totals};
use super::refusal::OrderRefusal;
use crate::coupon::{Funder, Goods};
use crate::ids::Sku;

const MOST_LINES: usize = 500;
const MOST_PIECES: i64 = 1_000_000;
const FREIGHT: &str = "freight";

/// A priced order.
pub(super) struct Priced {
    pub lines: Vec<OrderLine>,
    pub coupons: Vec<AppliedCoupon>,
    pub totals: Totals,
}

pub(super) fn price(pricing: &Pricing) -> Result<Priced, OrderRefusal> {
    match pricing {
        Pricing::Calculated(cart) => calculate(cart),
        Pricing::Imported(prices) => imported::keep(prices),
    }
}

fn calculate(cart: &Cart) -> Result<Priced, OrderRefusal> {
    check_count(cart.lines.len())?;
    check_coupons(&cart.coupons)?;
    let mut lines = Vec::with_capacity(cart.lines.len() + 1);
    for (index, line) in cart.lines.iter().enumerate() {
        lines.push(shelf_line(index + 1, line)?);
    }
    for promotion in &cart.order_promotions_fen {
        take_off(&mut lines, *promotion)?;
    }
    let after_promotions: Vec<_> = lines.iter().map(|line| line.payable_fen).collect();
    let mut coupons = Vec::with_capacity(cart.coupons.len());
    let mut manufacturer_coupon_fen = Fen::ZERO;
    for coupon in &cart.coupons {
        let applied = apply(&mut lines, &after_promotions, coupon)?;
        if coupon.terms.funder == Funder::Manufacturer {
            manufacturer_coupon_fen += applied.discount_fen.unwrap_or_default();
        }
        coupons.push(applied);
    }
    add_freight(&mut lines, cart.freight_fen)?;
    let totals = sum(&lines, manufacturer_coupon_fen);
    Ok(Priced {
        lines,
        coupons,
        totals,
    })
}

fn shelf_line(line_no: usize, line: &CartLine) -> Result<OrderLine, OrderRefusal> {
    let invalid = |what| OrderRefusal::InvalidLine { line_no, what };
    if !(1..=MOST_PIECES).contains(&line.quantity) {
        return Err(invalid("the quantity is 1 to 1,000,000"));
    }
    if line.unit_price_fen < Fen::ZERO || line.line_promotion_fen < Fen::ZERO {
        return Err(invalid("price and promotion are not negative"));
    }
    let shelf_fen = line
        .unit_price_fen
        .0
        .checked_mul(line.quantity)
        .ok_or(MoneyError::OutOfRange)
        .and_then(Fen::checked)
        .map_err(|_| invalid("the amount is beyond 10^15 fen"))?;
    let payable_fen = shelf_fen - line.line_promotion_fen;
    if payable_fen < Fen::ZERO {
        return Err(OrderRefusal::DiscountTooLarge {
            excess_fen: -payable_fen.0,
        });
    }
    Ok(OrderLine {
        line_no: u32::try_from(line_no).unwrap_or(u32::MAX),
        kind: LineKind::Goods,
        sku: line.sku.clone(),
        category: line.category.clone(),
        quantity: line.quantity,
        shelf_fen,
        promotion_fen: line.line_promotion_fen,
        coupon_fen: Fen::ZERO,
        payable_fen,
    })
}

/// Takes a promotion off the whole order.
fn take_off(lines: &mut [OrderLine], promotion: Fen) -> Result<(), OrderRefusal> {
    if promotion < Fen::ZERO {
        return Err(OrderRefusal::InvalidLine {
            line_no: 0,
            what: "a promotion is not negative",
        });
    }
    let remaining: Vec<_> = lines.iter().map(|line| line.payable_fen).collect();
    let excess = promotion - remaining.iter().copied().sum();
    if excess > Fen::ZERO {
        return Err(OrderRefusal::DiscountTooLarge { excess_fen: excess.0 });
    }
    for (line, part) in lines.iter_mut().zip(allocate(promotion, &remaining)) {
        line.promotion_fen += part;
        line.payable_fen -= part;
    }
    Ok(())
}

/// Takes a coupon off the lines that it is for; a second coupon on the same goods takes from what is left.
fn apply(
    lines: &mut [OrderLine],
    after_promotions: &[Fen],
    coupon: &CartCoupon,
) -> Result<AppliedCoupon, OrderRefusal> {
    let terms = &coupon.terms;
    let goods: Vec<_> = lines
        .iter()
        .zip(after_promotions)
        .map(|(line, fen)| goods(line, *fen))
        .collect();
    let not_eligible = |eligible_fen: Fen| OrderRefusal::CouponNotEligible {
        coupon_id: coupon.coupon_id.to_string(),
        eligible_fen: eligible_fen.0,
        threshold_fen: terms.threshold_fen.0,
    };
    let basis = terms.basis(&goods);
    terms
        .check_threshold(basis)
        .map_err(|below| not_eligible(below.eligible_fen))?;
    if !goods.iter().any(|goods| terms.goods.covers(goods)) {
        return Err(not_eligible(Fen::ZERO));
    }
    let eligible = terms.eligible(&goods);
    let weights: Vec<_> = eligible
        .iter()
        .zip(lines.iter())
        .map(|(fen, line)| fen.at_most(line.payable_fen))
        .collect();
    let discount = terms
        .discount(eligible.iter().copied().sum())
        .at_most(weights.iter().copied().sum());
    let parts = allocate(discount, &weights);
    let covered = lines.iter().zip(&parts).zip(&eligible);
    let covered = covered.filter(|(_, fen)| **fen > Fen::ZERO);
    let (covers, covers_fen) = covered.map(|((line, part), _)| (line.line_no, *part)).unzip();
    for (line, part) in lines.iter_mut().zip(parts) {
        line.coupon_fen += part;
        line.payable_fen -= part;
    }
    Ok(AppliedCoupon {
        coupon_id: coupon.coupon_id.clone(),
        campaign_id: coupon.campaign_id.clone(),
        funder: Some(terms.funder),
        discount_fen: Some(discount),
        covers,
        covers_fen,
        threshold_fen: Some(terms.threshold_fen).filter(|fen| *fen > Fen::ZERO),
    })
}

fn goods(line: &OrderLine, remaining_fen: Fen) -> Goods<'_> {
    Goods {
        sku: &line.sku,
        category: line.category.as_ref(),
        quantity: line.quantity,
        remaining_fen,
    }
}

fn check_count(lines: usize) -> Result<(), OrderRefusal> {
    if (1..=MOST_LINES).contains(&lines) {
        Ok(())
    } else {
        Err(OrderRefusal::LineCount(lines))
    }
}

fn check_coupons(coupons: &[CartCoupon]) -> Result<(), OrderRefusal> {
    let mut seen = BTreeSet::new();
    match coupons.iter().find(|coupon| !seen.insert(&coupon.coupon_id)) {
        Some(again) => Err(OrderRefusal::CouponTwice(again.coupon_id.to_string())),
        None => Ok(()),
    }
}

fn add_freight(lines: &mut Vec<OrderLine>, freight_fen: Fen) -> Result<(), OrderRefusal> {
    if freight_fen == Fen::ZERO {
        return Ok(());
    }
    let invalid = OrderRefusal::InvalidLine {
        line_no: 0,
        what: "freight is 0 to 10^15 fen",
    };
    if freight_fen < Fen::ZERO || Fen::checked(freight_fen.0).is_err() {
        return Err(invalid);
    }
    let Ok(sku) = Sku::new(FREIGHT) else {
        return Err(invalid);
    };
    lines.push(OrderLine {
        line_no: u32::try_from(lines.len() + 1).unwrap_or(u32::MAX),
        kind: LineKind::Freight,
        sku,
        category: None,
        quantity: 0,
        shelf_fen: freight_fen,
        promotion_fen: Fen::ZERO,
        coupon_fen: Fen::ZERO,
        payable_fen: freight_fen,
    });
    Ok(())
}

fn sum(lines: &[OrderLine], manufacturer_coupon_fen: Fen) -> Totals {
    let mut totals = Totals {
        manufacturer_coupon_fen,
        ..Totals::default()
    };
    for line in lines {
        totals.shelf_fen += line.shelf_fen;
        totals.promotion_fen += line.promotion_fen;
        totals.coupon_fen += line.coupon_fen;
        totals.payable_fen += line.payable_fen;
        match line.kind {
            LineKind::Goods => totals.units = totals.units.saturating_add(line.quantity),
            LineKind::Freight => totals.freight_fen += line.payable_fen,
        }
    }
    totals
}

#[cfg(test)]
mod tests;
