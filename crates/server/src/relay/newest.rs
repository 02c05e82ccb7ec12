//! Where each member and coupon stands, folded from the events that pass by.
//!
//! A relay that is far behind would otherwise read, for every batch, each stream that it touches up to its newest event.
//! A stream is read only if its beginning has not passed by, or was forgotten since.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::try_join_all;
use guanxi_domain::GuanxiEvent;
use guanxi_domain::coupon::Coupon;
use guanxi_domain::member::Member;
use guanxi_event_store::{EventStore, StoreError};
use guanxi_kernel::{Decider, Fact, Recorded};

/// Streams of one aggregate that are remembered; then all are forgotten, and read again as they are met.
const MOST: usize = 4_096;

/// The streams of one aggregate.
pub(super) struct Streams<D: Decider> {
    known: HashMap<Arc<str>, (u64, D::State)>,
}

impl<D: Decider> Default for Streams<D> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
        }
    }
}

impl<D: Decider<Event: Sync>> Streams<D> {
    /// An event of the stream, in the order of the log. What was read is often ahead of it.
    fn see(&mut self, id: &Arc<str>, sequence: u64, event: &D::Event) {
        match self.known.get_mut(id) {
            Some((at, _)) if sequence <= *at => {}
            Some((at, state)) if sequence == *at + 1 => {
                D::evolve(state, event);
                *at = sequence;
            }
            Some(_) => drop(self.known.remove(id)),
            None if sequence == 1 => {
                let mut state = D::State::default();
                D::evolve(&mut state, event);
                self.known.insert(Arc::clone(id), (1, state));
            }
            None => {}
        }
    }

    /// Reads those that are not known, together.
    pub(super) async fn read(&mut self, store: &EventStore, ids: &[Arc<str>]) -> Result<(), StoreError> {
        let missing = ids.iter().filter(|id| !self.known.contains_key(*id));
        let reads = missing.map(|id| async move { Ok::<_, StoreError>((id, store.load::<D>(id).await?)) });
        for (id, loaded) in try_join_all(reads).await? {
            let read = (loaded.sequence, (*loaded.state).clone());
            self.known.insert(Arc::clone(id), read);
        }
        Ok(())
    }

    /// The state behind the last event that was seen, or a newer one, with its sequence; once it was read.
    pub(super) fn get(&self, id: &str) -> Option<&(u64, D::State)> {
        self.known.get(id)
    }

    fn forget_if_full(&mut self) {
        if self.known.len() > MOST {
            self.known.clear();
        }
    }
}

/// All that have a topic of states.
#[derive(Default)]
pub(super) struct Newest {
    pub(super) members: Streams<Member>,
    pub(super) coupons: Streams<Coupon>,
}

impl Newest {
    /// Before each batch.
    pub(super) fn begin(&mut self) {
        self.members.forget_if_full();
        self.coupons.forget_if_full();
    }

    /// Each event of it.
    pub(super) fn see(&mut self, event: &Recorded<GuanxiEvent>) {
        let id = &event.stream.aggregate_id;
        match &event.fact {
            Fact::Own(GuanxiEvent::Member(fact)) => self.members.see(id, event.sequence, fact),
            Fact::Own(GuanxiEvent::Coupon(fact)) => self.coupons.see(id, event.sequence, fact),
            _ => {}
        }
    }
}
