//! The one call: a group as arrays, and what becomes of it.

use std::fmt::Write as _;

use fail::fail_point;
use guanxi_kernel::StreamRef;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::columns::{Claims, Commands, Events, Keys};
use super::request::{AppendRequest, KnownAnswer, Verdict};

/// What every group has; the rest is named behind it.
const APPEND: &str =
    "select log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json[], $13::json[], $14";
const PARAMETERS: usize = 14;
const OUTCOMES: [&str; 3] = ["c_outcome", "c_code", "c_message"];
const CLAIMS: [&str; 4] = ["k_command", "k_scope", "k_key", "k_take"];
const NEW_KEYS: [&str; 2] = ["s_subject", "s_wrapped"];
const DESTROYED: [&str; 1] = ["d_subject"];
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

/// Appends all of them, or fails.
async fn write(connection: &mut PgConnection, group: &[&AppendRequest]) -> Result<Vec<Verdict>, sqlx::Error> {
    let (by_id, numbers) = in_order_of_ids(group);
    let (commands, events) = (Commands::of(&by_id), Events::of(group, &numbers));
    let (claims, keys) = (Claims::of(group, &numbers), Keys::of(group));
    let refuses = commands.count.iter().any(Option::is_none);
    let parts = [
        (refuses, &OUTCOMES[..]),
        (!claims.command.is_empty(), &CLAIMS),
        (!keys.subject.is_empty(), &NEW_KEYS),
        (!keys.destroyed.is_empty(), &DESTROYED),
    ];
    let sql = statement(&parts);
    let mut query = sqlx::query_scalar(&sql)
        .bind(&commands.id)
        .bind(&commands.digests)
        .bind(&commands.aggregate_type)
        .bind(&commands.stream)
        .bind(&commands.first)
        .bind(&commands.count)
        .bind(&events.command)
        .bind(&events.id)
        .bind(&events.sequence)
        .bind(&events.name)
        .bind(&events.version)
        .bind(&events.payload)
        .bind(&events.metadata)
        .bind(&events.hashes);
    if refuses {
        query = query
            .bind(&commands.outcome)
            .bind(&commands.code)
            .bind(&commands.message);
    }
    if !claims.command.is_empty() {
        query = query
            .bind(&claims.command)
            .bind(&claims.scope)
            .bind(&claims.key)
            .bind(&claims.take);
    }
    if !keys.subject.is_empty() {
        query = query.bind(&keys.subject).bind(&keys.wrapped);
    }
    if !keys.destroyed.is_empty() {
        query = query.bind(&keys.destroyed);
    }
    let before: i64 = query.fetch_one(connection).await?;
    let mut last = before.unsigned_abs();
    let verdict = |request: &&AppendRequest| match request.events.len() as u64 {
        0 => Verdict::Stored,
        count => {
            let first = last + 1;
            last += count;
            Verdict::Appended { first, last }
        }
    };
    Ok(group.iter().map(verdict).collect())
}

/// The commands in the one order in which all processes write answers, so that they cannot wait for each other in a
/// circle; and the number of each request there, counted from 1.
fn in_order_of_ids<'a>(group: &[&'a AppendRequest]) -> (Vec<&'a AppendRequest>, Vec<i32>) {
    let mut order: Vec<usize> = (0..group.len()).collect();
    order.sort_unstable_by_key(|&place| group[place].command_id.as_str());
    let mut numbers = vec![0; group.len()];
    for (number, &place) in (1..).zip(&order) {
        numbers[place] = number;
    }
    (order.into_iter().map(|place| group[place]).collect(), numbers)
}

/// The call with the parts that there are; each combination is prepared once.
fn statement(parts: &[(bool, &[&str])]) -> String {
    let mut sql = APPEND.to_owned();
    let present = parts.iter().filter(|(present, _)| *present);
    for (number, name) in (PARAMETERS + 1..).zip(present.flat_map(|(_, names)| *names)) {
        let _ = write!(sql, ", {name} => ${number}");
    }
    sql.push(')');
    sql
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
