//! The one call: a group as arrays of text, and the verdicts that come back.

use guanxi_kernel::StreamRef;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::request::{AppendRequest, KnownAnswer, NetClaim, Recording, Verdict};

const SQL: &str = "select * from log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
                   $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)";

/// Sends a group; the verdicts are in its order.
pub(crate) async fn append(
    connection: &mut PgConnection,
    group: &[&AppendRequest],
) -> Result<Vec<Option<Verdict>>, sqlx::Error> {
    let (commands, events) = (Commands::of(group), Events::of(group));
    let (claims, keys) = (Claims::of(group), Keys::of(group));
    let rows = sqlx::query(SQL)
        .bind(commands.id)
        .bind(commands.digest)
        .bind(commands.outcome)
        .bind(commands.code)
        .bind(commands.message)
        .bind(commands.count)
        .bind(commands.aggregate_type)
        .bind(commands.stream)
        .bind(commands.base)
        .bind(events.command)
        .bind(events.id)
        .bind(events.aggregate_type)
        .bind(events.stream)
        .bind(events.sequence)
        .bind(events.name)
        .bind(events.version)
        .bind(events.payload)
        .bind(events.metadata)
        .bind(events.hash)
        .bind(claims.command)
        .bind(claims.scope)
        .bind(claims.key)
        .bind(claims.aggregate_type)
        .bind(claims.stream)
        .bind(claims.take)
        .bind(keys.made_by)
        .bind(keys.subject)
        .bind(keys.wrapped)
        .bind(keys.destroyed_by)
        .bind(keys.destroyed)
        .fetch_all(connection)
        .await?;
    let mut verdicts = vec![None; group.len()];
    for row in &rows {
        let command: i32 = row.try_get("command")?;
        let index = usize::try_from(command).unwrap_or(0).wrapping_sub(1);
        if let Some(slot) = verdicts.get_mut(index) {
            *slot = Some(verdict(row)?);
        }
    }
    Ok(verdicts)
}

fn verdict(row: &PgRow) -> Result<Verdict, sqlx::Error> {
    let positions: (Option<i64>, Option<i64>) = (row.try_get("first")?, row.try_get("last")?);
    Ok(match row.try_get::<String, _>("verdict")?.as_str() {
        "appended" => match positions {
            (Some(first), Some(last)) => Verdict::Appended {
                first: first.unsigned_abs(),
                last: last.unsigned_abs(),
            },
            _ => Verdict::Stored,
        },
        "known" => Verdict::Known(KnownAnswer::from_columns(
            &row.try_get::<Vec<u8>, _>("digest")?,
            &row.try_get::<String, _>("outcome")?,
            row.try_get("code")?,
            row.try_get("message")?,
            positions,
        )),
        "taken" => Verdict::Taken {
            scope: row.try_get("scope")?,
            holder: StreamRef::new(
                row.try_get::<String, _>("holder_type")?,
                row.try_get::<String, _>("holder_id")?,
            ),
        },
        _ => Verdict::Conflict,
    })
}

#[derive(Default)]
struct Commands {
    id: Vec<String>,
    digest: Vec<String>,
    outcome: Vec<&'static str>,
    code: Vec<Option<String>>,
    message: Vec<Option<String>>,
    count: Vec<String>,
    aggregate_type: Vec<String>,
    stream: Vec<String>,
    base: Vec<Option<String>>,
}

impl Commands {
    fn of(group: &[&AppendRequest]) -> Self {
        let mut own = Self::default();
        for request in group {
            let (outcome, refused) = match &request.recording {
                Recording::Appended => ("appended", None),
                Recording::Nothing => ("nothing", None),
                Recording::Refused(refused) => ("refused", Some(refused)),
            };
            own.id.push(request.command_id.to_string());
            own.digest.push(hex::encode(request.digest.0));
            own.outcome.push(outcome);
            own.code.push(refused.map(|refused| refused.code.clone()));
            own.message.push(refused.map(|refused| refused.message.clone()));
            own.count.push(request.events.len().to_string());
            own.aggregate_type.push(request.stream.aggregate_type.to_string());
            own.stream.push(request.stream.aggregate_id.to_string());
            own.base
                .push((!request.events.is_empty()).then(|| request.base.to_string()));
        }
        own
    }
}

#[derive(Default)]
struct Events {
    command: Vec<String>,
    id: Vec<String>,
    aggregate_type: Vec<String>,
    stream: Vec<String>,
    sequence: Vec<String>,
    name: Vec<&'static str>,
    version: Vec<String>,
    payload: Vec<String>,
    metadata: Vec<String>,
    hash: Vec<String>,
}

impl Events {
    fn of(group: &[&AppendRequest]) -> Self {
        let mut own = Self::default();
        for (index, request) in group.iter().enumerate() {
            for event in &request.events {
                own.command.push((index + 1).to_string());
                own.id.push(event.id.clone());
                own.aggregate_type.push(request.stream.aggregate_type.to_string());
                own.stream.push(request.stream.aggregate_id.to_string());
                own.sequence.push(event.sequence.to_string());
                own.name.push(event.name);
                own.version.push(event.version.to_string());
                own.payload.push(event.payload.clone());
                own.metadata.push(event.metadata.to_string());
                own.hash.push(hex::encode(event.hash));
            }
        }
        own
    }
}

#[derive(Default)]
struct Claims {
    command: Vec<String>,
    scope: Vec<&'static str>,
    key: Vec<Option<String>>,
    aggregate_type: Vec<String>,
    stream: Vec<String>,
    take: Vec<&'static str>,
}

impl Claims {
    fn of(group: &[&AppendRequest]) -> Self {
        let mut own = Self::default();
        for (index, request) in group.iter().enumerate() {
            for claim in &request.claims {
                let (scope, key, take) = match claim {
                    NetClaim::Take { scope, key } => (*scope, Some(key.clone()), "true"),
                    NetClaim::Release { scope, key } => (*scope, Some(key.clone()), "false"),
                    NetClaim::ReleaseAll { scope_prefix } => (*scope_prefix, None, "false"),
                };
                own.command.push((index + 1).to_string());
                own.scope.push(scope);
                own.key.push(key);
                own.aggregate_type.push(request.stream.aggregate_type.to_string());
                own.stream.push(request.stream.aggregate_id.to_string());
                own.take.push(take);
            }
        }
        own
    }
}

#[derive(Default)]
struct Keys {
    made_by: Vec<String>,
    subject: Vec<String>,
    wrapped: Vec<String>,
    destroyed_by: Vec<String>,
    destroyed: Vec<String>,
}

impl Keys {
    fn of(group: &[&AppendRequest]) -> Self {
        let mut own = Self::default();
        for (index, request) in group.iter().enumerate() {
            for key in &request.new_keys {
                own.made_by.push((index + 1).to_string());
                own.subject.push(key.subject.to_string());
                own.wrapped.push(hex::encode(&key.wrapped));
            }
            for subject in &request.destroyed {
                own.destroyed_by.push((index + 1).to_string());
                own.destroyed.push(subject.to_string());
            }
        }
        own
    }
}
