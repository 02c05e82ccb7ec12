//! The folds: a row per coupon, and their sums.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::campaign::coupon_claimed;
use guanxi_domain::coupon::CouponEvent;
use guanxi_event_store::{Change, ReportingView, Totals, View};
use guanxi_kernel::{Channel, Fen, Recorded, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reporting;
use super::steps::Steps;

/// Stands for a channel that nobody named.
const UNATTRIBUTED: &str = "unattributed";

/// Coupons by campaign and channel.
#[derive(Debug)]
pub struct CouponFunnel;

/// Where a coupon stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CouponStanding {
    /// Claimed, on its way.
    #[default]
    Claimed,
    /// Its holder may use it.
    Free,
    /// Bound to an order.
    Reserved,
    /// Used up.
    Redeemed,
    /// Over.
    Expired,
    /// Taken away.
    Revoked,
}

/// One coupon.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponRow {
    /// The campaign that gave it; nothing before that is known.
    pub campaign_id: Option<String>,
    /// Through which channel it was claimed.
    pub channel: String,
    /// Who holds it, or held it last.
    pub member_id: Option<String>,
    /// Where it stands.
    pub standing: CouponStanding,
    /// The order that has it.
    pub order_id: Option<String>,
    /// First instant after its validity.
    pub valid_until: Option<Timestamp>,
    /// What the redemption in force took off.
    pub in_force_fen: i64,
    /// What happened to it.
    pub steps: Steps,
}

impl View for CouponFunnel {
    const NAME: &'static str = "coupon_funnel";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    /// The coupon.
    type Key = String;
    type Row = CouponRow;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        if let Some(claimed) = event.own().and_then(coupon_claimed) {
            return vec![claimed.coupon_id.to_string()];
        }
        match event.own() {
            Some(GuanxiEvent::Coupon(_)) => vec![event.stream.aggregate_id.to_string()],
            _ => Vec::new(),
        }
    }

    fn evolve(&self, _: &String, row: Option<CouponRow>, event: &Recorded<GuanxiEvent>) -> Option<CouponRow> {
        let mut row = row.unwrap_or_else(|| CouponRow {
            channel: UNATTRIBUTED.to_owned(),
            ..CouponRow::default()
        });
        if let Some(claimed) = event.own().and_then(coupon_claimed) {
            row.steps.claimed = 1;
            row.campaign_id = Some(claimed.campaign_id.to_string());
            row.through(claimed.channel.as_ref());
            row.valid_until = Some(claimed.validity.until);
            row.member_id = row.member_id.or_else(|| Some(claimed.member_id.to_string()));
        }
        if let Some(GuanxiEvent::Coupon(coupon)) = event.own() {
            row.apply(coupon);
        }
        Some(row)
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec![
            "{rows} ((row ->> 'member_id'))",
            "{rows} ((row ->> 'campaign_id'))",
            "{totals} (key collate \"C\")",
        ]
    }

    fn reporting(&self) -> Vec<ReportingView> {
        reporting::reporting()
    }
}

impl Totals for CouponFunnel {
    /// Campaign and channel.
    type Cell = (String, String);
    type Total = Steps;

    fn cells(&self, change: &Change<'_, Self>) -> Vec<(String, String)> {
        let mut cells: Vec<_> = [change.before, change.after]
            .into_iter()
            .flatten()
            .filter_map(CouponRow::cell)
            .collect();
        cells.dedup();
        cells
    }

    fn fold(
        &self,
        cell: &(String, String),
        total: Option<Steps>,
        change: &Change<'_, Self>,
    ) -> Option<Steps> {
        let mut total = total.unwrap_or_default();
        for (row, sign) in [(change.before, -1), (change.after, 1)] {
            if let Some(row) = row.filter(|row| row.cell().as_ref() == Some(cell)) {
                total.add(&row.steps, sign);
            }
        }
        Some(total)
    }
}

impl CouponRow {
    fn cell(&self) -> Option<(String, String)> {
        Some((self.campaign_id.clone()?, self.channel.clone()))
    }

    fn through(&mut self, channel: Option<&Channel>) {
        if let Some(channel) = channel {
            self.channel = channel.to_string();
        }
    }

    fn stands(&mut self, standing: CouponStanding, order_id: Option<String>) {
        self.standing = standing;
        self.order_id = order_id;
    }

    fn apply(&mut self, event: &CouponEvent) {
        match event {
            CouponEvent::CouponIssued(it) => {
                self.steps.issued = 1;
                self.campaign_id = Some(it.campaign_id.to_string());
                self.through(it.channel.as_ref());
                self.member_id = Some(it.member_id.to_string());
                self.valid_until = Some(it.validity.until);
                self.stands(CouponStanding::Free, None);
            }
            CouponEvent::CouponReserved(it) => {
                self.steps.reserved = 1;
                self.stands(CouponStanding::Reserved, Some(it.order_id.to_string()));
            }
            CouponEvent::ReservationReleased(_) => self.stands(CouponStanding::Free, None),
            CouponEvent::RedemptionAwaited(it) => {
                self.campaign_id = Some(it.campaign_id.to_string());
            }
            CouponEvent::CouponRedeemed(it) => {
                self.steps.redeemed += 1;
                self.in_force_fen = it.discount_fen.unwrap_or(Fen::ZERO).0;
                self.steps.discount_fen += self.in_force_fen;
                let order = it.order_id.as_ref().map(ToString::to_string);
                self.stands(CouponStanding::Redeemed, order);
            }
            CouponEvent::RedemptionMissed(it) => {
                self.steps.missed += 1;
                self.steps.missed_discount_fen += it.discount_fen.unwrap_or(Fen::ZERO).0;
            }
            CouponEvent::CouponReturned(_) => {
                self.steps.returned += 1;
                self.steps.discount_fen -= self.in_force_fen;
                self.in_force_fen = 0;
                self.stands(CouponStanding::Free, None);
            }
            CouponEvent::CouponExpired(_) => {
                self.steps.expired = 1;
                self.stands(CouponStanding::Expired, None);
            }
            CouponEvent::CouponRevoked(_) => {
                self.steps.revoked = 1;
                self.stands(CouponStanding::Revoked, None);
            }
            CouponEvent::CouponTransferred(it) => {
                self.steps.transferred += 1;
                self.member_id = Some(it.to.to_string());
            }
        }
    }
}
