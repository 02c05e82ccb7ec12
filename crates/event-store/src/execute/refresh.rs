//! Bringing a state up to the database.

use std::sync::Arc;

use guanxi_kernel::{Decider, DomainEvent as _, StreamRef};

use super::cache::Cached;
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
        let cached = self.states().get::<D>(&stream).unwrap_or_default();
        let (state, _) = self.refresh::<D>(&stream, cached, None).await?;
        Ok(Loaded {
            state: state.state,
            sequence: state.sequence,
        })
    }

    /// Brings a state up to the database, and looks whether the command was answered before.
    pub(super) async fn refresh<D: Decider>(
        &self,
        stream: &StreamRef,
        cached: Cached<D::State>,
        context: Option<&CommandContext>,
    ) -> Result<(Cached<D::State>, Option<KnownAnswer>), StoreError> {
        let mut schema = (cached.sequence == 0).then(snapshot::schema::<D>);
        loop {
            let look_up = LookUp {
                stream: stream.clone(),
                after: cached.sequence,
                command: context.map(|context| context.command_id.clone()),
                schema: schema.take(),
            };
            let Found { events, known } = self.loader().look_up(look_up).await?;
            let Some(fresh) = fold::<D>(cached.clone(), &events)? else {
                tracing::warn!(
                    aggregate_type = D::TYPE,
                    "a snapshot cannot be read; the events are"
                );
                continue;
            };
            if fresh.sequence > 0 {
                self.states().put::<D>(stream, fresh.clone());
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
