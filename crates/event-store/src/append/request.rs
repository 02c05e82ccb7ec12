//! One command's part of a group, and its verdict.

use std::sync::Arc;

use guanxi_kernel::{ClaimChange, CommandId, StreamRef, SubjectId};

use super::chain::{Link, LinkEnd};
use crate::inbox::SettledNotice;
use crate::{Answer, ContentDigest, NewKey, Outcome, Refused};

/// What a command wants to leave behind.
#[derive(Debug)]
pub(crate) struct AppendRequest {
    pub command_id: CommandId,
    pub digest: ContentDigest,
    pub recording: Recording,
    pub stream: StreamRef,
    /// Last sequence of the stream that the events build on.
    pub base: u64,
    pub events: Vec<NewEvent>,
    pub claims: Vec<NetClaim>,
    pub new_keys: Vec<NewKey>,
    pub destroyed: Vec<SubjectId>,
    /// What it was read from, where that is to be kept with it.
    pub notice: Option<Arc<SettledNotice>>,
    /// What becomes of it, for those that were decided on it.
    pub end: LinkEnd,
    /// The command of the same stream that it was decided on, where that was not in the log yet.
    pub behind: Option<Arc<Link>>,
}

/// The kept outcome.
#[derive(Debug, Clone)]
pub(crate) enum Recording {
    Appended,
    Nothing,
    Refused(Refused),
}

/// An event on its way into the log.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub id: String,
    pub name: &'static str,
    pub version: u16,
    pub sequence: u64,
    pub payload: String,
    pub metadata: Arc<str>,
    pub hash: [u8; 32],
}

/// A claim to take or give back, after opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NetClaim {
    Take { scope: &'static str, key: String },
    Release { scope: &'static str, key: String },
    ReleaseAll { scope_prefix: &'static str },
}

/// What the database said about a command.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Appended {
        first: u64,
        last: u64,
    },
    Stored,
    Known(KnownAnswer),
    Conflict,
    /// The command that it was decided on was turned down, so it was not even sent.
    Unsent,
    Taken {
        scope: String,
        holder: StreamRef,
    },
}

/// An answer kept from before.
#[derive(Debug, Clone)]
pub(crate) struct KnownAnswer {
    pub digest: [u8; 32],
    pub answer: Answer,
}

impl KnownAnswer {
    /// From the columns of `log.answered`.
    pub fn from_columns(
        digest: &[u8],
        outcome: &str,
        code: Option<String>,
        message: Option<String>,
        positions: (Option<i64>, Option<i64>),
    ) -> Result<Self, sqlx::Error> {
        let outcome = match (outcome, positions) {
            ("appended", (Some(first), Some(last))) => Outcome::Appended {
                first: first.unsigned_abs(),
                last: last.unsigned_abs(),
            },
            ("appended", _) => {
                return Err(sqlx::Error::Decode(
                    "the events of an answered command are gone: run guanxi audit verify".into(),
                ));
            }
            ("refused", _) => Outcome::Refused(Refused {
                code: code.unwrap_or_default(),
                message: message.unwrap_or_default(),
            }),
            _ => Outcome::Nothing,
        };
        let mut own = [0; 32];
        if digest.len() == own.len() {
            own.copy_from_slice(digest);
        }
        Ok(Self {
            digest: own,
            answer: Answer { outcome, known: true },
        })
    }
}

impl NetClaim {
    /// Folds the changes of one command: a key taken and given back leaves nothing, and the reverse neither.
    pub fn fold(changes: Vec<Self>) -> Vec<Self> {
        let mut net: Vec<Self> = Vec::with_capacity(changes.len());
        for change in changes {
            let opposite = net.iter().position(|earlier| match (earlier, &change) {
                (Self::Take { scope: a, key: b }, Self::Release { scope: c, key: d })
                | (Self::Release { scope: a, key: b }, Self::Take { scope: c, key: d }) => a == c && b == d,
                _ => false,
            });
            if let Some(index) = opposite {
                net.remove(index);
                continue;
            }
            if let Self::ReleaseAll { scope_prefix } = change {
                net.retain(
                    |earlier| !matches!(earlier, Self::Take { scope, .. } if scope.starts_with(scope_prefix)),
                );
            }
            if !net.contains(&change) {
                net.push(change);
            }
        }
        net
    }

    /// The key it touches, for keeping two commands on one key out of one group.
    pub fn touches(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Take { scope, key } | Self::Release { scope, key } => Some((scope, key)),
            Self::ReleaseAll { .. } => None,
        }
    }
}

/// Whether a change can be resolved without a key.
pub(crate) fn sealed_subject(change: &ClaimChange) -> Option<&SubjectId> {
    use guanxi_kernel::ClaimSubject::Sealed;
    match change {
        ClaimChange::Take(claim) | ClaimChange::Release(claim) => match &claim.key {
            Sealed(sealed) => Some(&sealed.subject),
            guanxi_kernel::ClaimSubject::Open(_) => None,
        },
        ClaimChange::ReleaseAll { .. } => None,
    }
}
