//! The fold: a row per guide and month. Each figure lies in the month of its own day: of the payment, of the end of the
//! return window, of the refund, of the payroll.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::guide::GuideEvent;
use guanxi_event_store::{Column, ReportingView, View};
use guanxi_kernel::{BusinessDate, Fen, GuideId, Recorded};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Commission by guide and month.
#[derive(Debug)]
pub struct CommissionStatement;

/// A guide's month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// Orders that began to earn.
    pub orders: i64,
    /// What orders paid this month earned.
    pub accrued_fen: Fen,
    /// What refunds of this month took back, whenever it was earned.
    pub reversed_fen: Fen,
    /// What became payable this month.
    pub payable_fen: Fen,
    /// The part of `reversed_fen` that had been payable: carried against what the guide is paid next.
    pub carried_fen: Fen,
    /// What was settled this month.
    pub settled_fen: Fen,
}

impl View for CommissionStatement {
    const NAME: &'static str = "commission_statement";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    /// Guide and month (`2026-03`).
    type Key = (String, String);
    type Row = Statement;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<(String, String)> {
        let found = of(event);
        found
            .map(|(guide, date, _)| (guide.to_string(), month(date)))
            .into_iter()
            .collect()
    }

    fn evolve(
        &self,
        _: &(String, String),
        row: Option<Statement>,
        event: &Recorded<GuanxiEvent>,
    ) -> Option<Statement> {
        let Some((_, _, part)) = of(event) else {
            return row;
        };
        let before = row.unwrap_or_default();
        Some(Statement {
            orders: before.orders + part.orders,
            accrued_fen: before.accrued_fen + part.accrued_fen,
            reversed_fen: before.reversed_fen + part.reversed_fen,
            payable_fen: before.payable_fen + part.payable_fen,
            carried_fen: before.carried_fen + part.carried_fen,
            settled_fen: before.settled_fen + part.settled_fen,
        })
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec!["{rows} (key collate \"C\")", "{rows} ((key::jsonb ->> 0))"]
    }

    fn reporting(&self) -> Vec<ReportingView> {
        vec![reporting()]
    }
}

fn month(date: BusinessDate) -> String {
    let date = date.0;
    format!("{:04}-{:02}", date.year(), date.month())
}

/// Whose, on which day, and how much an event adds.
fn of(event: &Recorded<GuanxiEvent>) -> Option<(&GuideId, BusinessDate, Statement)> {
    let Some(GuanxiEvent::GuideRelationship(relationship)) = event.own() else {
        return None;
    };
    let nothing = Statement::default();
    match relationship {
        GuideEvent::CommissionAccrued(it) => {
            let part = Statement {
                orders: i64::from(it.commission_fen == it.total_fen),
                accrued_fen: it.commission_fen,
                ..nothing
            };
            Some((&it.guide_id, it.business_date, part))
        }
        GuideEvent::CommissionReversed(it) => {
            let part = Statement {
                reversed_fen: it.commission_fen,
                carried_fen: it.carried_fen,
                ..nothing
            };
            Some((&it.guide_id, it.business_date, part))
        }
        GuideEvent::CommissionBecamePayable(it) => {
            let part = Statement {
                payable_fen: it.commission_fen,
                ..nothing
            };
            Some((&it.guide_id, it.business_date, part))
        }
        GuideEvent::CommissionSettled(it) => {
            let part = Statement {
                settled_fen: it.amount_fen,
                ..nothing
            };
            Some((&it.guide_id, it.business_date, part))
        }
        _ => None,
    }
}

fn reporting() -> ReportingView {
    let column = |name, sql, comment| Column::new(name, sql, comment);
    ReportingView {
        name: "commission_statement",
        comment: "A guide's month: commission accrued, reversed, payable and settled, each on its own day.",
        from: "{rows}",
        columns: vec![
            column(
                "guide_id",
                "key::jsonb ->> 0",
                "The guide frozen into the orders.",
            ),
            column("month", "key::jsonb ->> 1", "The month, 2026-03."),
            column(
                "orders",
                "(row ->> 'orders')::bigint",
                "Orders that began to earn, in the month of their payment.",
            ),
            column(
                "accrued_fen",
                "(row ->> 'accrued_fen')::bigint",
                "What orders paid in the month earned: floor(rate x goods paid), without freight and the part paid in points.",
            ),
            column(
                "reversed_fen",
                "(row ->> 'reversed_fen')::bigint",
                "What refunds of the month took back, whenever it was earned: given less the new target.",
            ),
            column(
                "payable_fen",
                "(row ->> 'payable_fen')::bigint",
                "What became payable in the month, as return windows ended.",
            ),
            column(
                "carried_fen",
                "(row ->> 'carried_fen')::bigint",
                "The part of reversed_fen that had been payable: carried against what the guide is paid next.",
            ),
            column(
                "settled_fen",
                "(row ->> 'settled_fen')::bigint",
                "What payrolls of the month settled.",
            ),
            column(
                "balance_fen",
                "sum((row ->> 'payable_fen')::bigint - (row ->> 'carried_fen')::bigint - (row ->> 'settled_fen')::bigint) over (partition by key::jsonb ->> 0 order by key::jsonb ->> 1)::bigint",
                "Payable less carried less settled up to the end of the month: what is still to pay, or to take back.",
            ),
            column(
                "as_of_position",
                "position",
                "Log position of the last event that changed the row.",
            ),
        ],
    }
}
