//! What analysts see of guides and their members.

use guanxi_event_store::{Column, ReportingView};

/// A line per guide and member.
pub(super) fn reporting() -> ReportingView {
    let mut columns = relation();
    columns.extend(earnings());
    ReportingView {
        name: "guide_members",
        comment: "A guide and a member: who serves whom, how handovers stand, and what it has earned.",
        from: "{rows}",
        columns,
    }
}

fn relation() -> Vec<Column> {
    let column = |name, sql, comment| Column::new(name, sql, comment);
    vec![
        column("guide_id", "row ->> 'guide_id'", "The guide."),
        column(
            "member_id",
            "row ->> 'member_id'",
            "The member; null for what the guide sold to nobody known.",
        ),
        column(
            "store_id",
            "row ->> 'store_id'",
            "At which store the guide works.",
        ),
        column(
            "standing",
            "row ->> 'standing'",
            "bound, handover_requested (not yet handed over), handed_over, expired, unbound; never where an order earned commission without a binding.",
        ),
        column(
            "exclusive",
            "(row ->> 'exclusive')::boolean",
            "Whether nobody else may serve the member.",
        ),
        column(
            "bound_at",
            "(row ->> 'bound_at')::timestamptz",
            "From when the guide serves the member.",
        ),
        column(
            "ended_at",
            "(row ->> 'ended_at')::timestamptz",
            "When that ended.",
        ),
        column(
            "to_guide_id",
            "row ->> 'to_guide_id'",
            "Who shall serve the member, or does after a handover.",
        ),
        column(
            "effective_at",
            "(row ->> 'effective_at')::timestamptz",
            "When a handover under way takes effect, unless it fails.",
        ),
        column(
            "last_failure",
            "row ->> 'last_failure'",
            "Why the last handover failed: customer_refused, guide_full.",
        ),
    ]
}

fn earnings() -> Vec<Column> {
    let column = |name, sql, comment| Column::new(name, sql, comment);
    vec![
        column(
            "earned_fen",
            "(row ->> 'earned_fen')::bigint",
            "Commission accrued less commission reversed.",
        ),
        column(
            "balance_fen",
            "(row ->> 'balance_fen')::bigint",
            "What would be settled now: payable less carried less settled. Below zero where more was reversed.",
        ),
        column(
            "settled_fen",
            "(row ->> 'settled_fen')::bigint",
            "Commission settled.",
        ),
        column(
            "as_of_position",
            "position",
            "Log position of the last event that changed the row.",
        ),
    ]
}
