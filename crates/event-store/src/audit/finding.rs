//! What an audit can find.

use guanxi_kernel::StreamRef;
use serde::Serialize;

/// The first thing that is wrong with the log. Behind it nothing was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// A column of an event is not what was appended.
    #[error("position {position}: the event was changed: its content and its hash do not fit")]
    Changed {
        /// Where.
        position: u64,
    },
    /// No event has this position, though later ones exist or the log says that it does.
    #[error("position {position}: the event is missing")]
    Missing {
        /// Where.
        position: u64,
    },
    /// Two events of one batch have changed places.
    #[error("position {position}: the event was swapped with that of position {with}")]
    Swapped {
        /// The first of both.
        position: u64,
        /// The other.
        with: u64,
    },
    /// The event is not the next of its stream: another was dropped, slipped in or moved.
    #[error("position {position}: sequence {found} of stream {stream} follows {before}")]
    OutOfSequence {
        /// Where.
        position: u64,
        /// Whose event it is.
        stream: StreamRef,
        /// Sequence of the stream's event before it; 0 if there is none.
        before: u64,
        /// Its own sequence.
        found: u64,
    },
    /// The event was recorded at another time than the batch it lies in.
    #[error("position {position}: the event does not belong to the batch that ends at {last}")]
    Misplaced {
        /// Where.
        position: u64,
        /// Last position of the batch.
        last: u64,
    },
    /// No batch binds the event.
    #[error("position {position}: no batch binds the event")]
    Unbound {
        /// Where.
        position: u64,
    },
    /// A batch does not fit its events or the batch before it.
    #[error("position {position}: the batch from here to {last} does not fit: {reason}")]
    Batch {
        /// First position of the batch.
        position: u64,
        /// Last position of the batch.
        last: u64,
        /// In what way.
        reason: BatchFault,
    },
    /// The log was written anew: a signed checkpoint saw something else here.
    #[error("position {position}: a signed checkpoint of {recorded_at} saw another log here")]
    Rewritten {
        /// Position of the checkpoint. What was changed lies at it, or before it and behind the one before.
        position: u64,
        /// When the batch that it saw was recorded.
        recorded_at: String,
    },
    /// The end of the log is gone.
    #[error("position {position}: the log ends before it, but {witness} reaches to {known}")]
    Cut {
        /// The first position that is gone.
        position: u64,
        /// Up to where the log once went.
        known: u64,
        /// Who knows.
        witness: Witness,
    },
}

/// In what way a batch does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum BatchFault {
    /// Its events are others, or in another order.
    #[error("its root is not that of its events")]
    Root,
    /// It does not continue the chain.
    #[error("its chain does not continue the one before")]
    Chain,
    /// It does not begin where the batch before it ends.
    #[error("it does not begin where the batch before it ends")]
    Numbers,
    /// It was recorded before the batch before it.
    #[error("it was recorded before the batch before it")]
    Time,
}

/// Who knows that the log went further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// A signed checkpoint.
    #[error("a signed checkpoint")]
    Checkpoint,
    /// The kept answer to a command.
    #[error("the kept answer to a command")]
    Answer,
}

impl Finding {
    /// The first bad position.
    #[must_use]
    pub fn position(&self) -> u64 {
        match self {
            Self::Changed { position }
            | Self::Missing { position }
            | Self::Swapped { position, .. }
            | Self::OutOfSequence { position, .. }
            | Self::Misplaced { position, .. }
            | Self::Unbound { position }
            | Self::Batch { position, .. }
            | Self::Rewritten { position, .. }
            | Self::Cut { position, .. } => *position,
        }
    }
}
