//! The canonical form of an event, over which its hash is taken.
//!
//! Version 1: one byte `01`, then each field as a 4-byte big-endian length and its bytes, in the order of
//! [`Canonical`]; an absent command id has the length `FFFFFFFF` and no bytes; the sequence is 8 bytes big-endian
//! behind the length 8. Position and `recorded_at` are not in it, so that it is known before the head of the log is
//! held; the batch binds those two.

use aws_lc_rs::digest::{Context, SHA256, digest};

const VERSION: u8 = 1;
const ABSENT: u32 = u32::MAX;

/// Every column of an event but position, hash and `recorded_at`.
#[derive(Debug, Clone, Copy)]
pub struct Canonical<'a> {
    /// `event_id`.
    pub event_id: &'a str,
    /// `command_id`.
    pub command_id: Option<&'a str>,
    /// `aggregate_type`.
    pub aggregate_type: &'a str,
    /// `aggregate_id`.
    pub aggregate_id: &'a str,
    /// `sequence`.
    pub sequence: u64,
    /// `event_type`.
    pub event_type: &'a str,
    /// `event_version`.
    pub event_version: &'a str,
    /// `payload`, as stored.
    pub payload: &'a str,
    /// `metadata`, as stored.
    pub metadata: &'a str,
}

impl Canonical<'_> {
    /// SHA-256 over the canonical form.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        // In one piece: the library is called once, where each field by itself would be two calls.
        let mut bytes = Vec::with_capacity(256 + self.payload.len() + self.metadata.len());
        bytes.push(VERSION);
        let mut field = |field: Option<&[u8]>| {
            let length = field.map_or(ABSENT, |field| u32::try_from(field.len()).unwrap_or(ABSENT));
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(field.unwrap_or_default());
        };
        field(Some(self.event_id.as_bytes()));
        field(self.command_id.map(str::as_bytes));
        field(Some(self.aggregate_type.as_bytes()));
        field(Some(self.aggregate_id.as_bytes()));
        field(Some(&self.sequence.to_be_bytes()));
        field(Some(self.event_type.as_bytes()));
        field(Some(self.event_version.as_bytes()));
        field(Some(self.payload.as_bytes()));
        field(Some(self.metadata.as_bytes()));
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &bytes).as_ref());
        hash
    }
}

/// `sha256(chain || last || n || recorded_at || root)`: `last` and `recorded_at` (microseconds since 1970) are 8 bytes
/// big-endian, `n` is 4.
#[must_use]
pub fn chain(previous: &[u8; 32], last: i64, n: i32, recorded_at_us: i64, root: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(previous);
    context.update(&last.to_be_bytes());
    context.update(&n.to_be_bytes());
    context.update(&recorded_at_us.to_be_bytes());
    context.update(root);
    let mut chain = [0; 32];
    chain.copy_from_slice(context.finish().as_ref());
    chain
}
