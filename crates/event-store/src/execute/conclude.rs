//! Commands that append nothing, and answers that were given before.

use guanxi_kernel::StreamRef;

use crate::append::{AppendRequest, KnownAnswer, LinkEnd, Recording, Verdict};
use crate::{Answer, CommandContext, EventStore, ExecuteError, Keep, Outcome, Refused};

impl EventStore {
    /// Another stream holds what the command would claim.
    pub(super) async fn taken(
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
    pub(super) async fn conclude(
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
                notice: None,
                end: LinkEnd::default(),
                behind: None,
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
pub(super) fn repeated(known: &KnownAnswer, context: &CommandContext) -> Result<Answer, ExecuteError> {
    if known.digest != context.digest.0 {
        metrics::counter!("guanxi_command_id_reused").increment(1);
        return Err(ExecuteError::DigestMismatch(context.command_id.clone()));
    }
    match &known.answer.outcome {
        Outcome::Refused(refused) => Err(ExecuteError::Refused(refused.clone())),
        _ => Ok(known.answer.clone()),
    }
}
