//! What must hold of the topics, whatever happened to the relay.

use std::collections::HashMap;

use super::process::Installation;
use super::topics::read_all;

/// Every position of the log once, and of each key in the order of its stream.
pub async fn every_event_once_in_order(house: &Installation) {
    let seen = read_all(house).await;
    let mut positions: Vec<u64> = seen.iter().map(|event| event.position).collect();
    positions.sort_unstable();
    let head = house.head().await;
    assert!(head > 0, "there is something to publish");
    assert_eq!(positions, (1..=head).collect::<Vec<_>>());
    let mut last: HashMap<(&str, &str), u64> = HashMap::new();
    for event in &seen {
        let last = last.entry((&event.topic, &event.key)).or_default();
        assert_eq!(event.sequence, *last + 1, "{} of {}", event.id, event.key);
        *last = event.sequence;
    }
}
