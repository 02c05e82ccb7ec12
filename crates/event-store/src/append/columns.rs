//! A group as the database functions take it: an array for each column.

use super::request::{AppendRequest, NetClaim, Recording};

#[derive(Default)]
pub(super) struct Commands<'a> {
    pub(super) id: Vec<&'a str>,
    /// End to end.
    pub(super) digests: Vec<u8>,
    pub(super) outcome: Vec<&'static str>,
    pub(super) code: Vec<Option<&'a str>>,
    pub(super) message: Vec<Option<&'a str>>,
    pub(super) aggregate_type: Vec<&'a str>,
    pub(super) stream: Vec<&'a str>,
    /// The last sequence that its events build on; none where it has none, and so on.
    pub(super) base: Vec<Option<i64>>,
    /// Sequence of its first event.
    pub(super) first: Vec<Option<i64>>,
    pub(super) count: Vec<Option<i32>>,
}

impl<'a> Commands<'a> {
    pub(super) fn of(group: &[&'a AppendRequest]) -> Self {
        let mut own = Self::default();
        for request in group {
            let (outcome, refused) = match &request.recording {
                Recording::Appended => ("appended", None),
                Recording::Nothing => ("nothing", None),
                Recording::Refused(refused) => ("refused", Some(refused)),
            };
            own.id.push(request.command_id.as_str());
            own.digests.extend_from_slice(&request.digest.0);
            own.outcome.push(outcome);
            own.code.push(refused.map(|refused| refused.code.as_str()));
            own.message.push(refused.map(|refused| refused.message.as_str()));
            own.aggregate_type.push(&request.stream.aggregate_type);
            own.stream.push(&request.stream.aggregate_id);
            let first = request.events.first();
            own.base.push(first.map(|_| signed(request.base)));
            own.first.push(first.map(|event| signed(event.sequence)));
            let count = i32::try_from(request.events.len()).unwrap_or(i32::MAX);
            own.count.push(first.map(|_| count));
        }
        own
    }
}

#[derive(Default)]
pub(super) struct Events<'a> {
    pub(super) command: Vec<i32>,
    pub(super) id: Vec<&'a str>,
    pub(super) sequence: Vec<i64>,
    pub(super) name: Vec<&'static str>,
    pub(super) version: Vec<String>,
    pub(super) payload: Vec<&'a str>,
    pub(super) metadata: Vec<&'a str>,
    /// End to end.
    pub(super) hashes: Vec<u8>,
}

impl<'a> Events<'a> {
    /// `numbers` says which of the commands each request is, counted from 1.
    pub(super) fn of(group: &[&'a AppendRequest], numbers: &[i32]) -> Self {
        let mut own = Self::default();
        for (&command, request) in numbers.iter().zip(group) {
            for event in &request.events {
                own.command.push(command);
                own.id.push(&event.id);
                own.sequence.push(signed(event.sequence));
                own.name.push(event.name);
                own.version.push(event.version.to_string());
                own.payload.push(&event.payload);
                own.metadata.push(&event.metadata);
                own.hashes.extend_from_slice(&event.hash);
            }
        }
        own
    }
}

#[derive(Default)]
pub(super) struct Claims<'a> {
    pub(super) command: Vec<i32>,
    pub(super) scope: Vec<&'static str>,
    pub(super) key: Vec<Option<&'a str>>,
    pub(super) take: Vec<bool>,
}

impl<'a> Claims<'a> {
    /// `numbers` as for [`Events`].
    pub(super) fn of(group: &[&'a AppendRequest], numbers: &[i32]) -> Self {
        let mut own = Self::default();
        for (&command, request) in numbers.iter().zip(group) {
            for claim in &request.claims {
                let (scope, key, take) = match claim {
                    NetClaim::Take { scope, key } => (*scope, Some(key.as_str()), true),
                    NetClaim::Release { scope, key } => (*scope, Some(key.as_str()), false),
                    NetClaim::ReleaseAll { scope_prefix } => (*scope_prefix, None, false),
                };
                own.command.push(command);
                own.scope.push(scope);
                own.key.push(key);
                own.take.push(take);
            }
        }
        own
    }
}

#[derive(Default)]
pub(super) struct Keys<'a> {
    pub(super) subject: Vec<&'a str>,
    pub(super) wrapped: Vec<&'a [u8]>,
    pub(super) destroyed: Vec<&'a str>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(group: &[&'a AppendRequest]) -> Self {
        let keys = || group.iter().flat_map(|request| &request.new_keys);
        Self {
            subject: keys().map(|key| key.subject.as_str()).collect(),
            wrapped: keys().map(|key| key.wrapped.as_slice()).collect(),
            destroyed: group
                .iter()
                .flat_map(|request| &request.destroyed)
                .map(|subject| subject.as_str())
                .collect(),
        }
    }
}

#[derive(Default)]
pub(super) struct Notices<'a> {
    pub(super) source: Vec<&'static str>,
    pub(super) key: Vec<&'a str>,
    /// End to end.
    pub(super) digests: Vec<u8>,
    pub(super) subject: Vec<&'a str>,
    pub(super) sealed: Vec<&'a [u8]>,
    pub(super) received: Vec<String>,
    pub(super) result: Vec<&'a str>,
}

impl<'a> Notices<'a> {
    pub(super) fn of(group: &[&'a AppendRequest]) -> Self {
        let mut own = Self::default();
        let notices = group.iter().filter_map(|request| request.notice.as_deref());
        for notice in notices {
            own.source.push(notice.source);
            own.key.push(&notice.key);
            own.digests.extend_from_slice(&notice.digest);
            own.subject.push(notice.subject.as_str());
            own.sealed.push(&notice.sealed);
            own.received.push(notice.received_at.to_string());
            own.result.push(&notice.result);
        }
        own
    }
}

/// Sequences have 63 bits in the database.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
