//! The one call that appends: a group as arrays, or what stands alone as it is.

use std::fmt::Write as _;

use sqlx::PgConnection;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryScalar;

use super::columns::{Claims, Commands, Events, Keys, Notices, signed};
use super::request::{AppendRequest, NewEvent, Verdict};

/// What every group has; the rest is named behind it.
const GROUP: &str =
    "select log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json[], $13::json[], $14";
const OF_GROUP: usize = 14;
const ONE: &str = "select log.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10::json, $11";
const OF_ONE: usize = 11;
const OUTCOMES: [&str; 3] = ["c_outcome", "c_code", "c_message"];
const CLAIMS: [&str; 4] = ["k_command", "k_scope", "k_key", "k_take"];
const NEW_KEYS: [&str; 2] = ["s_subject", "s_wrapped"];
const DESTROYED: [&str; 1] = ["d_subject"];
const NOTICES: [&str; 7] = [
    "n_source",
    "n_key",
    "n_digests",
    "n_subject",
    "n_sealed",
    "n_received",
    "n_result",
];

type Call<'q> = QueryScalar<'q, sqlx::Postgres, i64, PgArguments>;

/// Appends all of them, or fails.
pub(super) async fn write(
    connection: &mut PgConnection,
    group: &[&AppendRequest],
) -> Result<Vec<Verdict>, sqlx::Error> {
    let before = match group {
        [one] if let [event] = &one.events[..] => write_one(connection, one, event).await?,
        _ => write_group(connection, group).await?,
    };
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

/// The position behind which the group's events lie.
async fn write_group(connection: &mut PgConnection, group: &[&AppendRequest]) -> Result<i64, sqlx::Error> {
    let (by_id, numbers) = in_order_of_ids(group);
    let (commands, events) = (Commands::of(&by_id), Events::of(group, &numbers));
    let around = Around::of(group, &numbers);
    let refuses = commands.count.iter().any(Option::is_none);
    let sql = statement(GROUP, OF_GROUP, refuses, &around);
    let mut call = sqlx::query_scalar(&sql)
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
        call = call
            .bind(&commands.outcome)
            .bind(&commands.code)
            .bind(&commands.message);
    }
    around.bind(call).fetch_one(connection).await
}

/// The position behind which the event lies.
async fn write_one(
    connection: &mut PgConnection,
    request: &AppendRequest,
    event: &NewEvent,
) -> Result<i64, sqlx::Error> {
    let alone = [request];
    let around = Around::of(&alone, &[1]);
    let sql = statement(ONE, OF_ONE, false, &around);
    let call = sqlx::query_scalar(&sql)
        .bind(request.command_id.as_str())
        .bind(&request.digest.0[..])
        .bind(&*request.stream.aggregate_type)
        .bind(&*request.stream.aggregate_id)
        .bind(signed(event.sequence))
        .bind(&event.id)
        .bind(event.name)
        .bind(event.version.to_string())
        .bind(&event.payload)
        .bind(&*event.metadata)
        .bind(&event.hash[..]);
    around.bind(call).fetch_one(connection).await
}

/// What goes in around the events, where there is any.
struct Around<'a> {
    claims: Claims<'a>,
    keys: Keys<'a>,
    notices: Notices<'a>,
}

impl<'a> Around<'a> {
    fn of(group: &[&'a AppendRequest], numbers: &[i32]) -> Self {
        Self {
            claims: Claims::of(group, numbers),
            keys: Keys::of(group),
            notices: Notices::of(group),
        }
    }

    fn bind<'q>(&'q self, mut call: Call<'q>) -> Call<'q> {
        let Self {
            claims,
            keys,
            notices,
        } = self;
        if !claims.command.is_empty() {
            call = call
                .bind(&claims.command)
                .bind(&claims.scope)
                .bind(&claims.key)
                .bind(&claims.take);
        }
        if !keys.subject.is_empty() {
            call = call.bind(&keys.subject).bind(&keys.wrapped);
        }
        if !keys.destroyed.is_empty() {
            call = call.bind(&keys.destroyed);
        }
        if !notices.key.is_empty() {
            call = call
                .bind(&notices.source)
                .bind(&notices.key)
                .bind(&notices.digests)
                .bind(&notices.subject)
                .bind(&notices.sealed)
                .bind(&notices.received)
                .bind(&notices.result);
        }
        call
    }
}

/// The call with the parts that there are; each combination is prepared once.
fn statement(begins: &str, parameters: usize, refuses: bool, around: &Around<'_>) -> String {
    let parts = [
        (refuses, &OUTCOMES[..]),
        (!around.claims.command.is_empty(), &CLAIMS),
        (!around.keys.subject.is_empty(), &NEW_KEYS),
        (!around.keys.destroyed.is_empty(), &DESTROYED),
        (!around.notices.key.is_empty(), &NOTICES),
    ];
    let mut sql = begins.to_owned();
    let present = parts.iter().filter(|(present, _)| *present);
    for (number, name) in (parameters + 1..).zip(present.flat_map(|(_, names)| *names)) {
        let _ = write!(sql, ", {name} => ${number}");
    }
    sql.push(')');
    sql
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
