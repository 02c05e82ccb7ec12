//! The fold: the member's own state without what is sealed, and what other streams say of the member.

use std::collections::BTreeMap;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::coupon::CouponEvent;
use guanxi_domain::guide::GuideEvent;
use guanxi_domain::member::{Identity, MemberEvent, MemberState};
use guanxi_domain::order::OrderEvent;
use guanxi_event_store::View;
use guanxi_kernel::{BusinessDate, Fen, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

/// Everything about each member.
#[derive(Debug)]
pub struct Member360;

/// One member.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The member's own state: points, tier, tags, consents, merges. Signs, names and subjects are left out.
    pub member: MemberState,
    /// By how many signs of each kind the member is known.
    pub known_by: BTreeMap<String, u32>,
    /// Paid orders.
    pub orders: BTreeMap<String, OrderMade>,
    /// Coupons that the member holds or held.
    pub coupons: BTreeMap<String, CouponHeld>,
    /// Guides who serve or served the member.
    pub guides: BTreeMap<String, GuideHeld>,
}

/// A paid order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderMade {
    /// Whose sale.
    pub store_id: Option<String>,
    /// When it became paid; nothing while only refunds of it are known.
    pub business_date: Option<BusinessDate>,
    /// What was paid.
    pub paid_fen: Fen,
    /// What went back.
    pub refunded_fen: Fen,
}

/// A coupon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CouponHeld {
    /// Of which campaign.
    pub campaign_id: String,
    /// The last that was heard of it: `issued`, `redeemed`, `returned` …
    pub status: String,
}

/// A guide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideHeld {
    /// At which store.
    pub store_id: Option<String>,
    /// Whether nobody else may serve the member.
    pub exclusive: bool,
    /// Since when.
    pub bound_at: Timestamp,
    /// Until when, if it is over.
    pub ended_at: Option<Timestamp>,
}

impl View for Member360 {
    const NAME: &'static str = "member_360";
    const VERSION: u32 = 2;
    type Event = GuanxiEvent;
    type Key = String;
    type Row = MemberRow;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        let member = match event.own() {
            Some(GuanxiEvent::Member(_)) => Some(event.stream.aggregate_id.to_string()),
            Some(GuanxiEvent::Order(OrderEvent::Paid(paid))) => {
                paid.member_id.as_ref().map(ToString::to_string)
            }
            Some(GuanxiEvent::Order(OrderEvent::RefundSucceeded(refund))) => {
                refund.member_id.as_ref().map(ToString::to_string)
            }
            Some(GuanxiEvent::Coupon(coupon)) => coupon_of(coupon).map(|(member, _)| member),
            Some(GuanxiEvent::GuideRelationship(GuideEvent::Bound(bound))) => {
                Some(bound.member_id.to_string())
            }
            Some(GuanxiEvent::GuideRelationship(GuideEvent::Unbound(unbound))) => {
                Some(unbound.member_id.to_string())
            }
            _ => None,
        };
        member.into_iter().collect()
    }

    fn evolve(&self, _: &String, row: Option<MemberRow>, event: &Recorded<GuanxiEvent>) -> Option<MemberRow> {
        let mut row = row.unwrap_or_default();
        match event.own() {
            Some(GuanxiEvent::Member(member)) => row.apply(member),
            Some(GuanxiEvent::Order(order)) => row.bought(&event.stream.aggregate_id, order),
            Some(GuanxiEvent::Coupon(coupon)) => {
                if let Some((_, held)) = coupon_of(coupon) {
                    row.coupons.insert(event.stream.aggregate_id.to_string(), held);
                }
            }
            Some(GuanxiEvent::GuideRelationship(guide)) => row.served(&event.stream.aggregate_id, guide),
            _ => {}
        }
        Some(row)
    }
}

impl MemberRow {
    fn apply(&mut self, event: &MemberEvent) {
        let kind = |identity: &Identity| {
            let kind = serde_json::to_value(identity.kind).ok();
            kind.and_then(|kind| kind.as_str().map(str::to_owned))
                .unwrap_or_default()
        };
        match event {
            MemberEvent::IdentityLinked(it) => *self.known_by.entry(kind(&it.identity)).or_default() += 1,
            MemberEvent::CardBound(it) => *self.known_by.entry(kind(&it.card)).or_default() += 1,
            MemberEvent::IdentityUnlinked(it) => self.forget(&kind(&it.identity)),
            MemberEvent::CardUnbound(it) => self.forget(&kind(&it.card)),
            MemberEvent::Erased(_) => self.known_by.clear(),
            _ => {}
        }
        self.member.apply(event);
        // What is sealed stays in the log: this row must be the same before and after an erasure of keys.
        self.member.identities.clear();
        self.member.subjects.clear();
        self.member.profile.name = None;
        self.member.profile.address = None;
        // What orders and spendings have given and taken decides later commands, and grows for ever; the page shows the
        // lots and debts that came of it.
        let ledger = &mut self.member.ledger;
        ledger.orders.clear();
        ledger.spendings.clear();
        ledger.references.clear();
        ledger.kept_elsewhere.clear();
    }

    fn forget(&mut self, kind: &str) {
        if let Some(count) = self.known_by.get_mut(kind) {
            *count = count.saturating_sub(1);
        }
        self.known_by.retain(|_, count| *count > 0);
    }

    fn bought(&mut self, order_id: &str, event: &OrderEvent) {
        match event {
            OrderEvent::Paid(paid) if !paid.test => {
                let order = self.orders.entry(order_id.to_owned()).or_default();
                order.store_id = Some(paid.store_id.to_string());
                order.business_date = Some(paid.business_date);
                order.paid_fen = paid.totals.payable_fen;
            }
            OrderEvent::RefundSucceeded(refund) if !refund.test => {
                self.orders.entry(order_id.to_owned()).or_default().refunded_fen += refund.amount_fen;
            }
            _ => {}
        }
    }

    fn served(&mut self, stream: &str, event: &GuideEvent) {
        let guide = stream.split('/').next().unwrap_or(stream);
        match event {
            GuideEvent::Bound(bound) => {
                let held = GuideHeld {
                    store_id: bound.store_id.as_ref().map(ToString::to_string),
                    exclusive: bound.exclusive,
                    bound_at: bound.bound_at,
                    ended_at: None,
                };
                self.guides.insert(guide.to_owned(), held);
            }
            GuideEvent::Unbound(unbound) => {
                if let Some(held) = self.guides.get_mut(guide) {
                    held.ended_at = Some(unbound.unbound_at);
                }
            }
            _ => {}
        }
    }
}

/// Whose coupon an event is about, and what it says of it.
fn coupon_of(event: &CouponEvent) -> Option<(String, CouponHeld)> {
    let (member, campaign, status) = match event {
        CouponEvent::CouponIssued(it) => (&it.member_id, &it.campaign_id, "issued"),
        CouponEvent::CouponRedeemed(it) => (&it.member_id, &it.campaign_id, "redeemed"),
        CouponEvent::CouponReturned(it) => (&it.member_id, &it.campaign_id, "returned"),
        _ => return None,
    };
    let held = CouponHeld {
        campaign_id: campaign.to_string(),
        status: status.to_owned(),
    };
    Some((member.to_string(), held))
}
