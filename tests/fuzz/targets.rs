//! What strangers send, in any state: nothing here may panic, and what is read must be readable again.
//!
//! The same functions are driven by libFuzzer (`make fuzz`) and, over the corpora and seeded mutations of them, by
//! `tests/integration/garbage.rs` in `make test`.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use guanxi_callbacks::wechat_pay::facts::facts;
use guanxi_callbacks::wechat_pay::{Body, Envelope};
use guanxi_callbacks::wecom::{body::Message, envelope::encrypted};
use guanxi_domain::{GuanxiCommand, GuanxiEvent};
use guanxi_kernel::{CommandSet as _, Decider, EventSet as _, Executor};
use guanxi_views::MemberRules;

/// Takes bytes, and panics on a finding.
type Target = fn(&[u8]);

/// Every target, by the name of its corpus.
pub const TARGETS: [(&str, Target); 6] = [
    ("notice", notice),
    ("body", body),
    ("wecom", wecom),
    ("rules", rules),
    ("event", event),
    ("command", command),
];

/// Runs one of them.
///
/// # Panics
/// On a finding, and for a name that there is not.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(own, _)| *own == name).unwrap();
    target(data);
}

const FUNNEL: &str = include_str!("../../deploy/rules/funnel.toml");

/// A raw body at `/callbacks/wechat-pay`, before anything is believed.
fn notice(data: &[u8]) {
    drop(Envelope::read(data));
}

/// A decrypted notice: its event type, a line end, and the JSON.
fn body(data: &[u8]) {
    let Some((event_type, json)) = split(data, '\n') else {
        return;
    };
    if let Ok(body) = Body::read(event_type, json) {
        drop(facts(&body, "1900000109", "2026-03-01T10:00:00+08:00"));
    }
}

/// A raw body at `/callbacks/wecom`, and the same bytes as a decrypted message.
fn wecom(data: &[u8]) {
    drop(encrypted(data));
    if let Ok(text) = std::str::from_utf8(data) {
        drop(Message::read(text, "ww0123456789abcdef"));
    }
}

/// A file of tag rules.
fn rules(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        drop(MemberRules::parse(text, FUNNEL));
    }
}

/// A stored event: its name, a line end, and its payload. What is read is written and read again as the same.
fn event(data: &[u8]) {
    let Some((name, payload)) = split(data, '\n') else {
        return;
    };
    let aggregate = name.split('.').next().unwrap_or_default();
    if let Ok(event) = GuanxiEvent::decode(aggregate, name, payload) {
        let written = match &event {
            GuanxiEvent::Member(event) => serde_json::to_string(event),
            GuanxiEvent::Campaign(event) => serde_json::to_string(event),
            GuanxiEvent::QuotaShard(event) => serde_json::to_string(event),
            GuanxiEvent::Coupon(event) => serde_json::to_string(event),
            GuanxiEvent::Order(event) => serde_json::to_string(event),
            GuanxiEvent::GuideRelationship(event) => serde_json::to_string(event),
            GuanxiEvent::Handover(event) => serde_json::to_string(event),
            GuanxiEvent::Suspense(event) => serde_json::to_string(event),
            GuanxiEvent::Store(event) => serde_json::to_string(event),
        };
        let written = written.unwrap();
        let again = GuanxiEvent::decode(aggregate, event.name(), &written);
        assert_eq!(again.unwrap(), event);
    }
}

/// Commands, a line each: name, tab, fields. Each is decided on what those before it leave behind.
fn command(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut rules = Rules::default();
    for line in text.lines().take(16) {
        let Some((name, fields)) = line.split_once('\t') else {
            continue;
        };
        let Ok(fields) = serde_json::from_str(fields) else {
            continue;
        };
        if let Ok(command) = GuanxiCommand::read(name, &fields) {
            command.hand_to(&mut rules);
        }
    }
}

fn split(data: &[u8], at: char) -> Option<(&str, &str)> {
    std::str::from_utf8(data).ok()?.split_once(at)
}

/// One stream of each aggregate.
#[derive(Default)]
struct Rules {
    states: HashMap<TypeId, Box<dyn Any>>,
}

impl<'a> Executor<'a> for &mut Rules {
    type Output = ();

    fn execute<D: Decider>(self, command: &'a D::Command) {
        let state = self
            .states
            .entry(TypeId::of::<D>())
            .or_insert_with(|| Box::new(D::State::default()));
        let Some(state) = state.downcast_mut::<D::State>() else {
            return;
        };
        if let Ok(events) = D::decide(state, command) {
            for event in &events {
                D::evolve(state, event);
            }
        }
    }
}
