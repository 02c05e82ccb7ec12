//! The topics of the platform, and what is recorded of them.

use guanxi_domain::GuanxiEvent;
use guanxi_kafka::{KafkaSettings, Kind, Topic};
use guanxi_kernel::EventSet as _;
use sqlx::PgPool;

/// Aggregates whose newest state has a topic of its own.
pub(super) const WITH_STATE: [&str; 2] = ["member", "coupon"];

/// The topic of an aggregate's events: `guanxi.order.v1`.
pub(super) fn of_events(settings: &KafkaSettings, aggregate: &str) -> String {
    format!("{}.{aggregate}.v1", settings.prefix)
}

/// The topic of an aggregate's states: `guanxi.member.state.v1`.
pub(super) fn of_states(settings: &KafkaSettings, aggregate: &str) -> String {
    format!("{}.{aggregate}.state.v1", settings.prefix)
}

/// The topics of all events.
pub(super) fn all_of_events(settings: &KafkaSettings) -> Vec<String> {
    GuanxiEvent::TYPES
        .iter()
        .map(|aggregate| of_events(settings, aggregate))
        .collect()
}

/// Every topic there must be, with what is recorded of it.
pub(super) async fn all(settings: &KafkaSettings, pool: &PgPool) -> Result<Vec<Topic>, sqlx::Error> {
    let recorded: Vec<(String, i32)> = sqlx::query_as("select topic, partitions from relay.topics")
        .fetch_all(pool)
        .await?;
    let topic = |name: String, kind| {
        let recorded = recorded.iter().find(|(topic, _)| *topic == name);
        Topic {
            recorded: recorded.map(|(_, partitions)| *partitions),
            name,
            kind,
        }
    };
    let events = all_of_events(settings)
        .into_iter()
        .map(|name| topic(name, Kind::Events));
    let states = WITH_STATE
        .iter()
        .map(|aggregate| topic(of_states(settings, aggregate), Kind::State));
    let position = topic(settings.position_topic(), Kind::Position);
    Ok(events.chain(states).chain([position]).collect())
}

/// Records what topics were made with.
pub(super) async fn record(pool: &PgPool, topics: &[Topic], partitions: &[i32]) -> Result<(), sqlx::Error> {
    let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
    sqlx::query(
        "insert into relay.topics (topic, partitions) select * from unnest($1::text[], $2::int[]) \
         on conflict do nothing",
    )
    .bind(names)
    .bind(partitions)
    .execute(pool)
    .await?;
    Ok(())
}
