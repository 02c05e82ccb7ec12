//! Every event as it is stored and as it is published.
//!
//! The samples are what logs hold: they must stay readable for ever and be written the same again. A change to one of
//! them is a change of the stored form, which takes a new version of the name. The sample of the old version stays: it is
//! read, as an event of today, for ever.

use std::collections::BTreeSet;

use guanxi_kernel::EventSet;
use serde_json::Value;

use super::Published;
use super::form::{publish_own, text_of};
use crate::GuanxiEvent;

const SAMPLES: &[(&str, &str)] = &[
    ("member", include_str!("samples/member.json")),
    ("campaign", include_str!("samples/campaign.json")),
    ("quota_shard", include_str!("samples/quota_shard.json")),
    ("coupon", include_str!("samples/coupon.json")),
    ("order", include_str!("samples/order.json")),
    (
        "guide_relationship",
        include_str!("samples/guide_relationship.json"),
    ),
    ("handover", include_str!("samples/handover.json")),
    ("suspense", include_str!("samples/suspense.json")),
    ("store", include_str!("samples/store.json")),
];

fn samples(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn decoded(aggregate_type: &str, stored: &Value) -> GuanxiEvent {
    let name = stored["type"].as_str().unwrap();
    GuanxiEvent::decode(aggregate_type, name, &stored.to_string())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn stored(event: &GuanxiEvent) -> Value {
    serde_json::to_value(event).unwrap()
}

fn published() -> Vec<(&'static str, Vec<Published>)> {
    let of = |aggregate_type, text| {
        let events = samples(text);
        events
            .iter()
            .map(|stored| publish_own(&decoded(aggregate_type, stored)))
            .collect()
    };
    SAMPLES
        .iter()
        .map(|(aggregate_type, text)| (*aggregate_type, of(aggregate_type, text)))
        .collect()
}

fn sampled() -> BTreeSet<String> {
    let sampled = SAMPLES.iter().flat_map(|(_, text)| samples(text));
    sampled
        .map(|stored| stored["type"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn there_is_a_sample_of_every_event() {
    let named = GuanxiEvent::names().into_iter().map(|(_, name)| name.to_owned());
    let without: Vec<_> = named.filter(|name| !sampled().contains(name)).collect();
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn what_was_ever_released_is_read_for_ever() {
    let released = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/released/events");
    let released = std::fs::read_dir(released).unwrap().map(|file| {
        let file = file.unwrap().file_name().into_string().unwrap();
        file.trim_end_matches(".json").to_owned()
    });
    // Reading is what the test below does; here it is that no sample was taken away.
    let without: Vec<_> = released.filter(|name| !sampled().contains(name)).collect();
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn what_is_stored_is_read_and_todays_versions_are_written_the_same() {
    for (aggregate_type, text) in SAMPLES {
        for sample in samples(text) {
            let event = decoded(aggregate_type, &sample);
            if sample["type"] == event.name() {
                assert_eq!(stored(&event), sample);
            }
        }
    }
}

#[test]
fn published_forms_change_only_on_purpose() {
    for (aggregate_type, published) in published() {
        insta::assert_json_snapshot!(aggregate_type, published);
    }
}

#[test]
fn what_is_published_as_text_is_the_same() {
    for (aggregate_type, text) in SAMPLES {
        for sample in samples(text) {
            let event = decoded(aggregate_type, &sample);
            let text = String::from_utf8(text_of(&event)).unwrap();
            assert_eq!(text, publish_own(&event).data.to_string());
        }
    }
}

#[test]
fn nothing_sealed_and_no_subject_is_published() {
    for (_, published) in published() {
        let text = serde_json::to_string(&published).unwrap();
        for private in ["sealed", "subject", "lookup", "person_id", "s-1"] {
            assert!(!text.contains(&format!("\"{private}\"")), "{private} in {text}");
        }
    }
}

#[test]
fn what_is_published_keeps_its_name_and_version() {
    for (_, published) in published() {
        assert!(
            published
                .iter()
                .all(|event| event.version == 1 && event.name.ends_with(".v1"))
        );
    }
}
