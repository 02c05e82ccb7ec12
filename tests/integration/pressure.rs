//! More than can be done at once: what is turned away says when to come again, and what is slow holds up nobody else.

use std::sync::Arc;
use std::time::Duration;

use guanxi_event_store::{MasterKey, StoreOptions};
use guanxi_views::MemberRules;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::house::House;
use crate::served::Api;

const ORDERS: usize = 64;
/// In a full group, and waiting behind it.
const ROOM: usize = 4 + 8;
const HEAD: &str = "select pg_advisory_xact_lock(7305803671234501)";
const PLACED: &str =
    "select count(*), count(distinct aggregate_id) from log.events where event_type = 'order.placed.v1'";

fn order() -> Value {
    json!({ "kind": "counter", "channel": "counter", "store_id": "s1",
        "lines": [{ "sku": "a", "quantity": 2, "unit_price_fen": 500 }] })
}

/// The status, and for how many seconds to wait if it says so.
async fn place(api: &Api, number: usize) -> (u16, Option<u64>) {
    let path = format!("/v1/orders/o{number}/place");
    let answer = api.post(&path, &format!("place-{number}"), &order()).await;
    let wait = answer.headers().get("retry-after");
    let wait = wait.map(|wait| wait.to_str().unwrap().parse().unwrap());
    (answer.status().as_u16(), wait)
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn what_the_log_cannot_take_now_is_turned_away_and_taken_when_it_comes_again(pool: PgPool) {
    let narrow = StoreOptions {
        max_group: 4,
        max_waiting: 8,
        ..StoreOptions::new(MasterKey::new([7; 32]))
    };
    let house = House::open_as(&pool, &MemberRules::shipped().unwrap(), narrow).await;
    let api = Arc::new(Api::over(house).await);
    api.store_opened().await;
    // Somebody else has the head of the log.
    let mut held = pool.begin().await.unwrap();
    sqlx::query(HEAD).execute(&mut *held).await.unwrap();
    let mut asking = JoinSet::new();
    for number in 0..ORDERS {
        let api = Arc::clone(&api);
        asking.spawn(async move { (number, place(&api, number).await) });
    }
    let mut turned_away = Vec::new();
    while turned_away.len() < ORDERS - ROOM {
        let (number, (status, wait)) = asking.join_next().await.unwrap().unwrap();
        assert_eq!((status, wait), (503, Some(1)), "order {number}");
        turned_away.push(number);
    }
    let (placed, _): (i64, i64) = sqlx::query_as(PLACED).fetch_one(&pool).await.unwrap();
    assert_eq!(placed, 0, "what waits is not in the log");
    held.rollback().await.unwrap();
    while let Some(answered) = asking.join_next().await {
        match answered.unwrap() {
            (_, (200, _)) => {}
            // The group that was on its way need not have been full.
            (number, (503, Some(1))) => turned_away.push(number),
            other => panic!("{other:?}"),
        }
    }
    for number in turned_away {
        while place(&api, number).await.0 == 503 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let placed: (i64, i64) = sqlx::query_as(PLACED).fetch_one(&pool).await.unwrap();
    assert_eq!(placed, (64, 64));
    Arc::into_inner(api).unwrap().house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_view_that_stands_still_holds_up_neither_commands_nor_other_views(pool: PgPool) {
    let api = Api::open(&pool).await;
    api.store_opened().await;
    let mut held = pool.begin().await.unwrap();
    sqlx::query("lock table views.store_dashboard in access exclusive mode")
        .execute(&mut *held)
        .await
        .unwrap();
    let mut position = 0;
    for number in 0..20 {
        let path = format!("/v1/orders/o{number}/place");
        let answer = api.post(&path, &format!("place-{number}"), &order()).await;
        assert_eq!(answer.status(), 200);
        let receipt: Value = answer.json().await.unwrap();
        position = receipt["position"].as_u64().unwrap();
    }
    let other = format!("/v1/orders/o19?wait_for={position}");
    assert_eq!(api.get(&other, &api.key).await.status(), 200);
    held.rollback().await.unwrap();
    let dashboard = format!("/v1/dashboard?store_id=s1&wait_for={position}");
    assert_eq!(api.get(&dashboard, &api.key).await.status(), 200);
    api.house.close().await;
}
