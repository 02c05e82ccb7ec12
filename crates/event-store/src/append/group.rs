//! Which waiting commands go together.

use std::collections::{HashSet, VecDeque};

use guanxi_kernel::{CommandId, StreamRef};
use tokio::sync::oneshot;

use super::chain::Fate;
use super::request::{AppendRequest, Verdict};
use crate::StoreError;

/// A command that waits, and whom to tell.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub request: AppendRequest,
    pub tell: oneshot::Sender<Result<Verdict, StoreError>>,
}

/// What was taken from the queue.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// To be sent in one call, in this order.
    pub group: Vec<Waiting>,
    /// Decided on what was turned down: not to be sent at all.
    pub void: Vec<Waiting>,
}

/// Takes a group from the front of the queue.
///
/// A second taker of a command id or a claim stays for the next group, so that a storm of equal notices never reaches
/// the careful path. Commands of one stream go together only as a chain, each right behind the one that it was decided
/// on; when one stays, so do those behind it.
pub(crate) fn take(queue: &mut VecDeque<Waiting>, most: usize) -> Taken {
    let mut taken = Taken::default();
    let mut touched = Touched::default();
    let mut stay = VecDeque::new();
    while let Some(waiting) = queue.pop_front() {
        let request = &waiting.request;
        match request.behind.as_ref().map(|link| link.fate()) {
            Some(Fate::Broken) => {
                // Those behind it in this very queue shall see it.
                request.end.broken();
                taken.void.push(waiting);
            }
            fate if taken.group.len() < most && touched.admits(request, fate == Some(Fate::Open)) => {
                touched.add(request);
                taken.group.push(waiting);
            }
            _ => {
                touched.stays(request);
                stay.push_back(waiting);
            }
        }
    }
    *queue = stay;
    taken
}

/// What the commands of a group touch.
#[derive(Default)]
struct Touched {
    ids: HashSet<CommandId>,
    streams: HashSet<StreamRef>,
    /// Streams of which a command stays.
    held_up: HashSet<StreamRef>,
    claims: HashSet<(&'static str, String)>,
}

impl Touched {
    fn admits(&self, request: &AppendRequest, chained: bool) -> bool {
        !self.ids.contains(&request.command_id)
            && (request.events.is_empty() || self.admits_stream(request, chained))
            && request
                .claims
                .iter()
                .filter_map(|claim| claim.touches())
                .all(|(scope, key)| !self.claims.contains(&(scope, key.to_owned())))
    }

    /// What a chained command was decided on has not been answered yet, and does not stay: so it is in the group.
    fn admits_stream(&self, request: &AppendRequest, chained: bool) -> bool {
        !self.held_up.contains(&request.stream)
            && (!self.streams.contains(&request.stream) || chained && !request.releases_all())
    }

    fn add(&mut self, request: &AppendRequest) {
        self.ids.insert(request.command_id.clone());
        if !request.events.is_empty() {
            self.streams.insert(request.stream.clone());
        }
        let touched = request.claims.iter().filter_map(|claim| claim.touches());
        self.claims
            .extend(touched.map(|(scope, key)| (scope, key.to_owned())));
    }

    fn stays(&mut self, request: &AppendRequest) {
        if !request.events.is_empty() {
            self.held_up.insert(request.stream.clone());
        }
    }
}
