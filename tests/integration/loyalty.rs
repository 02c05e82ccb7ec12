//! Points, tiers and merges from the request to the ledger, through policies, claims and deadlines of a real log.

use std::time::Duration;

use guanxi_domain::member::{Member, MemberState};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::served::{Api, problem};

async fn member(api: &Api, id: &str) {
    let enrol = json!({ "identities": [{ "kind": "phone", "value": format!("+86138001380{id}") }] });
    let activate = json!({ "consents": [
        { "purpose": "membership", "document": "terms-1", "granted_at": "2026-03-01T00:00:00Z" } ] });
    done(api, &format!("/v1/members/{id}/enrol"), &enrol).await;
    done(api, &format!("/v1/members/{id}/activate"), &activate).await;
}

async fn done(api: &Api, path: &str, body: &Value) {
    let answer = api.post(path, &uuid::Uuid::now_v7().to_string(), body).await;
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap());
}

async fn pay(api: &Api, order: &str, member: &str, fen: i64, at: &str) {
    let place = json!({ "kind": "counter", "channel": "counter", "store_id": "s1", "member_id": member,
        "placed_at": at, "lines": [{ "sku": "a", "quantity": 1, "unit_price_fen": fen }] });
    let payment = json!({ "tender": "cash", "provider": "till", "transaction_id": order, "amount_fen": fen,
        "succeeded_at": at });
    done(api, &format!("/v1/orders/{order}/place"), &place).await;
    done(api, &format!("/v1/orders/{order}/record-payment"), &payment).await;
}

async fn state(api: &Api, id: &str) -> MemberState {
    MemberState::clone(&api.house.store.load::<Member>(id).await.unwrap().state)
}

/// Waits until a member's ledger is as it should be: policies and deadlines take their time.
async fn comes_to(api: &Api, id: &str, expected: (i64, i64, i64)) {
    let mut seen = (0, 0, 0);
    for _ in 0..400 {
        let balance = state(api, id).await.ledger.balance();
        seen = (balance.available, balance.pending, balance.debt);
        if seen == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(seen, expected, "{id}");
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn what_is_paid_earns_and_what_goes_back_takes_back(pool: PgPool) {
    let api = Api::open(&pool).await;
    api.store_opened().await;
    member(&api, "m1").await;
    pay(&api, "o1", "m1", 100_000, &now()).await;
    comes_to(&api, "m1", (0, 1_000, 0)).await;
    assert_eq!(state(&api, "m1").await.tier.unwrap().tier.as_str(), "silver");
    let refund = json!({ "provider": "till", "refund_id": "r1", "out_refund_no": "r1", "transaction_id": "o1",
        "amount_fen": 40_000, "status": "succeeded", "succeeded_at": now() });
    done(&api, "/v1/orders/o1/record-refund", &refund).await;
    comes_to(&api, "m1", (0, 600, 0)).await;
    let held = state(&api, "m1").await.tier.unwrap();
    assert!(held.grace_until.is_some(), "the ground of silver went back");
    api.house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn midnights_that_have_passed_are_made_up_for_each_on_its_day(pool: PgPool) {
    let api = Api::open(&pool).await;
    api.store_opened().await;
    member(&api, "m1").await;
    pay(&api, "o1", "m1", 50_000, "2025-03-02T04:00:00Z").await;
    let sql = "select event_type || ' ' || (metadata->>'business_date') from log.events \
               where aggregate_type = 'member' and event_type like 'member.points%' order by position";
    let expected = [
        "member.points_pended.v1 2025-03-02",
        "member.points_activated.v1 2025-03-10",
        "member.points_expired.v1 2025-10-01",
    ];
    let mut told: Vec<String> = Vec::new();
    for _ in 0..400 {
        told = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
        if told.len() == expected.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(told, expected);
    api.house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn two_accounts_of_one_person_become_one_and_two_again(pool: PgPool) {
    let api = Api::open(&pool).await;
    api.store_opened().await;
    member(&api, "m1").await;
    member(&api, "m2").await;
    pay(&api, "o1", "m1", 10_000, &now()).await;
    comes_to(&api, "m1", (0, 100, 0)).await;
    done(
        &api,
        "/v1/members/m1/merge",
        &json!({ "into": "m2", "reason": "same phone" }),
    )
    .await;
    comes_to(&api, "m2", (0, 100, 0)).await;
    // An order that names the merged account is the survivor's.
    pay(&api, "o2", "m1", 5_000, &now()).await;
    comes_to(&api, "m2", (0, 150, 0)).await;
    let spend = json!({ "spend_id": "x", "points": 1 });
    let refused = problem(api.post("/v1/members/m1/spend-points", "k1", &spend).await).await;
    assert_eq!(refused.1, "member.merged");
    done(
        &api,
        "/v1/members/m1/unmerge",
        &json!({ "reason": "two persons" }),
    )
    .await;
    comes_to(&api, "m1", (0, 100, 0)).await;
    comes_to(&api, "m2", (0, 50, 0)).await;
    api.house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn points_given_away_arrive_or_come_back(pool: PgPool) {
    let api = Api::open(&pool).await;
    member(&api, "m1").await;
    member(&api, "m2").await;
    let adjust = json!({ "reference": "case-1", "reason": "goodwill", "points": 100 });
    done(&api, "/v1/members/m1/adjust-points", &adjust).await;
    let give = |name: &str, to: &str| json!({ "transfer_id": name, "to": to, "points": 40 });
    done(&api, "/v1/members/m1/transfer-points", &give("t1", "m2")).await;
    comes_to(&api, "m2", (40, 0, 0)).await;
    done(&api, "/v1/members/m1/transfer-points", &give("t2", "nobody")).await;
    comes_to(&api, "m1", (60, 0, 0)).await;
    api.house.close().await;
}
