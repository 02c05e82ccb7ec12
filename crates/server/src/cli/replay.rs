//! `guanxi replay`: the past, as of a position or an instant.

use guanxi_domain::campaign::Campaign;
use guanxi_domain::coupon::Coupon;
use guanxi_domain::guide::GuideRelationship;
use guanxi_domain::member::Member;
use guanxi_domain::order::Order;
use guanxi_domain::store::Store;
use guanxi_domain::suspense::Suspense;
use guanxi_event_store::view;
use guanxi_kernel::{Decider, DomainEvent as _};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{FromRow, PgPool};

use super::grammar::{Replay, Until};
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::{House, connect};
use crate::terminal::{Output, table};

/// An event as it is shown: sealed fields stay sealed.
#[derive(Debug, Serialize, FromRow)]
struct Shown {
    position: i64,
    sequence: i64,
    event_type: String,
    occurred_at: Option<String>,
    recorded_at: String,
    #[sqlx(json)]
    payload: Value,
}

const EVENTS: &str = "select position, sequence, event_type, metadata ->> 'occurred_at' as occurred_at,
    to_char(recorded_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as recorded_at, payload
  from log.events
  where aggregate_type = $1 and aggregate_id = $2 and position <= coalesce($3, position)
    and recorded_at <= coalesce($4::timestamptz, recorded_at)
  order by sequence";

/// Shows an aggregate or a view.
pub async fn run(config: &Config, what: Replay, output: Output) -> Result<(), Failure> {
    match what {
        Replay::Aggregate { aggregate, id, until } => {
            let pool = connect(&config.database).await?;
            aggregate_at(&pool, &aggregate, &id, until, output).await
        }
        Replay::View { name, key, until } => view_at(config, &name, key.as_deref(), until, output).await,
    }
}

async fn aggregate_at(
    pool: &PgPool,
    aggregate: &str,
    id: &str,
    until: Until,
    output: Output,
) -> Result<(), Failure> {
    let fold = folded(aggregate)?;
    let events: Vec<Shown> = sqlx::query_as(EVENTS)
        .bind(aggregate)
        .bind(id)
        .bind(until.to.and_then(|position| i64::try_from(position).ok()))
        .bind(until.at.map(|at| at.to_string()))
        .fetch_all(pool)
        .await?;
    if events.is_empty() {
        return Err(Failure::not_found(format!(
            "{aggregate}/{id} has no events up to there"
        )));
    }
    let state = fold(&events)?;
    let answer = json!({ "aggregate": aggregate, "id": id, "events": events, "state": state });
    output.answer(&answer, |_| {
        let rows = events.iter().map(|event| {
            let occurred_at = event.occurred_at.clone().unwrap_or_default();
            [
                event.position.to_string(),
                event.sequence.to_string(),
                event.event_type.clone(),
                occurred_at,
            ]
        });
        let listed = table(["position", "sequence", "event", "occurred"], rows);
        format!(
            "{listed}\n{}",
            serde_json::to_string_pretty(&state).unwrap_or_default()
        )
    })
}

type Fold = fn(&[Shown]) -> Result<Value, Failure>;

fn folded(aggregate: &str) -> Result<Fold, Failure> {
    Ok(match aggregate {
        Member::TYPE => fold::<Member>,
        Campaign::TYPE => fold::<Campaign>,
        Coupon::TYPE => fold::<Coupon>,
        Order::TYPE => fold::<Order>,
        GuideRelationship::TYPE => fold::<GuideRelationship>,
        Suspense::TYPE => fold::<Suspense>,
        Store::TYPE => fold::<Store>,
        other => {
            return Err(
                Failure::new(Reason::Usage, format!("`{other}` is no aggregate")).advise(
                    "There are member, campaign, coupon, order, guide_relationship, suspense and store.",
                ),
            );
        }
    })
}

fn fold<D: Decider>(events: &[Shown]) -> Result<Value, Failure> {
    let mut state = D::State::default();
    for event in events {
        let read = D::Event::read(&event.event_type, &event.payload.to_string())
            .map_err(|error| Failure::fault(format!("position {}: {error}", event.position)))?;
        D::evolve(&mut state, &read);
    }
    serde_json::to_value(&state).map_err(Failure::fault)
}

async fn view_at(
    config: &Config,
    name: &str,
    key: Option<&str>,
    until: Until,
    output: Output,
) -> Result<(), Failure> {
    let house = House::open(config).await?;
    let until = match (until.to, until.at) {
        (Some(position), _) => view::Until::Position(position),
        (None, Some(at)) => view::Until::Recorded(at),
        (None, None) => view::Until::Head,
    };
    let replayed = house
        .followers
        .replay(name, key, until)
        .await
        .map_err(Failure::unavailable)?;
    let names: Vec<_> = house
        .followers
        .views()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    house.close().await;
    let replayed = replayed.ok_or_else(|| {
        Failure::not_found(format!("there is no view `{name}`"))
            .advise(format!("Views: {}.", names.join(", ")))
    })?;
    let answer = json!({ "view": name, "position": replayed.position, "rows": replayed.rows,
                         "totals": replayed.totals });
    output.answer(&answer, |_| {
        let rows = replayed
            .rows
            .iter()
            .map(|(key, row)| [key.clone(), row.to_string()]);
        let totals = replayed
            .totals
            .iter()
            .map(|(key, row)| [key.clone(), row.to_string()]);
        format!(
            "{}\n{}\nAs of position {}.",
            table(["key", "row"], rows),
            table(["total", "figures"], totals),
            replayed.position
        )
    })
}
