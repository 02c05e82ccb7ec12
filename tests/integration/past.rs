//! What was, and why: every row and cell as of any position, and the events behind it, over a history of real receipts.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::order::{Order, OrderState};
use guanxi_event_store::past;
use guanxi_event_store::view::{Asked, Until};
use guanxi_imports::complete_journey::{DataSet, Import};
use guanxi_kernel::{Decider, StreamRef};
use guanxi_views::explain::{Contribution, explained};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::house::House;
use crate::served::{Api, problem};

const PATIENCE: Duration = Duration::from_secs(600);

/// The long form takes the whole sample, or the year where that is at hand.
fn torture() -> bool {
    std::env::var_os("GUANXI_TORTURE").is_some()
}

fn receipts() -> DataSet {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/imports/sample");
    let mut data = DataSet::read(&sample).unwrap();
    if !torture() {
        data.lines.truncate(1_500);
    }
    data
}

async fn imported(pool: &PgPool) -> House {
    let house = House::open(pool).await;
    Import::new(receipts(), house.store.clone(), house.followers.clone(), None)
        .run(&|_| ())
        .await
        .unwrap();
    house.followers.settle(PATIENCE).await.unwrap();
    house
}

/// Rows or cells of a view, as they lie in its table, in an order that a seed gives.
async fn stored(pool: &PgPool, view: &str, table: &str, most: usize) -> Vec<(String, Value)> {
    let sql = format!("select key, row from views.{view}{table} order by md5(key || 'seed 7') limit $1");
    sqlx::query_as(&sql)
        .bind(i64::try_from(most).unwrap())
        .fetch_all(pool)
        .await
        .unwrap()
}

/// All numbers of a row, by their path.
fn numbers(value: &Value, path: &str, found: &mut BTreeMap<String, i64>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                numbers(value, &path, found);
            }
        }
        Value::Number(number) => drop(found.insert(path.to_owned(), number.as_i64().unwrap())),
        _ => {}
    }
}

