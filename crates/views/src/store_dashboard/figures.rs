//! The figures of a cell.

use guanxi_kernel::Fen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sums that simply add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Figures {
    /// Orders that became paid, each once, at the payment that completed it.
    pub orders: i64,
    /// Those of them whose buyer is not known.
    pub orders_without_member: i64,
    /// Pieces of goods in them.
    pub units: i64,
    /// Their prices on the shelf, with freight.
    pub shelf_fen: Fen,
    /// Our promotions on them.
    pub promotion_discount_fen: Fen,
    /// Coupons on them, whoever funds them.
    pub coupon_discount_fen: Fen,
    /// The part of the coupons that manufacturers pay.
    pub manufacturer_coupon_fen: Fen,
    /// What their customers were to pay, with freight: the GMV.
    pub paid_fen: Fen,
    /// Freight in `paid_fen`.
    pub freight_fen: Fen,
    /// Money that came on the day, surplus included.
    pub captured_fen: Fen,
    /// The part of it that was too much.
    pub surplus_fen: Fen,
    /// Money that went back on the day, whatever the day of its sale.
    pub refunded_fen: Fen,
    /// Money of the day's sales that went back, whenever.
    pub refunded_of_day_fen: Fen,
    /// Members activated with consent.
    pub new_members: i64,
    /// Persons who only paid, met for the first time.
    pub new_walk_ins: i64,
    /// Coupons used up.
    pub coupons_redeemed: i64,
    /// Coupons given back.
    pub coupons_returned: i64,
}

/// A cell: its sums, and what only counts distinct persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Total {
    /// The sums.
    #[serde(flatten)]
    pub figures: Figures,
    /// Distinct members with a counted order.
    pub buyers: i64,
}

impl Figures {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.combine(other, 1);
    }

    /// Takes others away.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, -1);
    }

    fn combine(&mut self, other: &Self, sign: i64) {
        let count = |own: &mut i64, others: i64| *own = own.saturating_add(sign * others);
        let money = |own: &mut Fen, others: Fen| *own += if sign < 0 { -others } else { others };
        count(&mut self.orders, other.orders);
        count(&mut self.orders_without_member, other.orders_without_member);
        count(&mut self.units, other.units);
        money(&mut self.shelf_fen, other.shelf_fen);
        money(&mut self.promotion_discount_fen, other.promotion_discount_fen);
        money(&mut self.coupon_discount_fen, other.coupon_discount_fen);
        money(&mut self.manufacturer_coupon_fen, other.manufacturer_coupon_fen);
        money(&mut self.paid_fen, other.paid_fen);
        money(&mut self.freight_fen, other.freight_fen);
        money(&mut self.captured_fen, other.captured_fen);
        money(&mut self.surplus_fen, other.surplus_fen);
        money(&mut self.refunded_fen, other.refunded_fen);
        money(&mut self.refunded_of_day_fen, other.refunded_of_day_fen);
        count(&mut self.new_members, other.new_members);
        count(&mut self.new_walk_ins, other.new_walk_ins);
        count(&mut self.coupons_redeemed, other.coupons_redeemed);
        count(&mut self.coupons_returned, other.coupons_returned);
    }
}
