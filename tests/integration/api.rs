//! The API as a caller meets it: over HTTP, with keys, problems and positions.

use guanxi_api::access::Scope;
use guanxi_kernel::StoreId;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::served::{Api, problem};

fn order() -> Value {
    json!({ "kind": "counter", "channel": "counter", "store_id": "s1",
        "lines": [{ "sku": "a", "quantity": 2, "unit_price_fen": 500 }] })
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn an_order_is_placed_paid_and_read_at_its_position(pool: PgPool) {
    let api = Api::open(&pool).await;
    api.store_opened().await;
    let placed = api.post("/v1/orders/o1/place", "k1", &order()).await;
    assert_eq!(placed.status(), 200);
    let again: Value = api
        .post("/v1/orders/o1/place", "k1", &order())
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(again["known"], true);

    let mut other = order();
    other["lines"][0]["quantity"] = json!(3);
    assert_eq!(
        problem(api.post("/v1/orders/o1/place", "k1", &other).await).await,
        (409, "api.key_reused".to_owned())
    );
    assert_eq!(
        problem(api.post("/v1/orders/o1/place", "k2", &other).await).await,
        (409, "order.already_placed".to_owned())
    );

    let payment = json!({ "tender": "cash", "provider": "till-1", "transaction_id": "t1", "mchid": null,
        "out_trade_no": null, "amount_fen": 1000, "payer_total_fen": null, "member_id": null,
        "succeeded_at": "2026-03-01T10:00:00+08:00" });
    let paid: Value = api
        .post("/v1/orders/o1/record-payment", "k3", &payment)
        .await
        .json()
        .await
        .unwrap();
    let position = paid["position"].as_u64().unwrap();
    let path = format!("/v1/orders/o1?wait_for={position}");
    let found: Value = api.get(&path, &api.key).await.json().await.unwrap();
    assert_eq!(
        (found["status"].as_str(), found["captured_fen"].as_i64()),
        (Some("paid"), Some(1000))
    );

    let path = format!("/v1/dashboard?wait_for={position}&grain=store");
    let page: Value = api.get(&path, &api.key).await.json().await.unwrap();
    let line = &page["items"][0];
    assert_eq!(
        (line["store_id"].as_str(), line["paid_fen"].as_i64()),
        (Some("s1"), Some(1000))
    );
    assert_eq!(line["business_date"], "2026-03-01");

    let beyond = format!("/v1/orders/o1?wait_for={}", position + 1_000);
    assert_eq!(
        problem(api.get(&beyond, &api.key).await).await,
        (400, "api.invalid".to_owned())
    );
    let events: Value = api
        .get("/v1/events?after=0", &api.key)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(events["items"][0]["name"], "store.opened.v1");
    assert_eq!(events["next"].as_u64(), Some(position));
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn keys_reach_as_far_as_they_say(pool: PgPool) {
    let api = Api::open(&pool).await;
    api.store_opened().await;
    let reader = api
        .keyring
        .create("reader", &[Scope::Queries], None)
        .await
        .unwrap();
    let commanding = api
        .client
        .post(format!("{}/v1/orders/o1/place", api.base))
        .bearer_auth(&reader.key);
    let refused = commanding
        .header("idempotency-key", "k")
        .json(&order())
        .send()
        .await
        .unwrap();
    assert_eq!(problem(refused).await, (403, "api.forbidden".to_owned()));

    let elsewhere = [StoreId::new("s2").unwrap()];
    let local = api
        .keyring
        .create("s2", &[Scope::Commands, Scope::Queries], Some(&elsewhere))
        .await
        .unwrap();
    let commanding = api
        .client
        .post(format!("{}/v1/orders/o1/place", api.base))
        .bearer_auth(&local.key);
    let refused = commanding
        .header("idempotency-key", "k")
        .json(&order())
        .send()
        .await
        .unwrap();
    assert_eq!(problem(refused).await, (403, "api.forbidden".to_owned()));
    for path in [
        "/v1/events",
        "/v1/dashboard?grain=chain",
        "/v1/dashboard?store_id=s1",
    ] {
        assert_eq!(problem(api.get(path, &local.key).await).await.0, 403, "{path}");
    }
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn garbage_gets_problems(pool: PgPool) {
    let api = Api::open(&pool).await;
    let send = |body: &'static str, kind: &'static str| {
        let request = api
            .client
            .post(format!("{}/v1/orders/o1/place", api.base))
            .bearer_auth(&api.key);
        request
            .header("idempotency-key", "k")
            .header("content-type", kind)
            .body(body)
            .send()
    };
    assert_eq!(problem(send("{", "application/json").await.unwrap()).await.0, 400);
    assert_eq!(
        problem(send("{}", "application/json").await.unwrap()).await.0,
        422
    );
    // Values by place instead of by name.
    assert_eq!(
        problem(send("[null]", "application/json").await.unwrap()).await.0,
        422
    );
    assert_eq!(problem(send("{}", "text/plain").await.unwrap()).await.0, 415);
    let no_key = api
        .client
        .post(format!("{}/v1/orders/o1/place", api.base))
        .bearer_auth(&api.key);
    assert_eq!(problem(no_key.json(&order()).send().await.unwrap()).await.0, 400);
    assert_eq!(problem(api.get("/v1/nothing", &api.key).await).await.0, 404);
    assert_eq!(
        problem(api.get("/v1/orders?limit=0", &api.key).await).await.0,
        400
    );
    assert_eq!(
        problem(api.get("/v1/orders?cursor=%21", &api.key).await).await.0,
        422
    );
    assert_eq!(
        problem(api.get("/v1/member-tags?tag=a%00", &api.key).await)
            .await
            .0,
        422
    );
    assert_eq!(
        problem(api.get("/v1/dashboard?from=yesterday", &api.key).await)
            .await
            .0,
        400
    );
    let mut bad = order();
    bad["lines"][0]["quantity"] = json!(0);
    assert_eq!(
        api.post("/v1/orders/o1/place", "k", &bad).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(problem(api.get("/v1/orders/o9", &api.key).await).await.0, 404);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn an_erased_member_is_found_nowhere(pool: PgPool) {
    let api = Api::open(&pool).await;
    let person =
        json!({ "name": "Han Meimei", "identities": [{ "kind": "phone", "value": "+8613800138000" }] });
    assert_eq!(
        api.post("/v1/members/m1/enrol", "e1", &person).await.status(),
        200
    );
    assert_eq!(
        problem(api.post("/v1/members/m2/enrol", "e2", &person).await).await,
        (409, "member.identity.phone_taken".to_owned())
    );
    let erase = json!({ "basis": "request" });
    assert_eq!(api.post("/v1/members/m1/erase", "e3", &erase).await.status(), 200);
    assert_eq!(
        api.post("/v1/members/m2/enrol", "e4", &person).await.status(),
        200
    );
    api.house.close().await;
}
