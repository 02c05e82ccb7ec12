//! From events of the log to messages: by the domain's mapping of what outsiders may know.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::try_join_all;
use guanxi_domain::GuanxiEvent;
use guanxi_domain::coupon::Coupon;
use guanxi_domain::member::Member;
use guanxi_domain::published::{COUPON_STATE, MEMBER_STATE, coupon_state, member_state, publish};
use guanxi_event_store::follow::Batch;
use guanxi_event_store::{EventStore, FollowError, Loop, StoreError};
use guanxi_kafka::{KafkaSettings, Outgoing, Told, bare, envelope, state, tombstone};

use super::topics::{WITH_STATE, of_events, of_states};

/// Every event of a batch in the order of the log, then the newest state of each member and coupon in it.
pub(super) async fn messages(
    settings: &KafkaSettings,
    store: &EventStore,
    batch: &Batch<GuanxiEvent>,
) -> Result<Vec<Outgoing>, StoreError> {
    let mut messages = Vec::with_capacity(batch.len());
    let mut touched: BTreeMap<(&'static str, Arc<str>), ()> = BTreeMap::new();
    for event in batch.events() {
        let Some(published) = publish(event) else { continue };
        let aggregate = &event.stream.aggregate_type;
        let told = Told {
            name: published.name,
            data: published.data,
        };
        messages.push(envelope(settings, &of_events(settings, aggregate), event, &told));
        if let Some(known) = WITH_STATE.iter().find(|known| **known == &**aggregate) {
            touched.insert((known, Arc::clone(&event.stream.aggregate_id)), ());
        }
    }
    let states = touched
        .keys()
        .map(|(aggregate, id)| newest(settings, store, aggregate, id));
    messages.extend(try_join_all(states).await?);
    Ok(messages)
}

/// What the views are fed with: the stored events, each for the views that it concerns.
pub(super) async fn feeds(
    settings: &KafkaSettings,
    views: &Loop<GuanxiEvent>,
    batch: &Batch<GuanxiEvent>,
) -> Result<Vec<Outgoing>, FollowError> {
    let fed = views.feed(batch).await?.into_iter();
    let records = fed.flat_map(|fed| {
        let topic = settings.feed_topic(fed.view);
        let records = fed.records.into_iter();
        records.map(move |record| bare(&topic, fed.view, record))
    });
    Ok(records.collect())
}

/// The state of a stream now; it may be newer than the batch, never older.
async fn newest(
    settings: &KafkaSettings,
    store: &EventStore,
    aggregate: &str,
    id: &str,
) -> Result<Outgoing, StoreError> {
    let (name, sequence, told) = if aggregate == "member" {
        let loaded = store.load::<Member>(id).await?;
        (MEMBER_STATE, loaded.sequence, member_state(&loaded.state))
    } else {
        let loaded = store.load::<Coupon>(id).await?;
        (COUPON_STATE, loaded.sequence, coupon_state(&loaded.state))
    };
    let topic = of_states(settings, aggregate);
    Ok(told.map_or_else(
        || tombstone(&topic, id),
        |told| state(settings, &topic, id, sequence, name, &told),
    ))
}
