//! The examples of consumers, as processes, fed by the real relay: killed and given everything again, their tables hold
//! everything once; a member who is forgotten is forgotten there too.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use guanxi_domain::member::{Erase, ErasureBasis, Member, MemberCommand};
use sqlx::PgPool;
use tokio::process::Command;
use tokio::time::sleep;

use super::process::{Installation, url};
use super::{broker, publishing, topics};

/// Store, day, orders.
const TAKINGS: &str = "select store, day, orders from example_takings";
const SOLD: &str = "select payload ->> 'store_id', payload ->> 'business_date', count(*) from log.events
    where event_type = 'order.paid.v1' group by 1, 2";

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_consumer_in_rust_counts_every_order_once(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let (house, _, relay) = publishing(&pool, &broker, 60).await;
    let mut program = paid_orders().await;
    program
        .args([&broker, &url(&pool), &house.prefix])
        .kill_on_drop(true);
    let mut first = program.spawn().unwrap();
    // In the middle of its work: some orders are counted, not all of their offsets are committed.
    while takings(&pool).await.is_empty() {
        assert!(first.try_wait().unwrap().is_none(), "it has ended by itself");
        sleep(Duration::from_millis(1)).await;
    }
    first.kill().await.unwrap();
    assert!(program.status().await.unwrap().success());
    let counted = takings(&pool).await;
    let paid: Vec<(String, String, i64)> = sqlx::query_as(SOLD).fetch_all(&pool).await.unwrap();
    assert_eq!(counted, once(paid));
    assert_eq!(counted.values().sum::<i64>(), 60);
    // Kafka forgets how far it was: everything comes once more, as if no commit had ever arrived.
    topics::forget_group(&house, "example.paid_orders").await;
    assert!(program.status().await.unwrap().success());
    assert_eq!(takings(&pool).await, counted);
    relay.kill().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_consumer_in_python_forgets_who_is_erased(pool: PgPool) {
    let (Some(broker), Some(python)) = (broker(), python().await) else {
        return;
    };
    let (house, shop, relay) = publishing(&pool, &broker, 5).await;
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.sqlite", house.prefix));
    let members = Members { python, house, file };
    members.run().await;
    let before = members.rows().await;
    assert_eq!(before.len(), 20);
    let erase = MemberCommand::Erase(Erase {
        basis: ErasureBasis::Request,
        subjects: Vec::new(),
        requested_at: shop.opened_at,
        survivor: None,
    });
    let context = shop.context("erase/m-3");
    shop.store
        .execute::<Member>("m-3", &erase, &context)
        .await
        .unwrap();
    members.house.until_published(members.house.head().await).await;
    members.run().await;
    let after = members.rows().await;
    assert_eq!(after.len(), 19);
    assert!(after.iter().all(|row| !row.starts_with("m-3 ")), "{after:?}");
    // As after a restored backup of its file: everything comes once more, tombstones too.
    members.sql("delete from offsets").await;
    members.run().await;
    assert_eq!(members.rows().await, after);
    std::fs::remove_file(&members.file).unwrap();
    relay.kill().await;
}

async fn takings(pool: &PgPool) -> BTreeMap<(String, String), i64> {
    once(sqlx::query_as(TAKINGS).fetch_all(pool).await.unwrap_or_default())
}

fn once(rows: Vec<(String, String, i64)>) -> BTreeMap<(String, String), i64> {
    rows.into_iter()
        .map(|(store, day, orders)| ((store, day), orders))
        .collect()
}

/// As it is now: a folder of builds may hold an old one.
async fn paid_orders() -> Command {
    let mut build = Command::new(env!("CARGO"));
    let build = build.args(["build", "--locked", "--workspace", "--example", "paid_orders"]);
    assert!(build.status().await.unwrap().success());
    let server = PathBuf::from(env!("CARGO_BIN_EXE_guanxi"));
    Command::new(server.with_file_name("examples").join("paid_orders"))
}

/// A Python that has confluent-kafka: `PYTHON`, or the one of the path.
#[expect(clippy::print_stdout, reason = "a test that did nothing says so")]
async fn python() -> Option<String> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut asked = Command::new(&python);
    let asked = asked.args(["-c", "import confluent_kafka"]).stderr(Stdio::null());
    let there = asked.status().await.is_ok_and(|status| status.success());
    if !there {
        println!(
            "left out: {python} has no confluent-kafka (pip install confluent-kafka; PYTHON names another)"
        );
    }
    there.then_some(python)
}

/// The consumer in Python and its file.
struct Members {
    python: String,
    house: Installation,
    file: PathBuf,
}

impl Members {
    async fn run(&self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../kafka/examples/members.py");
        let mut program = Command::new(&self.python);
        program.args([script, &self.house.broker]).arg(&self.file);
        let done = program.arg(&self.house.prefix).output().await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    async fn rows(&self) -> Vec<String> {
        let text = self
            .sql("select id || ' ' || sequence || ' ' || status from members order by id")
            .await;
        text.lines().map(str::to_owned).collect()
    }

    async fn sql(&self, sql: &str) -> String {
        let script = "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as table:\n  \
                      [print(*row) for row in table.execute(sys.argv[2])]";
        let mut program = Command::new(&self.python);
        let done = program.args(["-c", script]).arg(&self.file).arg(sql).output();
        let done = done.await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}
