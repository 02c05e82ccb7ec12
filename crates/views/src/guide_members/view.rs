//! The fold: a row per guide and member.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::guide::GuideEvent;
use guanxi_event_store::{ReportingView, View};
use guanxi_kernel::{Fen, GuideId, MemberId, Recorded, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reporting;

/// Guides and their members.
#[derive(Debug)]
pub struct GuideMembers;

/// How guide and member stand to each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The guide never served the member, and earned something by an order all the same.
    #[default]
    Never,
    /// The guide serves the member.
    Bound,
    /// So far; another guide shall.
    HandoverRequested,
    /// Another guide does.
    HandedOver,
    /// Their time was over.
    Expired,
    /// One of them ended it.
    Unbound,
}

/// A guide and a member.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuideMember {
    /// The guide.
    pub guide_id: String,
    /// The member; nothing for what the guide sold to nobody known.
    pub member_id: Option<String>,
    /// At which store the guide works.
    pub store_id: Option<String>,
    /// How they stand.
    pub standing: Standing,
    /// Whether nobody else may serve the member.
    pub exclusive: bool,
    /// From when.
    pub bound_at: Option<Timestamp>,
    /// Until when, unless renewed.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// From whom the guide took the member over.
    pub from_guide_id: Option<String>,
    /// Who shall serve the member, or does after a handover.
    pub to_guide_id: Option<String>,
    /// When a handover under way takes effect.
    pub effective_at: Option<Timestamp>,
    /// Why the last handover failed: `customer_refused` or `guide_full`.
    pub last_failure: Option<String>,
    /// Commission accrued less commission reversed.
    pub earned_fen: Fen,
    /// What would be settled now: payable less carried less settled.
    pub balance_fen: Fen,
    /// What was settled.
    pub settled_fen: Fen,
}

impl View for GuideMembers {
    const NAME: &'static str = "guide_members";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    /// `guide/member`, the stream's id.
    type Key = String;
    type Row = GuideMember;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        match event.own() {
            Some(GuanxiEvent::GuideRelationship(_)) => vec![event.stream.aggregate_id.to_string()],
            _ => Vec::new(),
        }
    }

    fn evolve(
        &self,
        _: &String,
        row: Option<GuideMember>,
        event: &Recorded<GuanxiEvent>,
    ) -> Option<GuideMember> {
        let Some(GuanxiEvent::GuideRelationship(relationship)) = event.own() else {
            return row;
        };
        let mut row = row.unwrap_or_default();
        row.bind(relationship);
        row.earn(relationship);
        Some(row)
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec![
            "{rows} (key collate \"C\")",
            "{rows} ((row ->> 'guide_id'))",
            "{rows} ((row ->> 'member_id'))",
        ]
    }

    fn reporting(&self) -> Vec<ReportingView> {
        vec![reporting::reporting()]
    }
}

impl GuideMember {
    fn of(&mut self, guide: &GuideId, member: Option<&MemberId>) {
        self.guide_id = guide.to_string();
        self.member_id = member.map(ToString::to_string);
    }

    fn bind(&mut self, event: &GuideEvent) {
        match event {
            GuideEvent::Bound(it) => {
                self.of(&it.guide_id, Some(&it.member_id));
                self.store_id = it.store_id.as_ref().map(ToString::to_string);
                self.exclusive = it.exclusive;
                self.bound_at = Some(it.bound_at);
                self.expires_at = it.expires_at;
                self.from_guide_id = it.handed_over.as_ref().map(|it| it.from_guide_id.to_string());
                (self.to_guide_id, self.effective_at, self.ended_at) = (None, None, None);
                self.standing = Standing::Bound;
            }
            GuideEvent::BindingRenewed(it) => self.expires_at = it.expires_at,
            GuideEvent::HandoverRequested(it) => {
                self.standing = Standing::HandoverRequested;
                self.to_guide_id = Some(it.to_guide_id.to_string());
                self.effective_at = Some(it.effective_at);
                self.last_failure = None;
            }
            GuideEvent::HandoverRejected(_) => self.failed("customer_refused"),
            GuideEvent::HandoverCapReached(_) => self.failed("guide_full"),
            GuideEvent::HandoverCompleted(it) => self.ended(Standing::HandedOver, it.completed_at),
            GuideEvent::BindingExpired(it) => self.ended(Standing::Expired, it.expired_at),
            GuideEvent::Unbound(it) => self.ended(Standing::Unbound, it.unbound_at),
            _ => {}
        }
    }

    fn failed(&mut self, why: &str) {
        self.standing = Standing::Bound;
        (self.to_guide_id, self.effective_at) = (None, None);
        self.last_failure = Some(why.to_owned());
    }

    fn ended(&mut self, standing: Standing, at: Timestamp) {
        self.standing = standing;
        self.ended_at = Some(at);
        self.effective_at = None;
        if standing != Standing::HandedOver {
            self.to_guide_id = None;
        }
    }

    fn earn(&mut self, event: &GuideEvent) {
        match event {
            GuideEvent::CommissionAccrued(it) => {
                self.of(&it.guide_id, it.member_id.as_ref());
                self.earned_fen += it.commission_fen;
            }
            GuideEvent::CommissionReversed(it) => {
                self.earned_fen -= it.commission_fen;
                self.balance_fen -= it.carried_fen;
            }
            GuideEvent::CommissionBecamePayable(it) => self.balance_fen += it.commission_fen,
            GuideEvent::CommissionSettled(it) => {
                self.balance_fen -= it.amount_fen;
                self.settled_fen += it.amount_fen;
            }
            _ => {}
        }
    }
}
