//! From decided events to what the log is asked to append.

use std::sync::Arc;

use guanxi_kernel::{ClaimChange, ClaimSubject, Decider, StreamRef};

use super::event::new_event;
use crate::append::{AppendRequest, Link, LinkEnd, NetClaim, Recording};
use crate::vault::Vault;
use crate::{CommandContext, EventStore, StoreError, metadata};

impl EventStore {
    /// The request for these events, which build on the stream's `base`.
    pub(super) async fn request<D: Decider>(
        &self,
        stream: &StreamRef,
        base: u64,
        behind: Option<Arc<Link>>,
        events: &[D::Event],
        context: &CommandContext,
    ) -> Result<AppendRequest, StoreError> {
        let metadata: Arc<str> = metadata::write(&context.metadata).into();
        let new_events = (base + 1..)
            .zip(events)
            .map(|(sequence, event)| new_event(stream, sequence, event, &metadata, context))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(AppendRequest {
            command_id: context.command_id.clone(),
            digest: context.digest,
            recording: Recording::Appended,
            stream: stream.clone(),
            base,
            events: new_events,
            claims: self.net_claims::<D>(events, context).await?,
            new_keys: context.new_keys.clone(),
            destroyed: events.iter().flat_map(D::erased_subjects).collect(),
            notice: None,
            end: LinkEnd::default(),
            behind,
        })
    }

    async fn net_claims<D: Decider>(
        &self,
        events: &[D::Event],
        context: &CommandContext,
    ) -> Result<Vec<NetClaim>, StoreError> {
        let changes: Vec<_> = events.iter().flat_map(D::claims).collect();
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let sealed: Vec<_> = changes
            .iter()
            .filter_map(crate::append::sealed_subject)
            .cloned()
            .collect();
        let keys = self.vault().keys_with(&sealed, &context.new_keys).await?;
        let resolved = changes.into_iter().filter_map(|change| {
            let open = |subject: ClaimSubject| match subject {
                ClaimSubject::Open(key) => Some(key),
                ClaimSubject::Sealed(sealed) => Vault::open_lookup(&keys, &sealed).map(|hash| hash.0),
            };
            Some(match change {
                ClaimChange::Take(claim) => NetClaim::Take {
                    scope: claim.scope,
                    key: open(claim.key)?,
                },
                ClaimChange::Release(claim) => NetClaim::Release {
                    scope: claim.scope,
                    key: open(claim.key)?,
                },
                ClaimChange::ReleaseAll { scope_prefix } => NetClaim::ReleaseAll { scope_prefix },
            })
        });
        Ok(NetClaim::fold(resolved.collect()))
    }
}
