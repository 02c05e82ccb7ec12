//! The dashboard in SQL, for analysts: one view per grain, each column with its definition.

use guanxi_event_store::{Column, ReportingView};

const AS_OF: Column = Column::new(
    "as_of_position",
    "position",
    "Log position of the last event that changed the row.",
);

pub(super) fn views() -> Vec<ReportingView> {
    let store = Column::new(
        "store_id",
        "key::jsonb ->> 1",
        "The store; `unattributed` where none is known.",
    );
    let date = |sql| Column::new("business_date", sql, "Calendar day in the store's time zone.");
    let channel = Column::new(
        "channel",
        "key::jsonb ->> 3",
        "The channel; `unattributed` where none is known.",
    );
    vec![
        ReportingView {
            name: "store_dashboard",
            comment: "A store's day in one channel. Sums of money add up over rows, buyers do not: see store_day and chain_day.",
            from: "{totals} where key::jsonb ->> 0 = 'channel'",
            columns: with([store, date("(key::jsonb ->> 2)::date"), channel].to_vec()),
        },
        ReportingView {
            name: "store_day",
            comment: "A store's day over all channels; a buyer in two channels counts once.",
            from: "{totals} where key::jsonb ->> 0 = 'store'",
            columns: with([store, date("(key::jsonb ->> 2)::date")].to_vec()),
        },
        ReportingView {
            name: "chain_day",
            comment: "The chain's day over all stores; a buyer at two stores counts once.",
            from: "{totals} where key::jsonb ->> 0 = 'chain'",
            columns: with([date("(key::jsonb ->> 1)::date")].to_vec()),
        },
    ]
}

fn with(mut columns: Vec<Column>) -> Vec<Column> {
    columns.extend(FIGURES);
    columns.push(AS_OF);
    columns
}

macro_rules! figure {
    ($name:literal, $comment:literal) => {
        Column::new(
            $name,
            concat!("coalesce((row ->> '", $name, "')::bigint, 0)"),
            $comment,
        )
    };
}

const FIGURES: [Column; 20] = [
    figure!(
        "orders",
        "Orders that became paid that day, each once, at the payment that completed it."
    ),
    figure!(
        "buyers",
        "Distinct members with a counted order in this row, as of the order: later merges and refunds change nothing. Never adds up over rows."
    ),
    figure!(
        "orders_without_member",
        "Counted orders of persons who are not known."
    ),
    figure!("units", "Pieces of goods in the counted orders."),
    figure!(
        "shelf_fen",
        "Prices on the shelf of the counted orders, freight included. paid = shelf - promotion - coupon."
    ),
    figure!("promotion_discount_fen", "Our promotions on the counted orders."),
    figure!(
        "coupon_discount_fen",
        "Coupons on the counted orders, whoever funds them."
    ),
    figure!(
        "manufacturer_coupon_fen",
        "The part of coupon_discount_fen that manufacturers pay to us."
    ),
    figure!(
        "paid_fen",
        "GMV: payable of the orders that became paid that day, after our discounts, before the provider's coupons, with freight, refunded later or not; without surplus and test orders."
    ),
    figure!("freight_fen", "Freight in paid_fen."),
    figure!(
        "captured_fen",
        "Money that came that day (success time of the payment), surplus included."
    ),
    figure!(
        "surplus_fen",
        "The part of captured_fen beyond what was to pay; goes back."
    ),
    figure!(
        "refunded_fen",
        "Money that went back that day (success time of the refund), whatever the day of its sale."
    ),
    Column::new(
        "net_fen",
        "coalesce((row ->> 'captured_fen')::bigint, 0) - coalesce((row ->> 'refunded_fen')::bigint, 0)",
        "Money that came that day less money that went back that day.",
    ),
    figure!(
        "refunded_of_day_fen",
        "Money of this day's sales that went back, whenever it did. Restates closed days."
    ),
    Column::new(
        "average_order_fen",
        "floor((row ->> 'paid_fen')::numeric / nullif((row ->> 'orders')::bigint, 0) + 0.5)::bigint",
        "paid_fen / orders, rounded half up; null without orders.",
    ),
    figure!(
        "new_members",
        "Members activated for the first time, with consent, that day at that store."
    ),
    figure!(
        "new_walk_ins",
        "Persons who only paid, met for the first time that day at that store."
    ),
    figure!(
        "coupons_redeemed",
        "Coupons used up, on the day of the payment that completed their order; those whose order is not known stand at store `unattributed`."
    ),
    figure!(
        "coupons_returned",
        "Coupons given back, on the day of the refund."
    ),
];
