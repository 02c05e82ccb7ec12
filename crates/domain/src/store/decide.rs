//! The rules of a store.

use guanxi_kernel::{Decider, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{StoreAmended, StoreClosed, StoreEvent, StoreOpened, StoreTerms};
use super::refusal::StoreRefusal;

/// A shop.
#[derive(Debug)]
pub struct Store;

/// What can be asked of a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum StoreCommand {
    /// See [`OpenStore`].
    OpenStore(OpenStore),
    /// See [`AmendStore`].
    AmendStore(AmendStore),
    /// See [`CloseStore`].
    CloseStore(CloseStore),
}

/// Opens a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpenStore {
    /// Which.
    pub store_id: StoreId,
    /// Its name for people.
    pub name: String,
    /// What holds for it.
    pub terms: StoreTerms,
    /// From when.
    pub effective_from: Timestamp,
}

/// Changes a store's terms from a date on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AmendStore {
    /// What holds then, whole.
    pub terms: StoreTerms,
    /// From when; behind every change that is already known.
    pub effective_from: Timestamp,
}

/// Closes a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CloseStore {
    /// From when.
    pub effective_from: Timestamp,
}

/// A store's terms over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreState {
    /// As it was opened; `None` before.
    pub opened: Option<StoreOpened>,
    /// Terms with the instant from which they hold, in order.
    pub terms: Vec<(Timestamp, StoreTerms)>,
    /// From when it is closed.
    pub closed: Option<Timestamp>,
}

impl StoreState {
    /// What holds at an instant; `None` before it opened and after it closed.
    #[must_use]
    pub fn terms_at(&self, at: Timestamp) -> Option<&StoreTerms> {
        if self.closed.is_some_and(|closed| at >= closed) {
            return None;
        }
        self.terms
            .iter()
            .rev()
            .find(|(from, _)| *from <= at)
            .map(|(_, terms)| terms)
    }

    /// From when the newest terms hold, while the store is not closed.
    fn latest(&self) -> Result<Timestamp, StoreRefusal> {
        if self.closed.is_some() {
            return Err(StoreRefusal::AlreadyClosed);
        }
        self.terms
            .last()
            .map(|(from, _)| *from)
            .ok_or(StoreRefusal::Unknown)
    }
}

impl Decider for Store {
    const TYPE: &'static str = "store";
    type State = StoreState;
    type Command = StoreCommand;
    type Event = StoreEvent;
    type Refusal = StoreRefusal;

    fn decide(state: &StoreState, command: &StoreCommand) -> Result<Vec<StoreEvent>, StoreRefusal> {
        match command {
            StoreCommand::OpenStore(open) => self::open(state, open),
            StoreCommand::AmendStore(amend) => {
                let latest = state.latest()?;
                let known = state.terms.last();
                if known.is_some_and(|(from, terms)| *from == amend.effective_from && *terms == amend.terms) {
                    return Ok(Vec::new());
                }
                if amend.effective_from <= latest {
                    return Err(StoreRefusal::NotLatest(latest.to_string()));
                }
                let (terms, effective_from) = (amend.terms.clone(), amend.effective_from);
                Ok(vec![
                    StoreAmended {
                        terms,
                        effective_from,
                    }
                    .into(),
                ])
            }
            StoreCommand::CloseStore(close) => {
                if state.closed == Some(close.effective_from) {
                    return Ok(Vec::new());
                }
                let latest = state.latest()?;
                if close.effective_from <= latest {
                    return Err(StoreRefusal::NotLatest(latest.to_string()));
                }
                Ok(vec![
                    StoreClosed {
                        effective_from: close.effective_from,
                    }
                    .into(),
                ])
            }
        }
    }

    fn evolve(state: &mut StoreState, event: &StoreEvent) {
        match event {
            StoreEvent::StoreOpened(opened) => {
                state.terms = vec![(opened.effective_from, opened.terms.clone())];
                state.opened = Some(opened.clone());
            }
            StoreEvent::StoreAmended(amended) => {
                state.terms.push((amended.effective_from, amended.terms.clone()));
            }
            StoreEvent::StoreClosed(closed) => state.closed = Some(closed.effective_from),
        }
    }
}

fn open(state: &StoreState, open: &OpenStore) -> Result<Vec<StoreEvent>, StoreRefusal> {
    let opened = StoreOpened {
        store_id: open.store_id.clone(),
        name: open.name.clone(),
        terms: open.terms.clone(),
        effective_from: open.effective_from,
    };
    match &state.opened {
        None => Ok(vec![opened.into()]),
        Some(before) if *before == opened => Ok(Vec::new()),
        Some(_) => Err(StoreRefusal::AlreadyOpen),
    }
}
