//! What a rule is.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ClaimChange, DecodeError, Refusal, SubjectId};

/// One aggregate's rules: pure, synchronous and total.
///
/// Whatever a rule needs to know of the world (time, ids, prices, who holds a claim) rides in the command.
pub trait Decider: Send + Sync + 'static {
    /// The stored aggregate type, e.g. `order`. Never renamed.
    const TYPE: &'static str;
    /// What the stream's events add up to. Serialisable, so that it can be snapshotted; `Default` is "no events yet".
    type State: Default + Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What somebody wants.
    type Command: Send + Sync;
    /// What has happened.
    type Event: DomainEvent;
    /// A business "no".
    type Refusal: Refusal;

    /// Answers a command with the events that it causes. No events means there is nothing to do.
    ///
    /// The command is borrowed because the store decides again when it learns that the state was old.
    ///
    /// # Errors
    /// A refusal of this aggregate; never a fault.
    fn decide(state: &Self::State, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Folds one event into the state. Every event in the log is true, so this cannot fail.
    fn evolve(state: &mut Self::State, event: &Self::Event);

    /// The keys, unique over all streams, that this event takes or gives back.
    fn claims(_event: &Self::Event) -> Vec<ClaimChange> {
        Vec::new()
    }

    /// The subjects whose keys are destroyed in the transaction that appends this event.
    fn erased_subjects(_event: &Self::Event) -> Vec<SubjectId> {
        Vec::new()
    }
}

/// An event with the name under which the log keeps it.
pub trait DomainEvent:
    Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static
{
    /// The literal stored name, `aggregate.what_happened.vN`.
    fn name(&self) -> &'static str;

    /// The `N` at the end of [`name`](Self::name).
    fn version(&self) -> u16 {
        version_of(self.name())
    }

    /// Reads a stored payload by its stored name, old versions lifted to today's.
    ///
    /// # Errors
    /// A name that this aggregate does not have, or a payload that is not what its name promises.
    fn read(name: &str, payload: &str) -> Result<Self, DecodeError>;
}

/// The version at the end of a stored name; 1 where it has none.
#[must_use]
pub fn version_of(name: &str) -> u16 {
    name.rsplit_once(".v")
        .and_then(|(_, version)| version.parse().ok())
        .unwrap_or(1)
}
