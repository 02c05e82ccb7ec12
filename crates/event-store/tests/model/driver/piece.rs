//! The model's rule as an aggregate: a stream has one piece, which is taken and given back.

use std::sync::Arc;

use guanxi_event_store::{CommandContext, EventStore, Keep};
use guanxi_kernel::{
    CommandId, Decider, DecodeError, DomainEvent as _, EventSet, Metadata, Refusal, TimeZoneId, domain_events,
};
use serde::{Deserialize, Serialize};

/// It was taken or given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Moved {
    /// +1 or -1.
    pub change: i8,
}

domain_events! {
    /// What happens to a piece.
    pub enum PieceEvent {
        /// It went from hand to hand.
        Moved(Moved) = "piece.moved.v1",
    }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("it is not there")]
pub struct Gone;

impl Refusal for Gone {
    fn code(&self) -> &'static str {
        "piece.gone"
    }
}

#[derive(Debug)]
pub struct Piece;

impl Decider for Piece {
    const TYPE: &'static str = "piece";
    type State = i8;
    type Command = i8;
    type Event = PieceEvent;
    type Refusal = Gone;

    fn decide(state: &i8, change: &i8) -> Result<Vec<PieceEvent>, Gone> {
        if !(0..=1).contains(&(state + change)) {
            return Err(Gone);
        }
        Ok(vec![Moved { change: *change }.into()])
    }

    fn evolve(state: &mut i8, PieceEvent::Moved(moved): &PieceEvent) {
        *state += moved.change;
    }
}

/// All that there is in the log.
#[derive(Debug, Clone)]
pub struct Pieces;

impl EventSet for Pieces {
    const TYPES: &'static [&'static str] = &[Piece::TYPE];

    fn decode(_: &str, event_type: &str, payload: &str) -> Result<Self, DecodeError> {
        PieceEvent::read(event_type, payload).map(|_| Self)
    }
}

pub fn context(store: &EventStore, id: &str, change: i8) -> CommandContext {
    let occurred_at = "2026-03-01T10:00:00+08:00".parse().unwrap();
    CommandContext {
        command_id: CommandId::new(id).unwrap(),
        digest: store.digest(&change),
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
        keep: Keep::Appended,
        new_keys: Vec::new(),
    }
}
