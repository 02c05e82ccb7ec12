//! The record of the clients beside the log, read straight from PostgreSQL.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::failure::Failure;
use crate::record::{Record, all};
use crate::server::Installation;

/// What every order has once, whatever was sent how often.
const ONCE: [&str; 4] = [
    "order.placed.v1",
    "order.payment_registered.v1",
    "order.payment_captured.v1",
    "order.paid.v1",
];

/// Until notices are translated and followers have seen everything; false if they do not get there.
///
/// # Errors
/// The database does not answer.
pub async fn drained(pool: &PgPool, patience: Duration) -> Result<bool, Failure> {
    let until = Instant::now() + patience;
    let mut quiet = 0;
    while Instant::now() < until {
        let before = head(pool).await?;
        let waiting: i64 = one(pool, "select count(*) from log.inbox where state = 'waiting'").await?;
        let behind: i64 = one(
            pool,
            "select count(*) from (select max(position) as at from follow.checkpoints
                                   group by follower, version, generation) as newest
             where at < (select max(last) from log.batches)",
        )
        .await?;
        quiet = if waiting + behind == 0 && head(pool).await? == before {
            quiet + 1
        } else {
            0
        };
        // Twice, so that what came between two looks is seen by the second.
        if quiet == 2 {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(false)
}

/// Everything that is not as it was said to be.
///
/// # Errors
/// The database does not answer.
pub async fn compare(
    connection: &mut PgConnection,
    record: &Record,
    key_id: &str,
) -> Result<Vec<String>, Failure> {
    let mut found = all(&record.wrong);
    commands(connection, record, key_id, &mut found).await?;
    for name in ONCE {
        orders(connection, record, name, &mut found).await?;
    }
    let zero = [
        (
            "positions are missing or double",
            "select abs(count(*) - coalesce(max(position), 0)) from log.events",
        ),
        (
            "the head is not the last event",
            "select abs(coalesce(max(position), 0) - (select max(last) from log.batches)) from log.events",
        ),
        (
            "streams with a hole",
            "select count(*) from (select from log.events group by aggregate_type, aggregate_id having max(sequence) <> count(*)) as holes",
        ),
        (
            "streams whose order is not that of the log",
            "select count(*) from (select position < lag(position) over (partition by aggregate_type, aggregate_id order by sequence) as back from log.events) as steps where back",
        ),
        (
            "events outside of their command's positions",
            "select count(*) from log.events e join log.answered((select array_agg(command_id) from log.commands)) c using (command_id) where (e.position between c.first and c.last) is not true",
        ),
        (
            "commands whose events are missing",
            "select count(*) from log.answered((select array_agg(command_id) from log.commands)) c where outcome = 'appended' and not exists (select from log.events e where e.position = c.last and e.command_id = c.command_id)",
        ),
        (
            "payments applied twice",
            "select count(*) from (select from log.events where event_type = 'order.payment_captured.v1' group by payload ->> 'transaction_id' having count(*) > 1) as twice",
        ),
        (
            "notices that could not be translated",
            "select count(*) from log.inbox where state = 'failed'",
        ),
        ("parked events", "select count(*) from follow.parked"),
        (
            "payments in suspense",
            "select count(*) from log.events where aggregate_type = 'order' and event_type in ('order.payment_mismatched.v1', 'order.surplus_captured.v1')",
        ),
    ];
    for (what, query) in zero {
        let number: i64 = one(&mut *connection, query).await?;
        if number != 0 {
            found.push(format!("{what}: {number}"));
        }
    }
    Ok(found)
}

/// Nothing acknowledged is lost, or lies elsewhere than it was said to.
async fn commands(
    connection: &mut PgConnection,
    record: &Record,
    key_id: &str,
    found: &mut Vec<String>,
) -> Result<(), Failure> {
    let rows: Vec<(String, Option<i64>)> = sqlx::query_as(
        "select command_id, last from log.answered((select array_agg(command_id) from log.commands))",
    )
    .fetch_all(&mut *connection)
    .await?;
    let kept: HashMap<String, Option<i64>> = rows.into_iter().collect();
    for told in all(&record.commands) {
        match kept.get(&format!("api:{key_id}:{}", told.key)) {
            None => found.push(format!(
                "lost: {} was acknowledged at {}",
                told.key, told.position
            )),
            Some(at) if at.and_then(|at| u64::try_from(at).ok()) != Some(told.position) => {
                found.push(format!(
                    "moved: {} was acknowledged at {}, lies at {at:?}",
                    told.key, told.position
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Each paid order has the event, and once.
async fn orders(
    connection: &mut PgConnection,
    record: &Record,
    event: &str,
    found: &mut Vec<String>,
) -> Result<(), Failure> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select aggregate_id, count(*) from log.events where aggregate_type = 'order' and event_type = $1 group by 1",
    )
    .bind(event)
    .fetch_all(&mut *connection)
    .await?;
    let kept: HashMap<String, i64> = rows.into_iter().collect();
    let paid: BTreeSet<u64> = all(&record.paid).into_iter().collect();
    for order in &paid {
        if !kept.contains_key(&format!("o-{order}")) {
            found.push(format!("lost: {event} of order {order}"));
        }
    }
    for (order, times) in kept.iter().filter(|(_, times)| **times > 1) {
        found.push(format!("{times} times: {event} of {order}"));
    }
    Ok(())
}

/// Each view beside a rebuild of it, and the chain; servers are stopped meanwhile.
///
/// # Errors
/// The program cannot be started.
pub async fn verify(pool: &PgPool, guanxi: &Installation, found: &mut Vec<String>) -> Result<usize, Failure> {
    let views: Vec<String> = sqlx::query_scalar("select name from follow.views order by 1")
        .fetch_all(pool)
        .await?;
    if views.is_empty() {
        found.push("there is no view to compare".to_owned());
    }
    for view in &views {
        let (code, answer) = guanxi.ask(&["rebuild", view]).await?;
        if code != Some(0) || answer["equal"] != true {
            found.push(format!(
                "view {view} differs from its rebuild ({code:?}): {answer}"
            ));
        }
    }
    let (code, answer) = guanxi.ask(&["audit", "verify"]).await?;
    if code != Some(0) {
        found.push(format!("audit verify ({code:?}): {answer}"));
    }
    Ok(views.len())
}

async fn head(pool: &PgPool) -> Result<i64, Failure> {
    one(pool, "select coalesce(max(last), 0) from log.batches").await
}

async fn one(database: impl PgExecutor<'_>, query: &'static str) -> Result<i64, Failure> {
    Ok(sqlx::query_scalar(query).fetch_one(database).await?)
}
