//! What a letter is answered with, and where it is parked.

use guanxi_event_store::{Answer, ExecuteError, Outcome, StoreError};
use guanxi_kafka::{KafkaSettings, Letter, Outgoing, letter as message};
use serde_json::{Value, json};

use super::request::{id_of, reply_topic};

/// What became of a letter.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The log's answer, a refusal among them.
    Answered(Result<Answer, guanxi_event_store::Refused>),
    /// It is no command, or can never be one.
    Parked(String),
}

/// What an error of the log means for the letter; `None` where it may pass, and the letter waits.
pub(super) fn verdict(outcome: Result<Answer, ExecuteError>) -> Result<Verdict, ExecuteError> {
    match outcome {
        Ok(answer) => Ok(Verdict::Answered(Ok(answer))),
        Err(ExecuteError::Refused(refused)) => Ok(Verdict::Answered(Err(refused))),
        Err(error @ (ExecuteError::DigestMismatch(_) | ExecuteError::TooDeep)) => {
            Ok(Verdict::Parked(error.to_string()))
        }
        Err(ExecuteError::Store(
            error @ (StoreError::Unstorable(_)
            | StoreError::Unreadable { .. }
            | StoreError::Database { transient: false, .. }),
        )) => Ok(Verdict::Parked(told(&error))),
        Err(error) => Err(error),
    }
}

/// PostgreSQL may quote what it was given; that stays in the letter.
fn told(error: &StoreError) -> String {
    match error {
        StoreError::Database { .. } => "the database turns it down".to_owned(),
        error => error.to_string(),
    }
}

/// The messages that a verdict leads to: an answer, and for what is parked the letter itself with the reason.
pub(super) fn messages(settings: &KafkaSettings, letter: &Letter, verdict: &Verdict) -> Vec<Outgoing> {
    let mut messages = Vec::new();
    if let Verdict::Parked(reason) = verdict {
        let from = format!("{}/{}/{}", letter.topic, letter.partition, letter.offset);
        let more = [("parked-reason", reason.as_str()), ("parked-from", from.as_str())];
        messages.push(letter.forwarded(&settings.parked_topic(), &more));
    }
    // Who gave no name and no proper address cannot be answered.
    if let (Ok(id), Ok(topic)) = (id_of(letter), reply_topic(settings, letter)) {
        let mut headers = vec![("command-id", id), ("content-type", "application/json")];
        headers.extend(
            letter
                .header("correlation-id")
                .map(|value| ("correlation-id", value)),
        );
        let payload = body(verdict).to_string().into_bytes();
        messages.push(message(&topic, id, payload, &headers));
    }
    messages
}

fn body(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Parked(reason) => json!({ "outcome": "parked", "message": reason }),
        Verdict::Answered(Err(refused)) => {
            json!({ "outcome": "refused", "code": refused.code, "message": refused.message })
        }
        Verdict::Answered(Ok(answer)) => match &answer.outcome {
            Outcome::Appended { last, .. } => {
                json!({ "outcome": "appended", "position": last, "known": answer.known })
            }
            Outcome::Refused(refused) => {
                json!({ "outcome": "refused", "code": refused.code, "message": refused.message })
            }
            Outcome::Nothing => json!({ "outcome": "nothing", "known": answer.known }),
        },
    }
}
