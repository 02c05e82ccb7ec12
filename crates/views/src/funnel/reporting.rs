//! The funnel in SQL, for analysts.

use guanxi_event_store::{Column, ReportingView};

const STORE: Column = Column::new(
    "store_id",
    "store",
    "Store at which the members are at home on the day: where they had joined, else had become known, else had bought first; `unattributed` where none is known.",
);
const CHANNEL: Column = Column::new(
    "channel",
    "channel",
    "Channel through which they came in there; `unattributed` where none is known.",
);
const AS_OF: Column = Column::new(
    "as_of_position",
    "position",
    "Log position of the last event that changed the row.",
);

pub(super) fn views() -> Vec<ReportingView> {
    vec![paths(), transitions(), tiers(), conversions()]
}

/// Members, a line per step of their paths.
fn paths() -> ReportingView {
    ReportingView {
        name: "funnel_paths",
        comment: "A step of a member through the tiers; steps of days to come are what will be if nothing happens. A member stands where their last step up to a day has led.",
        from: "{rows} r cross join lateral jsonb_array_elements(r.row -> 'steps') with ordinality as s (step, number)",
        columns: vec![
            Column::new("member_id", "r.key", "The member."),
            Column::new("step", "s.number", "From 1."),
            Column::new(
                "business_date",
                "(step ->> 'day')::date",
                "Day of the step: of the event, or the day at whose start a window has run out.",
            ),
            Column::new(
                "tier",
                "step ->> 'tier'",
                "The tier from then on; null while the member leads to another (merged), and once they are forgotten.",
            ),
            Column::new("store_id", "step ->> 'store'", STORE.comment),
            Column::new("channel", "step ->> 'channel'", CHANNEL.comment),
            Column::new(
                "event_position",
                "nullif((step ->> 'position')::bigint, 0)",
                "Log position of the event that did it; null where time did.",
            ),
            Column::new(
                "evidence_positions",
                "step -> 'evidence' -> 'positions'",
                "Log positions of the events that counted for the tier entered, or had counted for the tier left; the latest eight.",
            ),
            Column::new("as_of_position", "r.position", AS_OF.comment),
        ],
    }
}

/// Moves of each day.
fn transitions() -> ReportingView {
    ReportingView {
        name: "funnel_transitions",
        comment: "Moves from tier to tier, of a store's day in one channel; days to come are what will be if nothing happens.",
        from: "(select key::jsonb ->> 0 as store, key::jsonb ->> 1 as channel, (key::jsonb ->> 2)::date as date, \
               m.pair, m.moves, t.position \
               from {totals} t cross join lateral jsonb_each_text(t.row -> 'moved') as m (pair, moves)) as moved",
        columns: vec![
            STORE,
            CHANNEL,
            Column::new("business_date", "date", "Day of the moves."),
            Column::new(
                "from_tier",
                "nullif(split_part(pair, '>', 1), '')",
                "The tier left; null for those who became known, or stand alone again.",
            ),
            Column::new(
                "to_tier",
                "nullif(split_part(pair, '>', 2), '')",
                "The tier entered; null for those who were forgotten or merged into another.",
            ),
            Column::new(
                "moves",
                "moves::bigint",
                "How many moves: each event by itself, so one member may move twice a day.",
            ),
            AS_OF,
        ],
    }
}

/// How many there are at the start of each day on which the number changes.
fn tiers() -> ReportingView {
    ReportingView {
        name: "funnel_tiers",
        comment: "Members of a tier at the start of a day, by store and channel: a line for each day on which the number changes, valid until before next_date.",
        from: "(select key::jsonb ->> 0 as store, key::jsonb ->> 1 as channel, (key::jsonb ->> 2)::date as date, \
               m.tier, m.change::bigint as change, t.position \
               from {totals} t cross join lateral jsonb_each_text(t.row -> 'members') as m (tier, change)) as changes",
        columns: vec![
            STORE,
            CHANNEL,
            Column::new("business_date", "date", "First day on which the number holds."),
            Column::new(
                "next_date",
                "lead(date) over (partition by store, channel, tier order by date)",
                "First day on which it holds no longer; null for the last one.",
            ),
            Column::new("tier", "tier", "The tier."),
            Column::new(
                "members",
                "(sum(change) over (partition by store, channel, tier order by date))::bigint",
                "Members in the tier at the start of the day. Adds up over stores and channels.",
            ),
            AS_OF,
        ],
    }
}

/// The numerators of the conversion; the denominators stand in `funnel_tiers`.
fn conversions() -> ReportingView {
    ReportingView {
        name: "funnel_conversions",
        comment: "Of the members who are in from_tier at the start of a day, how many enter to_tier within the days that the rules name (30): a line for each day on which the number changes, valid until before next_date. Upwards for a higher tier, downwards for a lower one. Divide by funnel_tiers.members of from_tier.",
        from: "(select key::jsonb ->> 0 as store, key::jsonb ->> 1 as channel, (key::jsonb ->> 2)::date as date, \
               m.pair, m.change::bigint as change, t.position \
               from {totals} t cross join lateral jsonb_each_text(t.row -> 'converting') as m (pair, change)) as changes",
        columns: vec![
            STORE,
            CHANNEL,
            Column::new("business_date", "date", "First day on which the number holds."),
            Column::new(
                "next_date",
                "lead(date) over (partition by store, channel, pair order by date)",
                "First day on which it holds no longer; null for the last one.",
            ),
            Column::new(
                "from_tier",
                "split_part(pair, '>', 1)",
                "The tier at the start of the day.",
            ),
            Column::new(
                "to_tier",
                "split_part(pair, '>', 2)",
                "The tier that is entered in time.",
            ),
            Column::new(
                "converted",
                "(sum(change) over (partition by store, channel, pair order by date))::bigint",
                "Members of from_tier at the start of the day who enter to_tier in time, each once.",
            ),
            AS_OF,
        ],
    }
}
