//! The folds: a member's balance and flows; per day, home store and tier what changed.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::member::{Balance, MemberEvent};
use guanxi_event_store::{Change, Column, ReportingView, Totals, View};
use guanxi_kernel::{BusinessDate, Recorded};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NO_TIER;
use super::flows::{Flows, said};
use crate::store_dashboard::UNATTRIBUTED;

/// What the chain owes in points.
#[derive(Debug)]
pub struct PointsLiability;

/// A member's points.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PointsRow {
    /// The home store.
    pub store_id: Option<String>,
    /// The tier, where there is one above everybody's.
    pub tier: Option<String>,
    /// What is there.
    pub balance: Balance,
    /// What ever flowed.
    pub flows: Flows,
}

/// Day, home store, tier.
pub type LiabilityCell = (BusinessDate, String, String);

/// What changed on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Liability {
    /// Usable points: more, or fewer.
    pub available_change: i64,
    /// Points that wait for a return window.
    pub pending_change: i64,
    /// Points owed by members.
    pub debt_change: i64,
    /// What flowed.
    #[serde(flatten)]
    pub flows: Flows,
}

impl PointsRow {
    fn place(&self) -> (String, String) {
        let store = self.store_id.as_deref().unwrap_or(UNATTRIBUTED);
        (
            store.to_owned(),
            self.tier.as_deref().unwrap_or(NO_TIER).to_owned(),
        )
    }
}

impl View for PointsLiability {
    const NAME: &'static str = "points_liability";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    type Key = String;
    type Row = PointsRow;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        match event.own() {
            Some(GuanxiEvent::Member(member)) if concerns(member) => {
                vec![event.stream.aggregate_id.to_string()]
            }
            _ => Vec::new(),
        }
    }

    fn evolve(&self, _: &String, row: Option<PointsRow>, event: &Recorded<GuanxiEvent>) -> Option<PointsRow> {
        let mut row = row.unwrap_or_default();
        let Some(GuanxiEvent::Member(member)) = event.own() else {
            return Some(row);
        };
        if let Some(said) = said(member) {
            row.balance = said.balance;
            row.flows = row.flows.combine(said.flows, i64::saturating_add);
        }
        match member {
            MemberEvent::Enrolled(it) => row.store_id = it.store_id.as_ref().map(ToString::to_string),
            MemberEvent::Activated(it) if it.store_id.is_some() => {
                row.store_id = it.store_id.as_ref().map(ToString::to_string);
            }
            MemberEvent::TierUpgraded(it) => row.tier = Some(it.term.tier.to_string()),
            MemberEvent::TierRetained(it) => row.tier = Some(it.term.tier.to_string()),
            MemberEvent::TierGraceStarted(it) => row.tier = Some(it.term.tier.to_string()),
            // Everybody's tier has no last day.
            MemberEvent::TierDowngraded(it) => row.tier = it.term.until.map(|_| it.term.tier.to_string()),
            _ => {}
        }
        Some(row)
    }

    fn reporting(&self) -> Vec<ReportingView> {
        vec![reporting()]
    }
}

/// Whether an event may change a member's points or their place.
fn concerns(event: &MemberEvent) -> bool {
    said(event).is_some()
        || matches!(
            event,
            MemberEvent::Enrolled(_)
                | MemberEvent::Activated(_)
                | MemberEvent::TierUpgraded(_)
                | MemberEvent::TierRetained(_)
                | MemberEvent::TierGraceStarted(_)
                | MemberEvent::TierDowngraded(_)
        )
}

impl Totals for PointsLiability {
    type Cell = LiabilityCell;
    type Total = Liability;

    fn cells(&self, change: &Change<'_, Self>) -> Vec<LiabilityCell> {
        let (before, after) = sides(change);
        if before == after {
            return Vec::new();
        }
        let date = date_of(change.event);
        let ((store, tier), to) = (before.place(), after.place());
        let mut cells = vec![(date, to.0.clone(), to.1.clone())];
        if (&store, &tier) != (&to.0, &to.1) {
            cells.push((date, store, tier));
        }
        cells.retain(|cell| part(cell, &before, &after) != Liability::default());
        cells
    }

