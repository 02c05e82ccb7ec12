//! Which cells an event concerns, and what it adds to them.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::coupon::CouponEvent;
use guanxi_domain::member::MemberEvent;
use guanxi_domain::order::{OrderEvent, Paid, PaymentCaptured, RefundSucceeded};
use guanxi_kernel::{BusinessDate, Channel, MemberId, Recorded, StoreId};
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

/// What an event adds, at a store and a day, for a person.
pub(super) struct Part {
    store: String,
    channel: String,
    date: BusinessDate,
    /// Member id; empty for nobody known.
    pub who: String,
    pub figures: Figures,
}

impl Part {
    fn new(
        store: Option<&StoreId>,
        channel: Option<&Channel>,
        date: BusinessDate,
        who: Option<&MemberId>,
        figures: Figures,
    ) -> Self {
        Self {
            store: store.map_or(UNATTRIBUTED, StoreId::as_str).to_owned(),
            channel: channel.map_or(UNATTRIBUTED, Channel::as_str).to_owned(),
            date,
            who: who.map_or("", MemberId::as_str).to_owned(),
            figures,
        }
    }

    /// The three cells that it counts in.
    pub fn cells(&self) -> [Cell; 3] {
        [
            Cell::Channel(self.store.clone(), self.date, self.channel.clone()),
            Cell::Store(self.store.clone(), self.date),
            Cell::Chain(self.date),
        ]
    }
}

/// Everything that an event adds.
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
    let who = paid.member_id.as_ref();
    Part::new(
        Some(&paid.store_id),
        Some(&paid.channel),
        paid.business_date,
        who,
        figures,
    )
}

fn of_captured(captured: &PaymentCaptured) -> Part {
    let figures = Figures {
        captured_fen: captured.amount_fen,
        surplus_fen: captured.surplus_fen,
        ..Figures::default()
    };
    let who = captured.member_id.as_ref();
    Part::new(
        Some(&captured.store_id),
        Some(&captured.channel),
        captured.business_date,
        who,
        figures,
    )
}

/// A refund counts on its own day, and, if it is of a sale that was counted, on the day of that.
fn of_refund(refund: &RefundSucceeded) -> Vec<Part> {
    let who = refund.member_id.as_ref();
    let part = |date, figures| Part::new(Some(&refund.store_id), Some(&refund.channel), date, who, figures);
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

fn of_member(event: &Recorded<GuanxiEvent>, member: &MemberEvent) -> Option<Part> {
    let who = MemberId::new(&event.stream.aggregate_id).ok();
    let (store, channel, figures) = match member {
        MemberEvent::Enrolled(enrolled) if enrolled.walk_in => {
            let figures = Figures {
                new_walk_ins: 1,
                ..Figures::default()
            };
            (enrolled.store_id.as_ref(), enrolled.channel.as_ref(), figures)
        }
        MemberEvent::Activated(activated) => {
            let figures = Figures {
                new_members: 1,
                ..Figures::default()
            };
            (activated.store_id.as_ref(), activated.channel.as_ref(), figures)
        }
        _ => return None,
    };
    Some(Part::new(
        store,
        channel,
        event.metadata.business_date,
        who.as_ref(),
        figures,
    ))
}

fn of_coupon(coupon: &CouponEvent) -> Option<Part> {
    let (store, channel, date, who, figures) = match coupon {
        CouponEvent::CouponRedeemed(redeemed) => {
            let figures = Figures {
                coupons_redeemed: 1,
                ..Figures::default()
            };
            (
                &redeemed.store_id,
                &redeemed.channel,
                redeemed.business_date,
                &redeemed.member_id,
                figures,
            )
        }
        CouponEvent::CouponReturned(returned) => {
            let figures = Figures {
                coupons_returned: 1,
                ..Figures::default()
            };
            (
                &returned.store_id,
                &returned.channel,
                returned.business_date,
                &returned.member_id,
                figures,
            )
        }
        _ => return None,
    };
    Some(Part::new(
        store.as_ref(),
        channel.as_ref(),
        date,
        Some(who),
        figures,
    ))
}
