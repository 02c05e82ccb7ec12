//! `guanxi inbox`

use guanxi_event_store::inbox::InboxState;
use serde_json::json;

use super::grammar::Inbox;
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::House;
use crate::terminal::{Output, table};

/// Lists notices, or translates one again.
pub async fn run(config: &Config, what: Inbox, output: Output) -> Result<(), Failure> {
    let house = House::open(config).await?;
    let done = match what {
        Inbox::List { state, limit } => {
            let state = match state.as_str() {
                "waiting" => InboxState::Waiting,
                "done" => InboxState::Done,
                "failed" => InboxState::Failed,
                other => {
                    return Err(Failure::new(Reason::Usage, format!("`{other}` is no state"))
                        .advise("There are waiting, done and failed."));
                }
            };
            let entries = house
                .inbox
                .list(state, 0, limit)
                .await
                .map_err(Failure::unavailable)?;
            let rows: Vec<_> = entries
                .iter()
                .map(|entry| {
                    json!({ "id": entry.id, "source": entry.source, "key": entry.key,
                            "received_at": entry.received_at, "attempts": entry.attempts, "result": entry.result })
                })
                .collect();
            output.answer(&rows, |_| {
                let rows = entries.iter().map(|entry| {
                    let result = entry.result.clone().unwrap_or_default();
                    [
                        entry.id.to_string(),
                        entry.source.clone(),
                        entry.received_at.to_string(),
                        result,
                    ]
                });
                table(["id", "source", "received", "result"], rows)
            })
        }
        Inbox::Retry { id } => {
            if !house.inbox.retry(id).await.map_err(Failure::unavailable)? {
                return Err(Failure::not_found(format!(
                    "no failed notice has the number {id}"
                )));
            }
            output.answer(&json!({ "id": id, "done": "waiting" }), |_| {
                "It waits for the next try.".to_owned()
            })
        }
    };
    house.close().await;
    done
}