    fn fold(
        &self,
        cell: &LiabilityCell,
        total: Option<Liability>,
        change: &Change<'_, Self>,
    ) -> Option<Liability> {
        let (before, after) = sides(change);
        let (total, part) = (total.unwrap_or_default(), part(cell, &before, &after));
        Some(Liability {
            available_change: total.available_change + part.available_change,
            pending_change: total.pending_change + part.pending_change,
            debt_change: total.debt_change + part.debt_change,
            flows: total.flows.combine(part.flows, i64::saturating_add),
        })
    }
}

fn sides(change: &Change<'_, PointsLiability>) -> (PointsRow, PointsRow) {
    let side = |row: Option<&PointsRow>| row.cloned().unwrap_or_default();
    (side(change.before), side(change.after))
}

fn date_of(event: &Recorded<GuanxiEvent>) -> BusinessDate {
    match event.own() {
        Some(GuanxiEvent::Member(member)) => said(member).map(|said| said.date),
        _ => None,
    }
    .unwrap_or(event.metadata.business_date)
}

/// What a change does to a cell: the balance leaves the place before and enters the place after; flows count after.
fn part((_, store, tier): &LiabilityCell, before: &PointsRow, after: &PointsRow) -> Liability {
    let here = |row: &PointsRow| row.place() == (store.clone(), tier.clone());
    let balance = |row: &PointsRow| {
        if here(row) {
            row.balance
        } else {
            Balance::default()
        }
    };
    let (was, is) = (balance(before), balance(after));
    Liability {
        available_change: is.available - was.available,
        pending_change: is.pending - was.pending,
        debt_change: is.debt - was.debt,
        flows: if here(after) {
            after.flows.combine(before.flows, i64::saturating_sub)
        } else {
            Flows::default()
        },
    }
}

macro_rules! flow {
    ($name:literal, $comment:literal) => {
        Column::new(
            $name,
            concat!("coalesce((row ->> '", $name, "')::bigint, 0)"),
            $comment,
        )
    };
}

macro_rules! standing {
    ($name:literal, $change:literal, $comment:literal) => {
        Column::new(
            $name,
            concat!(
                "(sum(coalesce((row ->> '",
                $change,
                "')::bigint, 0)) over (partition by key::jsonb ->> 1, key::jsonb ->> 2 order by key::jsonb ->> 0))::bigint"
            ),
            $comment,
        )
    };
}

fn reporting() -> ReportingView {
    ReportingView {
        name: "points_liability",
        comment: "What the chain owes in points at the end of a day, by home store and tier, and what flowed that day. A day without a change has no row: the row before it holds.",
        from: "{totals}",
        columns: vec![
            Column::new("business_date", "(key::jsonb ->> 0)::date", "The day."),
            Column::new(
                "store_id",
                "key::jsonb ->> 1",
                "The members' home store; `unattributed` where none is known.",
            ),
            Column::new(
                "tier",
                "key::jsonb ->> 2",
                "The members' tier; `none` for those with none above everybody's.",
            ),
            standing!(
                "available",
                "available_change",
                "Usable points at the end of the day."
            ),
            standing!(
                "pending",
                "pending_change",
                "Points that wait for return windows, at the end of the day."
            ),
            standing!(
                "debt",
                "debt_change",
                "Points owed by members at the end of the day."
            ),
            flow!(
                "earned",
                "Points earned by orders that day, usable at once or pending."
            ),
            flow!("activated", "Points that became usable that day."),
            flow!("spent", "Points spent that day."),
            flow!(
                "restored",
                "Points that came back that day from spendings called off."
            ),
            flow!("clawed_back", "Points taken back by refunds that day."),
            flow!("expired", "Points that ended that day."),
            flow!("adjusted", "Points put right by hand that day, up less down."),
            flow!(
                "transferred",
                "Points got from other members that day less given to them."
            ),
            flow!(
                "debt_incurred",
                "Points owed that day by refunds that found nothing to take."
            ),
            flow!("debt_repaid", "Points of debts repaid that day."),
            Column::new(
                "as_of_position",
                "position",
                "Log position of the last event that changed the row.",
            ),
        ],
    }
}
