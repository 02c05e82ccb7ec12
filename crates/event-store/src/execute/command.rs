//! One command, from the question to the answer.

use std::sync::Arc;

use fail::fail_point;
use guanxi_kernel::{Decider, Refusal as _, StreamRef};
use tokio::sync::MutexGuard;

use super::conclude::repeated;
use super::held::{Decided, Held, Step};
use crate::append::{Fate, Verdict};
use crate::inbox::SettledNotice;
use crate::{Answer, CommandContext, EventStore, ExecuteError, MAX_DEPTH, Outcome, Refused, StoreError};

/// How often a command is decided again before the caller is told that the stream is too busy.
const DECISIONS: usize = 24;
/// How often a "no" is looked at beside the stream's other commands; after that they wait for it.
const BESIDE_OTHERS: usize = 1;

/// A command on its stream.
struct Asked<'a, D: Decider> {
    stream: &'a StreamRef,
    command: &'a D::Command,
    context: &'a CommandContext,
    notice: Option<&'a Arc<SettledNotice>>,
}

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
        self.carry::<D>(id, command, context, None).await
    }

    /// Carries out a command that was read from a notice, and keeps the notice in the same append.
    ///
    /// Only if the answer is that events were appended, and not known from before, is the notice in the inbox.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); the notice is not kept then.
    pub async fn execute_noticed<D: Decider>(
        &self,
        id: &str,
        command: &D::Command,
        context: &CommandContext,
        notice: SettledNotice,
    ) -> Result<Answer, ExecuteError> {
        let notice = Arc::new(notice);
        self.carry::<D>(id, command, context, Some(&notice)).await
    }

    async fn carry<D: Decider>(
        &self,
        id: &str,
        command: &D::Command,
        context: &CommandContext,
        notice: Option<&Arc<SettledNotice>>,
    ) -> Result<Answer, ExecuteError> {
        if context.metadata.depth > MAX_DEPTH {
            return Err(ExecuteError::TooDeep);
        }
        guanxi_kernel::id::check(id).map_err(|error| StoreError::Unstorable(error.to_string()))?;
        let stream = StreamRef::new(D::TYPE, id);
        let asked = Asked::<D> {
            stream: &stream,
            command,
            context,
            notice,
        };
        for tried in 0..DECISIONS {
            if let Some(answer) = self.try_once(&asked, tried).await? {
                return Ok(answer);
            }
        }
        Err(StoreError::Busy(stream).into())
    }

    /// Decides once, and carries that out. `None` if it was decided on what turned out not to be so.
    async fn try_once<D: Decider>(
        &self,
        asked: &Asked<'_, D>,
        tried: usize,
    ) -> Result<Option<Answer>, ExecuteError> {
        let turn = self.turns().wait_for(asked.stream).await;
        let held = self.states().get::<D>(asked.stream).unwrap_or_else(|| {
            let held = Arc::new(Held::default());
            self.states().put(asked.stream, Arc::clone(&held));
            held
        });
        loop {
            let decided = match held.decide(&asked.context.command_id, asked.command) {
                Step::Read(from) => {
                    let (fresh, known) = self.refresh::<D>(asked.stream, from, Some(asked.context)).await?;
                    held.advance(fresh);
                    if let Some(known) = known {
                        return repeated(&known, asked.context).map(Some);
                    }
                    continue;
                }
                Step::Twin(twin) => {
                    drop(turn);
                    fail_point!(&format!("execute.waits.{}", asked.context.command_id));
                    twin.settled().await;
                    return self.answered_before(asked).await;
                }
                Step::Decided(decided) => decided,
            };
            match &decided.outcome {
                Ok(events) if !events.is_empty() => return self.carry_out(asked, &held, decided, turn).await,
                _ if tried < BESIDE_OTHERS => {
                    drop(turn);
                    return self.check_no(asked, decided).await;
                }
                _ => {}
            }
            // Nobody else of this process goes on before this is answered, so the stream cannot outrun the question.
            if let Some(before) = decided.behind {
                fail_point!(&format!("execute.waits.{}", asked.context.command_id));
                before.settled().await;
                continue;
            }
            let (fresh, known) = self
                .refresh::<D>(asked.stream, held.base(), Some(asked.context))
                .await?;
            if let Some(known) = known {
                return repeated(&known, asked.context).map(Some);
            }
            let outcome = D::decide(&fresh.state, asked.command);
            held.advance(fresh);
            if outcome.as_ref().map_or(true, Vec::is_empty) {
                drop(turn);
                return self.say_no(asked, outcome.err()).await.map(Some);
            }
        }
    }

    async fn carry_out<D: Decider>(
        &self,
        asked: &Asked<'_, D>,
        held: &Held<D>,
        decided: Decided<D>,
        turn: MutexGuard<'_, ()>,
    ) -> Result<Option<Answer>, ExecuteError> {
        let Asked { stream, context, .. } = *asked;
        let Decided {
            outcome,
            sequence,
            behind,
            ..
        } = decided;
        let events = outcome.unwrap_or_default();
        let mut request = self
            .request::<D>(stream, sequence, behind, &events, context)
            .await?;
        request.notice = asked.notice.map(Arc::clone);
        let destroyed = request.destroyed.clone();
        let name = (context.command_id.clone(), request.end.link());
        let Some(told) = held.add(name, sequence, events, || self.writer().enqueue(request))? else {
            return Ok(None);
        };
        // Whoever destroys keys goes alone: the next command might still open what is sealed under them.
        let turn = (!destroyed.is_empty()).then_some(turn);
        fail_point!(&format!("execute.waits.{}", asked.context.command_id));
        let verdict = told.verdict().await;
        held.settle();
        let verdict = verdict?;
        // A known command may be this one, whose acknowledgement was lost; the list takes only what is destroyed.
        if !destroyed.is_empty() && matches!(verdict, Verdict::Appended { .. } | Verdict::Known(_)) {
            self.erased(&destroyed).await;
        }
        drop(turn);
        match verdict {
            Verdict::Appended { first, last } => Ok(Some(Answer {
                outcome: Outcome::Appended { first, last },
                known: false,
            })),
            Verdict::Known(known) => repeated(&known, context).map(Some),
            Verdict::Taken { scope, holder } => self.taken(stream, &scope, &holder, context).await.map(Some),
            Verdict::Conflict | Verdict::Stored => Ok(None),
            Verdict::Unsent => self.answered_before(asked).await,
        }
    }

    /// What was decided beside other commands, and appends nothing: it stands if all that it was decided on is in the
    /// log, and nothing more, or first of all a command of ours that was decided later on the same state.
    async fn check_no<D: Decider>(
        &self,
        asked: &Asked<'_, D>,
        decided: Decided<D>,
    ) -> Result<Option<Answer>, ExecuteError> {
        if let Some(before) = &decided.behind {
            fail_point!(&format!("execute.waits.{}", asked.context.command_id));
            if before.settled().await != Fate::Appended {
                return self.answered_before(asked).await;
            }
        }
        let (grown, known) = self
            .look_again(asked.stream, decided.sequence, asked.context)
            .await?;
        match known {
            Some(known) => repeated(&known, asked.context).map(Some),
            None if grown && !went_on(&decided).await => Ok(None),
            None => self.say_no(asked, decided.outcome.err()).await.map(Some),
        }
    }

    async fn say_no<D: Decider>(
        &self,
        asked: &Asked<'_, D>,
        refusal: Option<D::Refusal>,
    ) -> Result<Answer, ExecuteError> {
        let refused = refusal.map(|refusal| Refused {
            code: refusal.code().to_owned(),
            message: refusal.to_string(),
        });
        self.conclude(asked.stream, refused, asked.context).await
    }

    async fn answered_before<D: Decider>(
        &self,
        asked: &Asked<'_, D>,
    ) -> Result<Option<Answer>, ExecuteError> {
        let (_, known) = self.look_again(asked.stream, u64::MAX, asked.context).await?;
        known.map(|known| repeated(&known, asked.context)).transpose()
    }
}

/// Whether another command went on from the state of this decision, later, and is in the log.
async fn went_on<D: Decider>(decided: &Decided<D>) -> bool {
    match decided.next.get() {
        Some(next) => next.settled().await == Fate::Appended,
        None => false,
    }
}
