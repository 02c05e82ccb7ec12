//! From events of the log to messages: by the domain's mapping of what outsiders may know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::published::{COUPON_STATE, MEMBER_STATE, coupon_state, member_state, publish_text};
use guanxi_event_store::follow::Batch;
use guanxi_event_store::{EventStore, FollowError, Loop};
use guanxi_kafka::{Giver, KafkaSettings, Outgoing, Told, bare, envelope, state, tombstone};
use guanxi_kernel::Decider;
use serde_json::Value;

use super::newest::{Newest, Streams};
use super::topics::{of_events, of_states};

/// Messages that are handed over together.
const PART: usize = 1_024;

/// Gives every event of a batch in the order of the log, then the newest state of each member and coupon in it.
pub(super) async fn give(
    settings: &KafkaSettings,
    store: &EventStore,
    newest: &mut Newest,
    batch: &Batch<GuanxiEvent>,
    to: &Giver,
) -> Result<(), FollowError> {
    newest.begin();
    let (mut members, mut coupons) = (BTreeSet::new(), BTreeSet::new());
    let mut topics: BTreeMap<&str, Arc<str>> = BTreeMap::new();
    let mut events = batch.events().peekable();
    while events.peek().is_some() {
        let mut messages = Vec::with_capacity(PART);
        for event in events.by_ref().take(PART) {
            newest.see(event);
            let Some((name, data)) = publish_text(event) else {
                continue;
            };
            let aggregate = &*event.stream.aggregate_type;
            let topic = topics
                .entry(aggregate)
                .or_insert_with(|| of_events(settings, aggregate).into());
            messages.push(envelope(settings, topic, event, Told { name, data }));
            let id = || Arc::clone(&event.stream.aggregate_id);
            match event.own() {
                Some(GuanxiEvent::Member(_)) => drop(members.insert(id())),
                Some(GuanxiEvent::Coupon(_)) => drop(coupons.insert(id())),
                _ => {}
            }
        }
        to.give(messages).await;
    }
    let (members, coupons) = (Vec::from_iter(members), Vec::from_iter(coupons));
    newest.members.read(store, &members).await?;
    newest.coupons.read(store, &coupons).await?;
    let (of_members, of_coupons) = (&newest.members, &newest.coupons);
    let mut states = standing(settings, MEMBER_STATE, of_members, &members, member_state);
    states.extend(standing(
        settings,
        COUPON_STATE,
        of_coupons,
        &coupons,
        coupon_state,
    ));
    to.give(states).await;
    Ok(())
}

/// Gives what the views are fed with: the stored events, each for the views that it concerns.
pub(super) async fn give_feeds(
    settings: &KafkaSettings,
    views: &Loop<GuanxiEvent>,
    batch: &Batch<GuanxiEvent>,
    to: &Giver,
) -> Result<(), FollowError> {
    for fed in views.feed(batch).await? {
        let (topic, key): (Arc<str>, Arc<str>) = (settings.feed_topic(fed.view).into(), fed.view.into());
        let records = fed.records.into_iter();
        to.give(records.map(|record| bare(&topic, &key, record)).collect())
            .await;
    }
    Ok(())
}

/// The states of streams; each may be newer than the batch, never older.
fn standing<D: Decider<Event: Sync>>(
    settings: &KafkaSettings,
    name: &str,
    newest: &Streams<D>,
    ids: &[Arc<str>],
    told: impl Fn(&D::State) -> Option<Value>,
) -> Vec<Outgoing> {
    let topic: Arc<str> = of_states(settings, D::TYPE).into();
    let known = ids
        .iter()
        .filter_map(|id| newest.get(id).map(|known| (id, known)));
    let message = |(id, (sequence, known)): (&Arc<str>, &(u64, D::State))| {
        told(known).map_or_else(
            || tombstone(&topic, id),
            |told| state(settings, &topic, id, *sequence, name, &told),
        )
    };
    known.map(message).collect()
}
