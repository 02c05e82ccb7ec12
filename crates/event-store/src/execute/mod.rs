//! A command's way: load, decide, append; decide again when the state was old.

mod cache;
mod event;
mod refresh;
mod turns;

pub(crate) use cache::{Cached, States};
pub(crate) use turns::Turns;

use std::sync::Arc;

use guanxi_kernel::{ClaimChange, ClaimSubject, Decider, Refusal as _, StreamRef};

use event::new_event;

use crate::append::{AppendRequest, KnownAnswer, NetClaim, Recording, Verdict};
use crate::metadata;
use crate::vault::Vault;
use crate::{
    Answer, CommandContext, EventStore, ExecuteError, Keep, MAX_DEPTH, Outcome, Refused, StoreError,
};

/// How often a command is decided again before the caller is told that the stream is too busy.
const DECISIONS: usize = 12;

impl EventStore {
    /// Carries out one command: whatever comes of it is durable before this returns.
    ///
    /// The same command id with the same content gets the first answer again, for ever.
    ///
    /// # Errors
    /// A refusal (also one of a claim that another stream holds: code `<scope>_taken`), a command id that was used for
    /// something else, overload, or a fault.
    pub async fn execute<D: Decider>(
        &self,
        id: &str,
        command: &D::Command,
        context: &CommandContext,
    ) -> Result<Answer, ExecuteError> {
        if context.metadata.depth > MAX_DEPTH {
            return Err(ExecuteError::TooDeep);
        }
        guanxi_kernel::id::check(id).map_err(|error| StoreError::Unstorable(error.to_string()))?;
        let stream = StreamRef::new(D::TYPE, id);
        let _turn = self.turns().wait_for(&stream).await;
        let mut state = match self.states().get::<D>(&stream) {
            Some(cached) => cached,
            None => {
                let (state, known) = self
                    .refresh::<D>(&stream, Cached::default(), Some(context))
                    .await?;
                if let Some(known) = known {
                    return repeated(&known, context);
                }
                state
            }
        };
        for _ in 0..DECISIONS {
            let decision = D::decide(&state.state, command);
            if let Ok(events) = &decision
                && !events.is_empty()
            {
                match self.append::<D>(&stream, &state, events, context).await? {
                    Verdict::Appended { first, last } => {
                        self.grown::<D>(&stream, state, events);
                        return Ok(Answer {
                            outcome: Outcome::Appended { first, last },
                            known: false,
                        });
                    }
                    Verdict::Known(known) => return repeated(&known, context),
                    Verdict::Taken { scope, holder } => {
                        return self.taken(&stream, &scope, &holder, context).await;
                    }
                    Verdict::Conflict | Verdict::Stored => {
                        state = self.refresh::<D>(&stream, state, None).await?.0;
                    }
                }
                continue;
            }
            // The state may be old: nothing leaves the house before the database has been asked.
            let before = state.sequence;
            let (fresh, known) = self.refresh::<D>(&stream, state, Some(context)).await?;
            state = fresh;
            if let Some(known) = known {
                return repeated(&known, context);
            }
            if state.sequence == before {
                let refused = decision.err().map(|refusal| Refused {
                    code: refusal.code().to_owned(),
                    message: refusal.to_string(),
                });
                return self.conclude(&stream, refused, context).await;
            }
        }
        Err(StoreError::Busy(stream).into())
    }

    async fn append<D: Decider>(
        &self,
        stream: &StreamRef,
        state: &Cached<D::State>,
        events: &[D::Event],
        context: &CommandContext,
    ) -> Result<Verdict, ExecuteError> {
        let metadata: Arc<str> = metadata::write(&context.metadata).into();
        let new_events = (state.sequence + 1..)
            .zip(events)
            .map(|(sequence, event)| new_event(stream, sequence, event, &metadata, context))
            .collect::<Result<Vec<_>, _>>()?;
        let destroyed: Vec<_> = events.iter().flat_map(D::erased_subjects).collect();
        let request = AppendRequest {
            command_id: context.command_id.clone(),
            digest: context.digest,
            recording: Recording::Appended,
            stream: stream.clone(),
            base: state.sequence,
            events: new_events,
            claims: self.net_claims::<D>(events, context).await?,
            new_keys: context.new_keys.clone(),
            destroyed: destroyed.clone(),
        };
        let verdict = self.writer().append(request).await?;
        // A known command may be this one, whose acknowledgement was lost; the list takes only what is destroyed.
        if !destroyed.is_empty() && matches!(verdict, Verdict::Appended { .. } | Verdict::Known(_)) {
            self.erased(&destroyed).await;
        }
        Ok(verdict)
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

    fn grown<D: Decider>(&self, stream: &StreamRef, state: Cached<D::State>, events: &[D::Event]) {
        // The cache holds the other reference; without it the state is changed in place.
        self.states().remove(stream);
        let Cached {
            mut state,
            mut sequence,
        } = state;
        let own = Arc::make_mut(&mut state);
        for event in events {
            D::evolve(own, event);
            sequence += 1;
        }
        self.states().put::<D>(stream, Cached { state, sequence });
    }

    async fn taken(
        &self,
        stream: &StreamRef,
        scope: &str,
        holder: &StreamRef,
        context: &CommandContext,
    ) -> Result<Answer, ExecuteError> {
        let refused = Refused {
            code: format!("{scope}_taken"),
            message: format!("it belongs to {holder}"),
        };
        self.conclude(stream, Some(refused), context).await
    }

    /// Ends a command that appends nothing: keeps the answer where it must be kept.
    async fn conclude(
        &self,
        stream: &StreamRef,
        refused: Option<Refused>,
        context: &CommandContext,
    ) -> Result<Answer, ExecuteError> {
        if context.keep == Keep::Everything {
            let request = AppendRequest {
                command_id: context.command_id.clone(),
                digest: context.digest,
                recording: refused.clone().map_or(Recording::Nothing, Recording::Refused),
                stream: stream.clone(),
                base: 0,
                events: Vec::new(),
                claims: Vec::new(),
                new_keys: Vec::new(),
                destroyed: Vec::new(),
            };
            if let Verdict::Known(known) = self.writer().append(request).await? {
                return repeated(&known, context);
            }
        }
        match refused {
            Some(refused) => Err(ExecuteError::Refused(refused)),
            None => Ok(Answer {
                outcome: Outcome::Nothing,
                known: false,
            }),
        }
    }
}

/// The answer of the first time, if this is the same command.
fn repeated(known: &KnownAnswer, context: &CommandContext) -> Result<Answer, ExecuteError> {
    if known.digest != context.digest.0 {
        metrics::counter!("guanxi_command_id_reused").increment(1);
        return Err(ExecuteError::DigestMismatch(context.command_id.clone()));
    }
    match &known.answer.outcome {
        Outcome::Refused(refused) => Err(ExecuteError::Refused(refused.clone())),
        _ => Ok(known.answer.clone()),
    }
}
