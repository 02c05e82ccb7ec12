//! Which waiting commands go together.

use std::collections::{HashSet, VecDeque};

use guanxi_kernel::{CommandId, StreamRef};
use tokio::sync::oneshot;

use super::chain::Fate;
use super::request::{AppendRequest, NetClaim, Verdict};
use crate::StoreError;

/// A command that waits, and whom to tell.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub request: AppendRequest,
    pub tell: oneshot::Sender<Result<Verdict, StoreError>>,
}

/// What was taken from the queue.
#[derive(Default)]
pub(crate) struct Taken {
    /// To be sent in one call, in this order.
    pub group: Vec<Waiting>,
    /// What these touch, for the next group as long as this one is under way.
    pub touched: Touched,
    /// Decided on what was turned down: not to be sent at all.
    pub void: Vec<Waiting>,
}

/// Takes a group from the front of the queue, to be sent beside those that are under way.
///
/// A second taker of a command id or a claim stays for the next group, so that a storm of equal notices never reaches
/// the careful path. Commands of one stream go together only as a chain, each right behind the one that it was decided
/// on; when one stays, so do those behind it. A group gives claims back before it takes others, so a command that gives
/// back a whole scope stays too when one in front of it takes in that scope: else the log would tell of two holders. What
/// a group under way touches stays alone: which of both takes the head first is open.
pub(crate) fn take(queue: &mut VecDeque<Waiting>, most: usize, under_way: &[Option<Touched>]) -> Taken {
    let mut taken = Taken::default();
    let mut touched = Touched::default();
    let free = |request: &AppendRequest| {
        under_way
            .iter()
            .flatten()
            .all(|other| other.admits(request, false))
    };
    let mut stay = VecDeque::new();
    while let Some(waiting) = queue.pop_front() {
        let request = &waiting.request;
        match request.behind.as_ref().map(|link| link.fate()) {
            Some(Fate::Broken) => {
                // Those behind it in this very queue shall see it.
                request.end.broken();
                taken.void.push(waiting);
            }
            fate if taken.group.len() < most
                && touched.admits(request, fate == Some(Fate::Open))
                && free(request) =>
            {
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
    // What stays is in nobody's group: while one group follows the other, it would be held up by each of them for ever.
    touched.held_up.clear();
    taken.touched = touched;
    taken
}

/// What the commands of a group touch.
#[derive(Default)]
pub(crate) struct Touched {
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
            && request.claims.iter().all(|claim| self.admits_claim(claim))
    }

    fn admits_claim(&self, claim: &NetClaim) -> bool {
        match claim {
            NetClaim::Take { scope, key } | NetClaim::Release { scope, key } => {
                !self.claims.contains(&(*scope, key.clone()))
            }
            NetClaim::ReleaseAll { scope_prefix } => !self
                .claims
                .iter()
                .any(|(scope, _)| scope.starts_with(scope_prefix)),
        }
    }

    /// What a chained command was decided on has not been answered yet, and does not stay: so it is in the group.
    fn admits_stream(&self, request: &AppendRequest, chained: bool) -> bool {
        !self.held_up.contains(&request.stream) && (!self.streams.contains(&request.stream) || chained)
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

#[cfg(test)]
mod tests {
    use super::super::chain::LinkEnd;
    use super::super::request::{NewEvent, Recording};
    use super::*;
    use crate::ContentDigest;

    fn waiting(stream: &str, claim: NetClaim) -> Waiting {
        let request = AppendRequest {
            command_id: CommandId::new(format!("c-{stream}")).unwrap(),
            digest: ContentDigest([0; 32]),
            recording: Recording::Appended,
            stream: StreamRef::new("account", stream),
            base: 0,
            events: Vec::new(),
            claims: vec![claim],
            new_keys: Vec::new(),
            destroyed: Vec::new(),
            notice: None,
            end: LinkEnd::default(),
            behind: None,
        };
        let (tell, _) = oneshot::channel();
        Waiting { request, tell }
    }

    fn take_seat(stream: &str) -> Waiting {
        let (scope, key) = ("account.seat", "s1".to_owned());
        waiting(stream, NetClaim::Take { scope, key })
    }

    fn release_all(stream: &str, scope_prefix: &'static str) -> Waiting {
        waiting(stream, NetClaim::ReleaseAll { scope_prefix })
    }

    fn taken(waiting: [Waiting; 2]) -> usize {
        take(&mut waiting.into(), 10, &[]).group.len()
    }

    #[test]
    fn what_stayed_goes_once_its_stream_is_free_whatever_else_is_under_way() {
        let count = |stream: &str| {
            let mut waiting = take_seat(stream);
            waiting.request.claims.clear();
            waiting.request.command_id = CommandId::new(uuid::Uuid::new_v4().to_string()).unwrap();
            waiting.request.events.push(NewEvent {
                id: String::new(),
                name: "account.earned.v1",
                version: 1,
                sequence: 1,
                payload: String::new(),
                metadata: "".into(),
                hash: [0; 32],
            });
            waiting
        };
        let mut queue = VecDeque::from([count("a")]);
        let first = take(&mut queue, 10, &[]);
        queue.extend([count("a"), count("b")]);
        let second = take(&mut queue, 10, &[Some(first.touched)]);
        assert_eq!((second.group.len(), queue.len()), (1, 1), "a is under way");
        // The first has ended, the second has not; and so on, as long as there is much to do.
        assert_eq!(take(&mut queue, 10, &[None, Some(second.touched)]).group.len(), 1);
    }

    #[test]
    fn what_a_group_under_way_touches_stays() {
        let mut queue = VecDeque::from([take_seat("a"), take_seat("b"), release_all("c", "coupon.")]);
        let first = take(&mut queue, 1, &[]);
        let second = take(&mut queue, 10, &[Some(first.touched)]);
        assert_eq!(
            (second.group.len(), queue.len()),
            (1, 1),
            "the seat is on its way to a"
        );
        assert_eq!(take(&mut queue, 10, &[None, Some(second.touched)]).group.len(), 1);
    }

    #[test]
    fn who_gives_everything_back_does_not_go_with_a_taker_in_front() {
        assert_eq!(taken([take_seat("a"), release_all("b", "account.")]), 1);
        assert_eq!(taken([take_seat("a"), release_all("b", "coupon.")]), 2);
        assert_eq!(taken([release_all("b", "account."), take_seat("a")]), 2);
        assert_eq!(taken([take_seat("a"), take_seat("b")]), 1);
    }
}
