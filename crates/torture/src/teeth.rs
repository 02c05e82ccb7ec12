//! A comparison that finds nothing must be one that can find something: so it is shown logs that were tampered with.

use sqlx::{Connection as _, PgConnection};

use crate::check;
use crate::failure::{Failure, failed};
use crate::record::Record;

/// What is done to a log that was found whole, in words and in SQL. Each is undone.
const TAMPERED: [(&str, &str); 5] = [
    (
        "the last event is cut off",
        "delete from log.events where position = (select max(position) from log.events)",
    ),
    (
        "an acknowledged command is gone, and its events with it",
        "with gone as (delete from log.commands where command_id like 'api:%:place-0' returning command_id)
         delete from log.events using gone where events.command_id = gone.command_id",
    ),
    (
        "an order is paid a second time",
        "insert into log.events select (select max(position) + 1 from log.events), event_id || '-again', null,
             aggregate_type, aggregate_id,
             (select max(sequence) + 1 from log.events whole where whole.aggregate_id = once.aggregate_id),
             event_type, event_version, payload, metadata, hash, recorded_at
         from log.events once where event_type = 'order.paid.v1' order by position limit 1",
    ),
    (
        "two events of an order have changed places",
        "update log.events set sequence = case sequence when 1 then -1 else -2 end
         where aggregate_type = 'order' and aggregate_id = 'o-0' and sequence in (1, 2);
         update log.events set sequence = case sequence when -1 then 2 else 1 end
         where aggregate_type = 'order' and aggregate_id = 'o-0' and sequence < 0",
    ),
    (
        "a notice is lost that was answered 200",
        "delete from log.events where event_type = 'order.payment_captured.v1' and aggregate_id = 'o-0'",
    ),
];

/// Those that the comparison does not see; empty if it has teeth.
///
/// # Errors
/// The database does not answer.
pub async fn blind(
    connection: &mut PgConnection,
    record: &Record,
    key_id: &str,
) -> Result<Vec<String>, Failure> {
    let mut blind = Vec::new();
    for (what, how) in TAMPERED {
        let mut work = connection.begin().await?;
        let done = sqlx::raw_sql(how)
            .execute(&mut *work)
            .await
            .map_err(|why| failed(what, why))?;
        if done.rows_affected() == 0 {
            return Err(failed(what, "there is nothing to tamper with"));
        }
        if check::compare(&mut work, record, key_id).await?.is_empty() {
            blind.push(format!("the comparison does not see it when {what}"));
        }
        work.rollback().await?;
    }
    Ok(blind)
}