/// What the log itself says of a sale, read past every rule of ours.
async fn assert_paid_in_the_log(pool: &PgPool, event: &Contribution) {
    let Some(change) = event.changes.iter().find(|change| change.field == "paid_fen") else {
        return;
    };
    let said: (String, i64) = sqlx::query_as(
        "select event_type, (payload #>> '{totals,payable_fen}')::bigint from log.events where position = $1",
    )
    .bind(i64::try_from(event.position).unwrap())
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(said, ("order.paid.v1".to_owned(), change.contribution.unwrap()));
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn random_cells_are_explained_and_their_events_add_up(pool: PgPool) {
    let house = imported(&pool).await;
    let most = if torture() { 1_000 } else { 60 };
    let (mut cells, mut events) = (0, 0);
    for (view, _) in house.followers.views() {
        let mut asked = Vec::new();
        for (key, row) in stored(&pool, view, "_totals", most).await {
            asked.push((Asked::Cell(key), row));
        }
        for (key, row) in stored(&pool, view, "", most / 4).await {
            asked.push((Asked::Row(key), row));
        }
        let keys: Vec<_> = asked.iter().map(|(asked, _)| asked.clone()).collect();
        let told = house
            .followers
            .explain(view, &keys, Until::Head)
            .await
            .unwrap()
            .unwrap();
        for ((asked, row), told) in asked.iter().zip(&told) {
            assert_eq!(told.value(), Some(row), "{view} {asked:?}");
            let explanation = explained(view, told, None);
            let mut figures = BTreeMap::new();
            numbers(row, "", &mut figures);
            for (field, figure) in figures {
                let sum = explanation.sums.get(&field).copied().unwrap_or_default();
                assert_eq!(sum, figure, "{view} {asked:?} {field}");
            }
            if view == "store_dashboard" && cells % 10 == 0 && matches!(asked, Asked::Cell(_)) {
                for event in &explanation.events {
                    assert_paid_in_the_log(&pool, event).await;
                }
            }
            cells += 1;
            events += explanation.events.len();
        }
    }
    eprintln!("{cells} rows and cells explained by {events} events");
    assert!(cells >= most, "only {cells} rows and cells");
    house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn as_of_a_random_position_equals_a_replay_that_stops_there(pool: PgPool) {
    let house = imported(&pool).await;
    let head = house.store.head().await.unwrap().position;
    let times = if torture() { 100 } else { 10 };
    let (order,): (String,) =
        sqlx::query_as("select aggregate_id from log.events where event_type = 'order.paid.v1' order by position limit 1 offset 40")
            .fetch_one(&pool)
            .await
            .unwrap();
    let mut compared = 0;
    for turn in 1..=times {
        let position = (turn * 7_919 * 31) % head + 1;
        for (view, _) in house.followers.views() {
            let whole = house
                .followers
                .replay(view, None, Until::Position(position))
                .await
                .unwrap()
                .unwrap();
            let rows = whole
                .rows
                .iter()
                .step_by(whole.rows.len() / 5 + 1)
                .map(|(key, row)| (Asked::Row(key.clone()), row));
            let totals = whole.totals.iter().step_by(whole.totals.len() / 5 + 1);
            let asked: Vec<_> = rows
                .chain(totals.map(|(key, row)| (Asked::Cell(key.clone()), row)))
                .collect();
            let keys: Vec<_> = asked.iter().map(|(key, _)| key.clone()).collect();
            let told = house
                .followers
                .explain(view, &keys, Until::Position(position))
                .await
                .unwrap()
                .unwrap();
            for ((key, row), told) in asked.iter().zip(&told) {
                assert_eq!(told.value(), Some(*row), "{view} {key:?} as of {position}");
                compared += 1;
            }
        }
        let mut folded = OrderState::default();
        let stream = StreamRef::new(Order::TYPE, order.as_str());
        let events = house
            .store
            .read_stream::<GuanxiEvent>(&stream, 0, 1_000)
            .await
            .unwrap();
        for event in events.iter().filter(|event| event.position <= position) {
            if let Some(GuanxiEvent::Order(event)) = event.own() {
                Order::evolve(&mut folded, event);
            }
        }
        assert_eq!(
            past::<Order>(&pool, &order, Until::Position(position))
                .await
                .unwrap()
                .state,
            folded
        );
    }
    eprintln!("{compared} rows and cells compared as of {times} positions");
    house.close().await;
}

async fn paid_order(api: &Api) -> (u64, u64) {
    api.store_opened().await;
    let order = json!({ "kind": "counter", "channel": "counter", "store_id": "s1",
        "placed_at": "2026-03-01T09:00:00+08:00",
        "lines": [{ "sku": "a", "quantity": 2, "unit_price_fen": 500 }] });
    let payment = json!({ "tender": "cash", "provider": "till-1", "transaction_id": "t1", "mchid": null,
        "out_trade_no": null, "amount_fen": 1000, "payer_total_fen": null, "member_id": null,
        "succeeded_at": "2026-03-01T10:00:00+08:00" });
    let mut positions = Vec::new();
    for (path, body) in [
        ("/v1/orders/o1/place", order),
        ("/v1/orders/o1/record-payment", payment),
    ] {
        let answer: Value = api.post(path, path, &body).await.json().await.unwrap();
        positions.push(answer["position"].as_u64().unwrap());
    }
    (positions[0], positions[1])
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_past_is_asked_for_over_http(pool: PgPool) {
    let api = Api::open(&pool).await;
    let before = guanxi_kernel::Timestamp::now();
    let (placed, paid) = paid_order(&api).await;
    let get = async |path: String| -> Value { api.get(&path, &api.key).await.json().await.unwrap() };
    let at = |as_of: &str| format!("/v1/orders/o1/state?{as_of}");
    assert!(get(at("")).await["state"]["paid"] != json!(null));
    let unpaid = get(at(&format!("as_of_position={placed}"))).await;
    assert_eq!(
        (&unpaid["state"]["paid"], unpaid["sequence"].as_u64()),
        (&json!(null), Some(1))
    );
    let happened = get(at("as_of_happened=2026-03-01T01:30:00Z")).await;
    assert_eq!(happened["state"], unpaid["state"]);
    let unknown = api.get(&at(&format!("as_of_recorded={before}")), &api.key).await;
    assert_eq!(problem(unknown).await.0, 404);

    let row = |as_of: &str| format!("/v1/views/order_timeline?key=o1&{as_of}");
    let then = get(row("as_of_happened=2026-03-01T01:30:00Z")).await;
    assert_eq!(
        (&then["row"]["status"], then["changed_at_position"].as_u64()),
        (&json!("awaiting_payment"), Some(placed))
    );
    assert_eq!(get(row("")).await["row"]["status"], "paid");

    let line =
        format!("/v1/explain/dashboard?date=2026-03-01&store_id=s1&field=paid_fen&as_of_position={paid}");
    let why = get(line).await;
    assert_eq!(
        (&why["sums"]["paid_fen"], &why["value"]["paid_fen"]),
        (&json!(1000), &json!(1000))
    );
    assert_eq!(
        (&why["events"][0]["name"], why["events"].as_array().unwrap().len()),
        (&json!("order.paid.v1"), 1)
    );
    let none = api
        .get("/v1/explain/dashboard?date=2026-03-02&store_id=s1", &api.key)
        .await;
    assert_eq!(problem(none).await.0, 404);
    let none = api.get("/v1/explain/views/nothing?key=o1", &api.key).await;
    assert_eq!(problem(none).await.0, 404);
    api.house.close().await;
}
