//! Tags in SQL, for analysts.

use guanxi_event_store::{Column, ReportingView};

pub(super) fn views() -> Vec<ReportingView> {
    vec![ReportingView {
        name: "member_tags",
        comment: "A tag of a member over a span of days. Spans to come are told in advance: ask for those with valid_from <= day and (valid_until is null or day < valid_until). Spans that ended more than 400 days before the member's last fact are left out.",
        from: "{rows} r cross join lateral jsonb_array_elements(r.row -> 'tags') as tag",
        columns: vec![
            Column::new("member_id", "r.key", "The member."),
            Column::new(
                "store_id",
                "r.row -> 'home' ->> 'store'",
                "Store at which the member is at home: where they had joined, else had become known, else had bought first; `unattributed` where none is known.",
            ),
            Column::new("tag", "tag ->> 'tag'", "The tag."),
            Column::new(
                "source",
                "tag ->> 'source'",
                "On whose word: rules (of this installation), hand (no rule takes it away), outside (another rule engine).",
            ),
            Column::new(
                "rule",
                "tag ->> 'rule'",
                "The rule that gives it; null for one given by hand.",
            ),
            Column::new(
                "rule_version",
                "(tag ->> 'rule_version')::int",
                "Version of the rules; null for one given by hand.",
            ),
            Column::new(
                "valid_from",
                "(tag ->> 'from')::date",
                "First day on which it is held.",
            ),
            Column::new(
                "valid_until",
                "(tag ->> 'until')::date",
                "Day on which it is gone; null while nothing is known that would end it.",
            ),
            Column::new(
                "evidence",
                "(tag -> 'evidence' ->> 'count')::bigint",
                "Number of events behind it.",
            ),
            Column::new(
                "evidence_positions",
                "tag -> 'evidence' -> 'positions'",
                "Log positions of these events, the latest eight.",
            ),
            Column::new(
                "as_of_position",
                "r.position",
                "Log position of the last event that changed the member's row.",
            ),
        ],
    }]
}
