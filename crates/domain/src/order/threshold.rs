//! Coupons whose threshold a refund misses.

use guanxi_kernel::Fen;

use super::books::{index, price};
use super::commands::{ThresholdPolicy, ThresholdRule};
use super::events::{AppliedCoupon, OrderLine, Placed};
use crate::ids::CouponId;

/// What misses its threshold when so many pieces of each line are gone.
#[derive(Debug, Default)]
pub(super) struct Missed {
    /// Which coupons.
    pub coupons: Vec<CouponId>,
    /// What the pieces that stay cost more, line by line; nothing where they keep their discount.
    pub withheld: Vec<Fen>,
    /// Whether the rule says to recompute.
    pub recomputed: bool,
}

/// Looks at every coupon that has a threshold. One of which no goods remain misses nothing: it comes back.
pub(super) fn missed(placed: &Placed, gone: &[i64], policy: ThresholdPolicy) -> Missed {
    let mut missed = Missed {
        coupons: Vec::new(),
        withheld: Vec::new(),
        recomputed: policy.rule == ThresholdRule::Recompute,
    };
    let mut lost = vec![Fen::ZERO; placed.lines.len()];
    for coupon in &placed.coupons {
        let threshold = coupon.threshold_fen.unwrap_or_default();
        let basis = basis(placed, gone, coupon);
        if basis <= Fen::ZERO || basis >= threshold {
            continue;
        }
        missed.coupons.push(coupon.coupon_id.clone());
        if missed.recomputed {
            for (line_no, off) in coupon.covers.iter().zip(&coupon.covers_fen) {
                if let Some((at, ..)) = find(placed, gone, *line_no) {
                    lost[at] += *off;
                }
            }
        }
    }
    let lines = placed.lines.iter().zip(gone).zip(lost);
    missed.withheld = lines
        .map(|((line, gone), lost)| {
            // Rounded as one price, so that the pieces that stay cost to the fen what they would without the coupon.
            staying(price(line) + lost, *gone, line) - staying(price(line), *gone, line)
        })
        .collect();
    missed
}

/// What the goods that stay come to, after promotions and before coupons.
fn basis(placed: &Placed, gone: &[i64], coupon: &AppliedCoupon) -> Fen {
    let lines = coupon
        .covers
        .iter()
        .filter_map(|line_no| find(placed, gone, *line_no));
    lines
        .map(|(_, line, gone)| staying(line.shelf_fen - line.promotion_fen, gone, line))
        .sum()
}

/// The part of an amount that belongs to the pieces that stay.
fn staying(amount: Fen, gone: i64, line: &OrderLine) -> Fen {
    amount - amount.half_up(gone, line.quantity)
}

fn find<'a>(placed: &'a Placed, gone: &[i64], line_no: u32) -> Option<(usize, &'a OrderLine, i64)> {
    let at = index(line_no)?;
    Some((at, placed.lines.get(at)?, *gone.get(at)?))
}
