//! What each line cost, by the word of another system.

use guanxi_kernel::Fen;

use super::{Priced, add_freight, check_count, sum};
use crate::order::commands::ImportedPrices;
use crate::order::events::{AppliedCoupon, LineKind, OrderLine};
use crate::order::refusal::OrderRefusal;

/// Keeps every amount as another system says it: negative lines, coupons above the price, quantities of zero.
pub(super) fn keep(prices: &ImportedPrices) -> Result<Priced, OrderRefusal> {
    check_count(prices.lines.len())?;
    let mut lines = Vec::with_capacity(prices.lines.len() + 1);
    let mut manufacturer_coupon_fen = Fen::ZERO;
    for (index, line) in prices.lines.iter().enumerate() {
        let amounts = [
            line.shelf_fen,
            line.promotion_fen,
            line.own_coupon_fen,
            line.manufacturer_coupon_fen,
        ];
        if amounts.iter().any(|amount| Fen::checked(amount.0).is_err()) {
            let what = "the amount is beyond 10^15 fen";
            return Err(OrderRefusal::InvalidLine {
                line_no: index + 1,
                what,
            });
        }
        let coupon_fen = line.own_coupon_fen + line.manufacturer_coupon_fen;
        manufacturer_coupon_fen += line.manufacturer_coupon_fen;
        lines.push(OrderLine {
            line_no: u32::try_from(index + 1).unwrap_or(u32::MAX),
            kind: LineKind::Goods,
            sku: line.sku.clone(),
            category: line.category.clone(),
            quantity: line.quantity,
            shelf_fen: line.shelf_fen,
            promotion_fen: line.promotion_fen,
            coupon_fen,
            payable_fen: line.shelf_fen - line.promotion_fen - coupon_fen,
        });
    }
    add_freight(&mut lines, prices.freight_fen)?;
    let coupons = prices.coupons.iter().map(|coupon| AppliedCoupon {
        coupon_id: coupon.coupon_id.clone(),
        campaign_id: coupon.campaign_id.clone(),
        funder: None,
        discount_fen: None,
        covers: Vec::new(),
        covers_fen: Vec::new(),
        threshold_fen: None,
    });
    let totals = sum(&lines, manufacturer_coupon_fen);
    Ok(Priced {
        coupons: coupons.collect(),
        totals,
        lines,
    })
}
