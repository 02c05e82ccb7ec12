//! A log in the test's database, as the server's role sees it, with a shop in it.

use std::sync::Arc;

use guanxi_domain::guide::{Binding, GuideRelationship, GuideState};
use guanxi_domain::member::{Erase, ErasureBasis, Member, MemberCommand};
use guanxi_event_store::{CommandContext, EventStore, Keep, MasterKey, StoreOptions};
use guanxi_kernel::{CommandId, Decider, MemberId, Metadata, TimeZoneId, Timestamp};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// A handle like that of one server process; several may be opened on one database.
pub async fn open(pool: &PgPool) -> EventStore {
    let pool = PgPoolOptions::new()
        .max_connections(6)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("set role guanxi_server").execute(connection).await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    EventStore::open(pool, StoreOptions::new(MasterKey::new([7; 32])))
        .await
        .unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Asks as somebody at a desk would.
pub async fn ask<D: Decider>(store: &EventStore, id: &str, purpose: &str, command: D::Command)
where
    D::Command: Serialize,
{
    let occurred_at = at("2026-03-01T10:00:00+08:00");
    let context = CommandContext {
        command_id: CommandId::new(format!("test/{id}/{purpose}")).unwrap(),
        digest: store.digest(&purpose),
        metadata: Metadata {
            occurred_at,
            business_date: TimeZoneId::shanghai().business_date(occurred_at),
            actor: Arc::from("test"),
            channel: None,
            store_id: None,
            correlation_id: Arc::from("test"),
            causation_id: None,
            depth: 0,
        },
        keep: Keep::Everything,
        new_keys: Vec::new(),
    };
    store.execute::<D>(id, &command, &context).await.unwrap();
}

pub async fn erase(store: &EventStore, member: &MemberId) {
    let subjects = store.vault().subjects_of(member).await.unwrap();
    let command = MemberCommand::Erase(Erase {
        basis: ErasureBasis::Request,
        subjects,
        survivor: None,
        requested_at: at("2026-03-05T10:00:00+08:00"),
    });
    ask::<Member>(store, member.as_str(), "erase", command).await;
}

/// How many events of this name the log holds.
pub async fn count(store: &EventStore, event_type: &str) -> i64 {
    sqlx::query_scalar("select count(*) from log.events where event_type = $1")
        .bind(event_type)
        .fetch_one(store.pool())
        .await
        .unwrap()
}

/// The ids of the streams that hold an event of this name, in the order of the log.
pub async fn streams(store: &EventStore, event_type: &str) -> Vec<String> {
    sqlx::query_scalar("select aggregate_id from log.events where event_type = $1 order by position")
        .bind(event_type)
        .fetch_all(store.pool())
        .await
        .unwrap()
}

pub async fn pair(store: &EventStore, id: &str) -> GuideState {
    GuideState::clone(&store.load::<GuideRelationship>(id).await.unwrap().state)
}

pub async fn serves(store: &EventStore, id: &str) -> bool {
    matches!(pair(store, id).await.binding, Binding::Bound(_))
}
