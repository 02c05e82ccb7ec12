//! Which cells an event concerns, and what it adds to them.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::coupon::CouponEvent;
use guanxi_domain::member::MemberEvent;
use guanxi_domain::order::{OrderEvent, Paid, PaymentCaptured, RefundSucceeded};
use guanxi_kernel::{BusinessDate, Channel, Recorded, StoreId};
use serde::{Deserialize, Serialize};

use super::Figures;

/// Stands for a store or a channel that nobody knows.
pub const UNATTRIBUTED: &str = "unattributed";

/// What a line of a dashboard is about. Stored as a JSON array, the kind of cell first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "Vec<String>", try_from = "Vec<String>")]
pub enum Cell {
    /// A store's day in one channel.
    Channel(String, BusinessDate, String),
    /// A store's day.
    Store(String, BusinessDate),
    /// The chain's day.
    Chain(BusinessDate),
}

impl From<Cell> for Vec<String> {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Channel(store, date, channel) => vec!["channel".into(), store, date.to_string(), channel],
            Cell::Store(store, date) => vec!["store".into(), store, date.to_string()],
            Cell::Chain(date) => vec!["chain".into(), date.to_string()],
        }
    }
}

/// The text is no cell.
#[derive(Debug, thiserror::Error)]
#[error("no cell of a dashboard")]
pub struct NoCell;

impl TryFrom<Vec<String>> for Cell {
    type Error = NoCell;

    fn try_from(parts: Vec<String>) -> Result<Self, NoCell> {
        let date = |text: &str| text.parse().map_err(|_| NoCell);
        match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["channel", store, day, channel] => {
                Ok(Self::Channel((*store).into(), date(day)?, (*channel).into()))
            }
            ["store", store, day] => Ok(Self::Store((*store).into(), date(day)?)),
            ["chain", day] => Ok(Self::Chain(date(day)?)),
            _ => Err(NoCell),
        }
    }
}

/// What an event adds, at a store, on a day, in a channel.
pub(super) struct Part {
    pub store: String,
    pub channel: String,
    pub date: BusinessDate,
    /// The member whose counted order it is.
    pub buyer: Option<String>,
    pub figures: Figures,
}

impl Part {
    fn new(store: Option<&StoreId>, channel: Option<&Channel>, date: BusinessDate, figures: Figures) -> Self {
        Self {
            store: store.map_or(UNATTRIBUTED, StoreId::as_str).to_owned(),
            channel: channel.map_or(UNATTRIBUTED, Channel::as_str).to_owned(),
            date,
            buyer: None,
            figures,
        }
    }
}

/// Everything that an event adds: to no day, to one, or to two.
pub(super) fn parts(event: &Recorded<GuanxiEvent>) -> Vec<Part> {
    match event.own() {
        Some(GuanxiEvent::Order(order)) => of_order(order),
        Some(GuanxiEvent::Member(member)) => of_member(event, member).into_iter().collect(),
        Some(GuanxiEvent::Coupon(coupon)) => of_coupon(coupon).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of_order(event: &OrderEvent) -> Vec<Part> {
    match event {
        OrderEvent::Paid(paid) if !paid.test => vec![of_paid(paid)],
        OrderEvent::PaymentCaptured(captured) if !captured.test => vec![of_captured(captured)],
        OrderEvent::RefundSucceeded(refund) if !refund.test => of_refund(refund),
        _ => Vec::new(),
    }
}

fn of_paid(paid: &Paid) -> Part {
    let figures = Figures {
        orders: 1,
        orders_without_member: i64::from(paid.member_id.is_none()),
        units: paid.totals.units,
        shelf_fen: paid.totals.shelf_fen,
        promotion_discount_fen: paid.totals.promotion_fen,
        coupon_discount_fen: paid.totals.coupon_fen,
        manufacturer_coupon_fen: paid.totals.manufacturer_coupon_fen,
        paid_fen: paid.totals.payable_fen,
        freight_fen: paid.totals.freight_fen,
        refunded_of_day_fen: paid.refunded_before_fen,
        ..Figures::default()
    };
    let (store, channel) = (Some(&paid.store_id), Some(&paid.channel));
    Part {
        buyer: paid.member_id.as_ref().map(ToString::to_string),
        ..Part::new(store, channel, paid.business_date, figures)
    }
}

fn of_captured(captured: &PaymentCaptured) -> Part {
    let figures = Figures {
        captured_fen: captured.amount_fen,
        surplus_fen: captured.surplus_fen,
        ..Figures::default()
    };
    let (store, channel) = (Some(&captured.store_id), Some(&captured.channel));
    Part::new(store, channel, captured.business_date, figures)
}

/// A refund counts on its own day, and, if it is of a sale that was counted, on the day of that.
fn of_refund(refund: &RefundSucceeded) -> Vec<Part> {
    let part = |date, figures| Part::new(Some(&refund.store_id), Some(&refund.channel), date, figures);
    let refunded = Figures {
        refunded_fen: refund.amount_fen,
        ..Figures::default()
    };
    let mut parts = vec![part(refund.business_date, refunded)];
    if let Some(sale_date) = refund.sale_date.filter(|_| !refund.of_surplus) {
        let of_day = Figures {
            refunded_of_day_fen: refund.amount_fen,
            ..Figures::default()
        };
        if sale_date == refund.business_date {
            parts[0].figures.add(&of_day);
        } else {
            parts.push(part(sale_date, of_day));
        }
    }
    parts
}

/// Who names no store of their own counts where the event happened, if that is known.
fn of_member(event: &Recorded<GuanxiEvent>, member: &MemberEvent) -> Option<Part> {
    let (store, channel, figures) = match member {
        MemberEvent::Enrolled(enrolled) if enrolled.walk_in => {
            let figures = Figures {
                new_walk_ins: 1,
                ..Figures::default()
            };
            (&enrolled.store_id, &enrolled.channel, figures)
        }
        MemberEvent::Activated(activated) => {
            let figures = Figures {
                new_members: 1,
                ..Figures::default()
            };
            (&activated.store_id, &activated.channel, figures)
        }
        _ => return None,
    };
    let around = &event.metadata;
    Some(Part::new(
        store.as_ref().or(around.store_id.as_ref()),
        channel.as_ref().or(around.channel.as_ref()),
        around.business_date,
        figures,
    ))
}

fn of_coupon(coupon: &CouponEvent) -> Option<Part> {
    match coupon {
        CouponEvent::CouponRedeemed(redeemed) => {
            let figures = Figures {
                coupons_redeemed: 1,
                ..Figures::default()
            };
            // Without its order, a redemption belongs to no store's day, whatever else is known of it.
            let known = redeemed.order_id.is_some();
            let store = redeemed.store_id.as_ref().filter(|_| known);
            let channel = redeemed.channel.as_ref().filter(|_| known);
            Some(Part::new(store, channel, redeemed.business_date, figures))
        }
        CouponEvent::CouponReturned(returned) => {
            let figures = Figures {
                coupons_returned: 1,
                ..Figures::default()
            };
            let (store, channel) = (returned.store_id.as_ref(), returned.channel.as_ref());
            Some(Part::new(store, channel, returned.business_date, figures))
        }
        _ => None,
    }
}
