//! Any decider as an aggregate of cqrs-es, for that ecosystem's tools. No other file knows cqrs-es.

use cqrs_es::event_sink::EventSink;
use guanxi_kernel::{Decider, DomainEvent};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A decider's state with the decider's rules, as cqrs-es wants them in one.
pub struct Adapted<D: Decider> {
    /// What the events add up to.
    pub state: D::State,
}

/// An event of ours as cqrs-es names it; serialised as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "E: DeserializeOwned"))]
pub struct AdaptedEvent<E: DomainEvent>(pub E);

impl<D: Decider> Default for Adapted<D> {
    fn default() -> Self {
        Self {
            state: D::State::default(),
        }
    }
}

impl<D: Decider> std::fmt::Debug for Adapted<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapted").field("state", &self.state).finish()
    }
}

impl<D: Decider> Serialize for Adapted<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.state.serialize(serializer)
    }
}

impl<'de, D: Decider> Deserialize<'de> for Adapted<D> {
    fn deserialize<R: Deserializer<'de>>(deserializer: R) -> Result<Self, R::Error> {
        D::State::deserialize(deserializer).map(|state| Self { state })
    }
}

impl<E: DomainEvent> cqrs_es::DomainEvent for AdaptedEvent<E> {
    fn event_type(&self) -> String {
        self.0.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.0.version().to_string()
    }
}

impl<D: Decider> cqrs_es::Aggregate for Adapted<D> {
    const TYPE: &'static str = D::TYPE;
    type Command = D::Command;
    type Event = AdaptedEvent<D::Event>;
    type Error = D::Refusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: D::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), D::Refusal> {
        for event in D::decide(&self.state, &command)? {
            sink.write(AdaptedEvent(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AdaptedEvent<D::Event>) {
        D::evolve(&mut self.state, &event.0);
    }
}
