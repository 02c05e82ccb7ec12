//! Which waiting commands go together.

use std::collections::{HashSet, VecDeque};

use guanxi_kernel::{CommandId, StreamRef};
use tokio::sync::oneshot;

use super::request::{AppendRequest, Verdict};
use crate::StoreError;

/// A command that waits, and whom to tell.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub request: AppendRequest,
    pub tell: oneshot::Sender<Result<Verdict, StoreError>>,
}

/// Takes a group from the front of the queue. A second taker of a command id, a stream or a claim stays for the next
/// group, so that a storm of equal notices never reaches the careful path.
pub(crate) fn take(queue: &mut VecDeque<Waiting>, most: usize) -> Vec<Waiting> {
    let mut ids: HashSet<CommandId> = HashSet::new();
    let mut streams: HashSet<StreamRef> = HashSet::new();
    let mut claims: HashSet<(&'static str, String)> = HashSet::new();
    let mut group = Vec::with_capacity(queue.len().min(most));
    let mut stay = VecDeque::new();
    while let Some(waiting) = queue.pop_front() {
        let request = &waiting.request;
        let free = group.len() < most
            && !ids.contains(&request.command_id)
            && !streams.contains(&request.stream)
            && request
                .claims
                .iter()
                .filter_map(|claim| claim.touches())
                .all(|(scope, key)| !claims.contains(&(scope, key.to_owned())));
        if !free {
            stay.push_back(waiting);
            continue;
        }
        ids.insert(request.command_id.clone());
        streams.insert(request.stream.clone());
        let touched = request.claims.iter().filter_map(|claim| claim.touches());
        claims.extend(touched.map(|(scope, key)| (scope, key.to_owned())));
        group.push(waiting);
    }
    *queue = stay;
    group
}
