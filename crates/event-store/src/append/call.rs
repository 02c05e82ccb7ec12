//! A group on its way into the log, and what becomes of it.

use fail::fail_point;
use guanxi_kernel::StreamRef;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::columns::{Claims, Commands};
use super::request::{AppendRequest, KnownAnswer, Verdict};
use super::write::write;

/// How often it is looked what stands against a group, each time for fewer commands.
const LOOKS: usize = 8;
const EXAMINE: &str = "select * from log.examine_group($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Sends a group; the verdicts are in its order.
pub(crate) async fn append(
    connection: &mut PgConnection,
    group: &[&AppendRequest],
) -> Result<Vec<Option<Verdict>>, sqlx::Error> {
    match write(connection, group).await {
        Ok(verdicts) => Ok(verdicts.into_iter().map(Some).collect()),
        // Somebody was faster with a command id, a sequence or a claim.
        Err(error) if is_unique_violation(&error) => append_what_fits(connection, group).await,
        Err(error) => Err(error),
    }
}

/// Finds out under the lock who was faster, then appends the others. Somebody may be faster again meanwhile: nobody has
/// the head while an answer goes in, since those who wait for the same command id would wait for each other.
async fn append_what_fits(
    connection: &mut PgConnection,
    group: &[&AppendRequest],
) -> Result<Vec<Option<Verdict>>, sqlx::Error> {
    let mut verdicts = vec![None; group.len()];
    let mut looked = 0;
    loop {
        let open = |verdicts: &[Option<Verdict>]| -> Vec<usize> {
            (0..group.len())
                .filter(|&index| verdicts[index].is_none())
                .collect()
        };
        let asked = open(&verdicts);
        let rest: Vec<_> = asked.iter().map(|&index| group[index]).collect();
        for (index, verdict) in asked.into_iter().zip(examine(connection, &rest).await?) {
            verdicts[index] = verdict;
        }
        fail_point!("append.examined", |_| Err(sqlx::Error::PoolClosed));
        let fitting = open(&verdicts);
        if fitting.is_empty() {
            return Ok(verdicts);
        }
        let rest: Vec<_> = fitting.iter().map(|&index| group[index]).collect();
        looked += 1;
        match write(connection, &rest).await {
            Ok(written) => {
                for (index, verdict) in fitting.into_iter().zip(written) {
                    verdicts[index] = Some(verdict);
                }
                return Ok(verdicts);
            }
            Err(error) if is_unique_violation(&error) && looked < LOOKS => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_unique_violation(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// What stands against each command; nothing for those that fit.
async fn examine(
    connection: &mut PgConnection,
    group: &[&AppendRequest],
) -> Result<Vec<Option<Verdict>>, sqlx::Error> {
    let numbers: Vec<i32> = (1..).take(group.len()).collect();
    let (commands, claims) = (Commands::of(group), Claims::of(group, &numbers));
    let rows = sqlx::query(EXAMINE)
        .bind(&commands.id)
        .bind(&commands.aggregate_type)
        .bind(&commands.stream)
        .bind(&commands.base)
        .bind(&commands.count)
        .bind(&claims.command)
        .bind(&claims.scope)
        .bind(&claims.key)
        .bind(&claims.take)
        .fetch_all(connection)
        .await?;
    rows.iter().map(against).collect()
}

fn against(row: &PgRow) -> Result<Option<Verdict>, sqlx::Error> {
    let positions: (Option<i64>, Option<i64>) = (row.try_get("first")?, row.try_get("last")?);
    Ok(match row.try_get::<&str, _>("verdict")? {
        "fits" => None,
        "known" => Some(Verdict::Known(KnownAnswer::from_columns(
            row.try_get("digest")?,
            row.try_get("outcome")?,
            row.try_get("code")?,
            row.try_get("message")?,
            positions,
        )?)),
        "taken" => Some(Verdict::Taken {
            scope: row.try_get("scope")?,
            holder: StreamRef::new(
                row.try_get::<&str, _>("holder_type")?,
                row.try_get::<&str, _>("holder_id")?,
            ),
        }),
        _ => Some(Verdict::Conflict),
    })
}
