//! What every order must have, once.

use std::collections::BTreeMap;

use sqlx::PgPool;

use super::load::{COMMISSION, price};

/// Order, what was given, and by which rate of ten thousand.
type Given = (String, i64, i64);

const REDEMPTIONS: &str = "select payload->>'order_id', 0::bigint, 0::bigint from log.events where event_type = 'coupon.redeemed.v1'";
const COMMISSIONS: &str =
    "select payload->>'order_id', (payload->>'commission_fen')::bigint, (payload->>'rate')::bigint
       from log.events where event_type = 'guide_relationship.commission_accrued.v1'";
const POINTS: &str =
    "select payload->'basis'->>'order_id', (payload->>'points')::bigint, (payload->'basis'->>'rate')::bigint
       from log.events where event_type in ('member.points_pended.v1', 'member.points_earned.v1')";
/// Nothing of this has a place where nothing is given back.
const UNDONE: &str = "select count(*) from log.events where event_type in ('coupon.redemption_missed.v1',
       'coupon.returned.v1', 'guide_relationship.commission_reversed.v1', 'member.points_clawed_back.v1')";

/// Each order's coupon is redeemed once; commission and points are given once, to the fen and to the point.
pub async fn every_order_once(pool: &PgPool, orders: usize) {
    for sql in ["select count(*) from follow.parked", UNDONE] {
        let none: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
        assert_eq!(none, 0, "{sql}");
    }
    for (what, sql) in [
        ("redemption", REDEMPTIONS),
        ("commission", COMMISSIONS),
        ("points", POINTS),
    ] {
        let all: Vec<Given> = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
        let mut given = BTreeMap::<&str, Vec<(i64, i64)>>::new();
        for (order, amount, rate) in &all {
            given.entry(order).or_default().push((*amount, *rate));
        }
        assert_eq!(given.len(), orders, "{what}: so many orders have it");
        for order in 0..orders {
            let once = &given[format!("o-{order}").as_str()];
            let [(amount, rate)] = once[..] else {
                panic!("{what} of order {order}: {once:?}");
            };
            assert_eq!(amount, price(order) * rate / 10_000, "{what} of order {order}");
            assert!(what != "commission" || rate == COMMISSION);
        }
    }
}
