//! Bringing a state up to the database.

use std::mem::take;
use std::sync::Arc;

use guanxi_kernel::{Decider, DomainEvent as _, StreamRef};

use super::cache::Cached;
use super::held::Held;
use crate::append::KnownAnswer;
use crate::load::{Found, LookUp, StoredRow};
use crate::{CommandContext, EventStore, Loaded, StoreError, snapshot};

impl EventStore {
    /// The state of a stream, as of now.
    ///
    /// # Errors
    /// The database, or an event that this program cannot read.
    pub async fn load<D: Decider>(&self, id: &str) -> Result<Loaded<D::State>, StoreError> {
        let stream = StreamRef::new(D::TYPE, id);
        let held = self.states().get::<D>(&stream);
        let from = held.as_ref().map(|held| held.base()).unwrap_or_default();
        let (fresh, _) = self.refresh::<D>(&stream, from, None).await?;
        match held {
            Some(held) => held.advance(fresh.clone()),
            None if fresh.sequence > 0 => {
                let held = Arc::new(Held::<D>::new(fresh.clone()));
                self.states().put(&stream, held);
            }
            None => {}
        }
        Ok(Loaded {
            state: fresh.state,
            sequence: fresh.sequence,
        })
    }

    /// The state of a stream as this process last knew it, without asking the database where it knows any: for what
    /// never changes once it is there. Another process may have gone on.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn glance<D: Decider>(&self, id: &str) -> Result<Loaded<D::State>, StoreError> {
        let held = self.states().get::<D>(&StreamRef::new(D::TYPE, id));
        match held.map(|held| held.base()) {
            Some(Cached { state, sequence }) if sequence > 0 => Ok(Loaded { state, sequence }),
            _ => self.load::<D>(id).await,
        }
    }

    /// Looks whether a command was answered before, and whether its stream has grown since a sequence.
    pub(super) async fn look_again(
        &self,
        stream: &StreamRef,
        since: u64,
        context: &CommandContext,
    ) -> Result<(bool, Option<KnownAnswer>), StoreError> {
        let look_up = LookUp {
            stream: stream.clone(),
            after: since,
            command: Some(context.command_id.clone()),
            schema: None,
        };
        let found = self.loader().look_up(look_up).await?;
        Ok((!found.events.is_empty(), found.known))
    }

    /// Brings a state up to the database, and looks whether the command was answered before.
    pub(super) async fn refresh<D: Decider>(
        &self,
        stream: &StreamRef,
        mut cached: Cached<D::State>,
        context: Option<&CommandContext>,
    ) -> Result<(Cached<D::State>, Option<KnownAnswer>), StoreError> {
        let from_nothing = cached.sequence == 0;
        let mut schema = from_nothing.then(snapshot::schema::<D>);
        loop {
            let look_up = LookUp {
                stream: stream.clone(),
                after: cached.sequence,
                command: context.map(|context| context.command_id.clone()),
                schema: schema.take(),
            };
            let Found { events, known } = self.loader().look_up(look_up).await?;
            // Only a snapshot can be unreadable, and is asked for only where there was nothing before it.
            let Some(fresh) = fold::<D>(take(&mut cached), &events)? else {
                tracing::warn!(
                    aggregate_type = D::TYPE,
                    "a snapshot cannot be read; the events are"
                );
                continue;
            };
            // A state that grows in memory needs none, and writing a large one again and again would cost more than it saves.
            if from_nothing {
                self.snapshots().offer::<D>(stream, &fresh, events.len());
            }
            return Ok((fresh, known));
        }
    }
}

/// The state after these rows; `None` if the snapshot among them cannot be read.
fn fold<D: Decider>(
    cached: Cached<D::State>,
    rows: &[StoredRow],
) -> Result<Option<Cached<D::State>>, StoreError> {
    let Cached {
        mut state,
        mut sequence,
    } = cached;
    for row in rows {
        match &row.event_type {
            Some(name) => {
                let event = decode::<D>(row.position, name, &row.payload)?;
                D::evolve(Arc::make_mut(&mut state), &event);
            }
            None => match serde_json::from_str(&row.payload) {
                Ok(kept) => state = Arc::new(kept),
                Err(_) => return Ok(None),
            },
        }
        sequence = row.sequence;
    }
    Ok(Some(Cached { state, sequence }))
}

fn decode<D: Decider>(position: u64, name: &str, payload: &str) -> Result<D::Event, StoreError> {
    D::Event::read(name, payload).map_err(|error| StoreError::unreadable(position, &error))
}
