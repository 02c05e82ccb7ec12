//! A run of the log as text.

use std::borrow::Cow;

use guanxi_kernel::{EventSet, Recorded, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::follow::Mark;
use crate::stored::Stored;
use crate::{StoreError, follow::FollowError};

/// A part of a run; long ones are cut, since brokers take no record of any length.
#[derive(Serialize, Deserialize)]
pub(super) struct Part<T> {
    /// The version of the view for which events were chosen.
    pub(super) version: u32,
    /// Behind which place the run begins.
    pub(super) after: Place,
    /// Where it ends.
    pub(super) last: Place,
    /// Which part this is, from 0.
    pub(super) part: usize,
    /// How many there are.
    pub(super) parts: usize,
    /// Its events that concern the view.
    pub(super) events: Vec<T>,
}

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    position: u64,
    chain: String,
}

impl From<Mark> for Place {
    fn from(mark: Mark) -> Self {
        Self {
            position: mark.position,
            chain: hex::encode(mark.chain),
        }
    }
}

impl Place {
    pub(super) fn mark(&self) -> Option<Mark> {
        let mut chain = [0; 32];
        hex::decode_to_slice(&self.chain, &mut chain).ok()?;
        Some(Mark {
            position: self.position,
            chain,
        })
    }
}

/// An event as it is stored: what is sealed stays sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Line<'a> {
    position: u64,
    #[serde(borrow)]
    event_id: Cow<'a, str>,
    #[serde(borrow)]
    command_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    aggregate_type: Cow<'a, str>,
    #[serde(borrow)]
    aggregate_id: Cow<'a, str>,
    sequence: u64,
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow)]
    metadata: &'a RawValue,
    recorded_at: Timestamp,
}

impl<'a> Line<'a> {
    pub(super) fn of(stored: &Stored<'a>) -> Result<Self, FollowError> {
        let position = stored.position;
        let raw = |text: &'a str| {
            serde_json::from_str::<&RawValue>(text).map_err(|error| FollowError::Unreadable {
                position,
                message: error.to_string(),
            })
        };
        Ok(Self {
            position,
            event_id: stored.event_id.into(),
            command_id: stored.command_id.map(Cow::from),
            aggregate_type: stored.aggregate_type.into(),
            aggregate_id: stored.aggregate_id.into(),
            sequence: stored.sequence,
            event_type: stored.event_type.into(),
            payload: raw(stored.payload)?,
            metadata: raw(stored.metadata)?,
            recorded_at: stored.recorded_at,
        })
    }

    pub(super) fn understood<E: EventSet>(&self) -> Result<Recorded<E>, StoreError> {
        let stored = Stored {
            position: self.position,
            event_id: &self.event_id,
            command_id: self.command_id.as_deref(),
            aggregate_type: &self.aggregate_type,
            aggregate_id: &self.aggregate_id,
            sequence: self.sequence,
            event_type: &self.event_type,
            payload: self.payload.get(),
            metadata: self.metadata.get(),
            recorded_at: self.recorded_at,
        };
        stored.understood()
    }
}
