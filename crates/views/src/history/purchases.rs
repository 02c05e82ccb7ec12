//! What a member has bought, as far as rules about members need it.

use std::sync::Arc;

use guanxi_domain::order::{Paid, RefundSucceeded};
use guanxi_kernel::{BusinessDate, Fen};
use serde::{Deserialize, Serialize};

use crate::rolling::Moment;

/// One paid order. Refunds are taken off it whenever they come, so everything said about it is about what was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    /// The order.
    pub order: Arc<str>,
    /// Day on which it became paid.
    pub on: BusinessDate,
    /// Log position of its being paid.
    pub position: u64,
    /// At which store.
    pub store: Arc<str>,
    /// Through which channel.
    pub channel: Arc<str>,
    /// What was to pay.
    pub paid_fen: Fen,
    /// What of it went back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub refunded_fen: Fen,
    /// Prices on the shelf.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shelf_fen: Fen,
    /// Promotions and coupons.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discount_fen: Fen,
    /// Goods that rules ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picked: Vec<Picked>,
}

/// Goods of an order that a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// Their line.
    pub line_no: u32,
    /// The rule; with a group of goods of its own, `rule/group`.
    pub by: Arc<str>,
    /// Pieces that were kept.
    pub pieces: i64,
}

/// Paid orders in the order of their days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Purchases(Vec<Purchase>);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_zero(fen: &Fen) -> bool {
    *fen == Fen::ZERO
}

impl Purchase {
    /// When it counts from.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment::fact(self.on, self.position)
    }

    /// What was kept of it.
    #[must_use]
    pub fn kept_fen(&self) -> Fen {
        self.paid_fen - self.refunded_fen
    }

    /// Whether anything was kept. What went back whole counts in nothing; an order of nothing was kept.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.refunded_fen <= Fen::ZERO || self.refunded_fen < self.paid_fen
    }

    /// Pieces that a rule asks for.
    #[must_use]
    pub fn pieces(&self, by: &str) -> i64 {
        let picked = self.picked.iter().filter(|picked| &*picked.by == by);
        picked.map(|picked| picked.pieces).sum()
    }
}

impl Purchases {
    /// Adds an order that became paid; nothing if it is known.
    pub fn paid(&mut self, order: &Arc<str>, position: u64, paid: &Paid, picked: Vec<Picked>) {
        if paid.test || self.0.iter().any(|known| known.order == *order) {
            return;
        }
        let purchase = Purchase {
            order: Arc::clone(order),
            on: paid.business_date,
            position,
            store: paid.store_id.as_str().into(),
            channel: paid.channel.as_str().into(),
            paid_fen: paid.totals.payable_fen,
            refunded_fen: paid.refunded_before_fen,
            shelf_fen: paid.totals.shelf_fen,
            discount_fen: paid.totals.promotion_fen + paid.totals.coupon_fen,
            picked,
        };
        let at = self.0.partition_point(|known| known.moment() < purchase.moment());
        self.0.insert(at, purchase);
    }

    /// Takes off what went back of an order, and the pieces where the refund names them. The money that went back before
    /// it was paid, the order's being paid says itself; surplus was never part of it.
    pub fn refunded(&mut self, order: &str, refund: &RefundSucceeded) {
        if refund.test || refund.of_surplus || refund.sale_date.is_none() {
            return;
        }
        if let Some(purchase) = self.0.iter_mut().rev().find(|known| &*known.order == order) {
            purchase.refunded_fen += refund.amount_fen;
            for line in &refund.lines {
                let of_line = |picked: &&mut Picked| picked.line_no == line.line_no;
                for picked in purchase.picked.iter_mut().filter(of_line) {
                    picked.pieces -= line.quantity.min(picked.pieces);
                }
            }
        }
    }

    /// Those of which something was kept, in order.
    pub fn counted(&self) -> impl Iterator<Item = &Purchase> {
        self.0.iter().filter(|purchase| purchase.counts())
    }

    /// The first of all, kept or not.
    #[must_use]
    pub fn first(&self) -> Option<&Purchase> {
        self.0.first()
    }

    /// The day of the last of all.
    #[must_use]
    pub fn last_day(&self) -> Option<BusinessDate> {
        self.0.last().map(|purchase| purchase.on)
    }
}
