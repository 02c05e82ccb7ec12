//! `guanxi replay`: the past, as of a position or an instant.

use guanxi_domain::campaign::Campaign;
use guanxi_domain::coupon::Coupon;
use guanxi_domain::guide::GuideRelationship;
use guanxi_domain::member::Member;
use guanxi_domain::order::Order;
use guanxi_domain::quota_shard::QuotaShard;
use guanxi_domain::store::Store;
use guanxi_domain::suspense::Suspense;
use guanxi_event_store::{PastEvent, past, view};
use guanxi_kernel::Decider;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::grammar::{Replay, Until};
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::{House, connect};
use crate::terminal::{Output, table};

/// An event as it is shown: sealed fields stay sealed.
#[derive(Debug, Serialize)]
struct Shown {
    position: u64,
    sequence: u64,
    event_type: String,
    occurred_at: Option<String>,
    recorded_at: String,
    payload: Value,
}

impl From<PastEvent> for Shown {
    fn from(event: PastEvent) -> Self {
        Self {
            position: event.position,
            sequence: event.sequence,
            event_type: event.event_type,
            occurred_at: event.occurred_at.map(|at| at.to_string()),
            recorded_at: event.recorded_at.to_string(),
            payload: event.payload,
        }
    }
}

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
    let (events, state) = folded(pool, aggregate, id, until.into()).await?;
    if events.is_empty() {
        return Err(Failure::not_found(format!(
            "{aggregate}/{id} has no events up to there"
        )));
    }
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

async fn folded(
    pool: &PgPool,
    aggregate: &str,
    id: &str,
    until: view::Until,
) -> Result<(Vec<Shown>, Value), Failure> {
    match aggregate {
        Member::TYPE => fold::<Member>(pool, id, until).await,
        Campaign::TYPE => fold::<Campaign>(pool, id, until).await,
        QuotaShard::TYPE => fold::<QuotaShard>(pool, id, until).await,
        Coupon::TYPE => fold::<Coupon>(pool, id, until).await,
        Order::TYPE => fold::<Order>(pool, id, until).await,
        GuideRelationship::TYPE => fold::<GuideRelationship>(pool, id, until).await,
        Suspense::TYPE => fold::<Suspense>(pool, id, until).await,
        Store::TYPE => fold::<Store>(pool, id, until).await,
        other => {
            let known = "There are member, campaign, quota_shard, coupon, order, guide_relationship, suspense and store.";
            Err(Failure::new(Reason::Usage, format!("`{other}` is no aggregate")).advise(known))
        }
    }
}

async fn fold<D: Decider>(
    pool: &PgPool,
    id: &str,
    until: view::Until,
) -> Result<(Vec<Shown>, Value), Failure> {
    let past = past::<D>(pool, id, until).await.map_err(Failure::fault)?;
    let state = serde_json::to_value(&past.state).map_err(Failure::fault)?;
    Ok((past.events.into_iter().map(Shown::from).collect(), state))
}

async fn view_at(
    config: &Config,
    name: &str,
    key: Option<&str>,
    until: Until,
    output: Output,
) -> Result<(), Failure> {
    let house = House::open(config).await?;
    let replayed = house
        .followers
        .replay(name, key, until.into())
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
