//! Commands of another system over a real broker: each is done once and answered, whoever is killed, and what is no
//! command holds nobody up.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use super::broker;
use super::load::Shop;
use super::process::{Installation, PATIENCE, Relay};
use super::topics::{Note, is_there, read_notes};

const ROLE: &[&str] = &["serve", "--roles", "commands"];
const ISSUED: &str =
    "select count(*), count(distinct aggregate_id) from log.events where event_type = 'coupon.issued.v1'";

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn commands_are_done_once_and_answered_whoever_is_killed(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let desk = Desk::open(&pool, &broker).await;
    let role = desk.start();
    desk.until_it_listens().await;
    for number in 0..40 {
        desk.send(&format!("c-{number}"), issue(number)).await;
    }
    desk.until_answered(5).await;
    role.kill().await;
    for number in 40..60 {
        desk.send(&format!("c-{number}"), issue(number)).await;
    }
    let role = desk.start();
    desk.until_answered(60).await;
    // Sent again by somebody who has not seen the answer, and a word that the rules do not like.
    let before = desk.answers().await;
    desk.send("c-7", issue(7)).await;
    desk.send("c-no", reserve("nowhere")).await;
    desk.until_answered(61).await;
    let after = desk.answers().await;
    let again = &after["c-7"];
    assert_eq!(again.len(), before["c-7"].len() + 1);
    for answers in after.values() {
        let positions = answers.iter().map(|answer| &answer["position"]);
        assert!(
            positions
                .clone()
                .all(|position| *position == answers[0]["position"])
        );
    }
    assert_eq!(
        (&again[0]["outcome"], &again.last().unwrap()["known"]),
        (&json!("appended"), &json!(true))
    );
    assert_eq!(after["c-no"][0]["outcome"], "refused");
    let issued: (i64, i64) = sqlx::query_as(ISSUED).fetch_one(&pool).await.unwrap();
    assert_eq!(issued, (60, 60));
    role.kill().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn what_is_no_command_is_parked_with_a_reason(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let desk = Desk::open(&pool, &broker).await;
    let role = desk.start();
    desk.until_it_listens().await;
    desk.put(&[("command-id", "g-1")], b"\xff no JSON").await;
    desk.put(&[], issue(1).to_string().as_bytes()).await;
    desk.put(
        &[("command-id", "g-2"), ("reply-to", "bank.transfers")],
        issue(1).to_string().as_bytes(),
    )
    .await;
    desk.send(
        "g-3",
        json!({ "command": "member.erase", "id": "m-1", "data": {} }),
    )
    .await;
    desk.send(
        "g-4",
        json!({ "command": "coupon.issue_coupon", "id": "k", "data": { "no": 1 } }),
    )
    .await;
    desk.send("g-5", issue(5)).await;
    // The same name for something else.
    desk.send("g-5", issue(6)).await;
    desk.send("g-6", issue(7)).await;
    desk.until_answered(5).await;
    let mut reasons: Vec<String> = Vec::new();
    let until = Instant::now() + PATIENCE;
    while reasons.len() < 6 {
        assert!(Instant::now() < until, "{reasons:?}");
        let parked = read_notes(&desk.house, "commands.parked.v1").await;
        reasons = parked.iter().map(|note| note.header("parked-reason")).collect();
    }
    for part in [
        "expected value",
        "command-id is missing",
        "nowhere else",
        "not among kafka.accept_commands",
        "`no`",
        "used before with other content",
    ] {
        assert!(
            reasons.iter().any(|reason| reason.contains(part)),
            "{part}: {reasons:?}"
        );
    }
    let answers = desk.answers().await;
    assert_eq!(answers["g-1"][0]["outcome"], "parked");
    assert_eq!(answers["g-6"][0]["outcome"], "appended");
    assert!(
        !answers.contains_key("g-2"),
        "answers go to no topic of the sender's choice"
    );
    let issued: (i64, i64) = sqlx::query_as(ISSUED).fetch_one(&pool).await.unwrap();
    assert_eq!(issued, (2, 2));
    role.kill().await;
}

fn issue(number: usize) -> Value {
    json!({ "command": "coupon.issue_coupon", "id": format!("k-{number}"), "data": {
        "campaign_id": "c-1", "member_id": "m-1", "time_zone": "Asia/Shanghai",
        "terms": { "kind": { "kind": "normal", "off_fen": 2000 }, "goods": { "scope": "all" },
                   "threshold_fen": 10000, "funder": "us" },
        "validity": { "from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z" },
    } })
}

fn reserve(coupon: &str) -> Value {
    json!({ "command": "coupon.reserve_coupon", "id": coupon, "data": {
        "order_id": "o-1", "member_id": "m-1", "reserved_at": "2026-03-02T00:00:00Z" } })
}

/// The other system.
struct Desk {
    house: Installation,
    producer: FutureProducer,
}

impl Desk {
    async fn open(pool: &PgPool, broker: &str) -> Self {
        // Keys and tables of an installation.
        drop(Shop::open(pool).await);
        let producer = ClientConfig::new().set("bootstrap.servers", broker).create();
        Self {
            house: Installation::new(pool, broker),
            producer: producer.unwrap(),
        }
    }

    fn start(&self) -> Relay {
        self.house
            .accepting(ROLE, r#"["coupon.issue_coupon","coupon.reserve_coupon"]"#)
    }

    async fn send(&self, id: &str, body: Value) {
        self.put(&[("command-id", id)], body.to_string().as_bytes()).await;
    }

    async fn put(&self, headers: &[(&str, &str)], payload: &[u8]) {
        let topic = format!("{}.commands.v1", self.house.prefix);
        let headers = headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| {
            all.insert(Header {
                key,
                value: Some(*value),
            })
        });
        let record: FutureRecord<'_, str, [u8]> = FutureRecord::to(&topic).payload(payload).headers(headers);
        self.producer.send(record, Duration::from_secs(30)).await.unwrap();
    }

    /// Answers by the commands' ids, in their order.
    async fn answers(&self) -> BTreeMap<String, Vec<Value>> {
        let mut answers = BTreeMap::<String, Vec<Value>>::new();
        for note in read_notes(&self.house, "replies.v1").await {
            let answer = serde_json::from_slice(&note.payload).unwrap();
            answers.entry(note.header("command-id")).or_default().push(answer);
        }
        answers
    }

    /// Until there are the topics: the last of them is made last.
    async fn until_it_listens(&self) {
        let until = Instant::now() + PATIENCE;
        while !is_there(&self.house, "commands.parked.v1").await {
            assert!(Instant::now() < until, "nobody makes the topics");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Until so many commands have an answer.
    async fn until_answered(&self, commands: usize) {
        let until = Instant::now() + PATIENCE;
        while self.answers().await.len() < commands {
            assert!(Instant::now() < until, "not answered");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Note {
    fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}
