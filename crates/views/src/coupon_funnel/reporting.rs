//! What analysts see of the funnel.

use guanxi_event_store::{Column, ReportingView};

/// Two views: sums by campaign and channel, and the coupons behind them.
pub(super) fn reporting() -> Vec<ReportingView> {
    vec![funnel(), coupons()]
}

fn funnel() -> ReportingView {
    let column = |name, sql, comment| Column::new(name, sql, comment);
    ReportingView {
        name: "coupon_funnel",
        comment: "How far coupons got, by campaign and the channel through which they were claimed.",
        from: "{totals}",
        columns: vec![
            column("campaign_id", "key::jsonb ->> 0", "The campaign."),
            column(
                "channel",
                "key::jsonb ->> 1",
                "Through which channel they were claimed; unattributed where nobody said.",
            ),
            column(
                "claimed",
                "(row ->> 'claimed')::bigint",
                "Coupons claimed of the campaign.",
            ),
            column(
                "issued",
                "(row ->> 'issued')::bigint",
                "Coupons that came into their holder's hand.",
            ),
            column(
                "reserved",
                "(row ->> 'reserved')::bigint",
                "Coupons that were reserved for an order at least once.",
            ),
            column(
                "redeemed",
                "(row ->> 'redeemed')::bigint",
                "Redemptions: an order that became paid used the coupon up. A coupon that came back may be redeemed again.",
            ),
            column(
                "returned",
                "(row ->> 'returned')::bigint",
                "Redemptions given back, as no covered goods remained in their order.",
            ),
            column(
                "missed",
                "(row ->> 'missed')::bigint",
                "Orders paid at the coupon's price although it was not theirs any more; the price was honoured.",
            ),
            column(
                "expired",
                "(row ->> 'expired')::bigint",
                "Coupons whose time was over, those that came back too late included.",
            ),
            column("revoked", "(row ->> 'revoked')::bigint", "Coupons taken away."),
            column(
                "transferred",
                "(row ->> 'transferred')::bigint",
                "Times a coupon went to another member.",
            ),
            column(
                "discount_fen",
                "(row ->> 'discount_fen')::bigint",
                "What redemptions took off, less those given back; where history does not say, nothing.",
            ),
            column(
                "missed_discount_fen",
                "(row ->> 'missed_discount_fen')::bigint",
                "What was honoured without a redemption.",
            ),
            column(
                "as_of_position",
                "position",
                "Log position of the last event that changed the row.",
            ),
        ],
    }
}

fn coupons() -> ReportingView {
    let column = |name, sql, comment| Column::new(name, sql, comment);
    ReportingView {
        name: "coupons",
        comment: "Where each coupon stands.",
        from: "{rows}",
        columns: vec![
            column("coupon_id", "key", "The coupon."),
            column(
                "campaign_id",
                "row ->> 'campaign_id'",
                "The campaign that gave it.",
            ),
            column(
                "channel",
                "row ->> 'channel'",
                "Through which channel it was claimed.",
            ),
            column(
                "member_id",
                "row ->> 'member_id'",
                "Who holds it, or held it last.",
            ),
            column(
                "standing",
                "row ->> 'standing'",
                "claimed, free, reserved, redeemed, expired or revoked.",
            ),
            column("order_id", "row ->> 'order_id'", "The order that has it."),
            column(
                "valid_until",
                "(row ->> 'valid_until')::timestamptz",
                "First instant after its validity.",
            ),
            column(
                "as_of_position",
                "position",
                "Log position of the last event that changed the row.",
            ),
        ],
    }
}
