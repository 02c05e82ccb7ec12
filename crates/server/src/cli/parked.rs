//! `guanxi parked`

use guanxi_event_store::follow::{self, ParkedError};
use serde::Serialize;

use super::grammar::Parked;
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::House;
use crate::terminal::{Output, table};

#[derive(Debug, Serialize)]
struct Entry {
    id: i64,
    follower: String,
    version: u32,
    key: String,
    position: u64,
    error: Option<String>,
    attempts: u32,
}

#[derive(Debug, Serialize)]
struct Done {
    id: i64,
    done: &'static str,
}

/// Lists, retries or discards.
pub async fn run(config: &Config, what: Parked, output: Output) -> Result<(), Failure> {
    let house = House::open(config).await?;
    let done = match what {
        Parked::List => {
            let parked = house.followers.parked().await.map_err(Failure::unavailable)?;
            let entries: Vec<Entry> = parked.into_iter().map(Entry::from).collect();
            output.answer(&entries, |entries| listed(entries))
        }
        Parked::Retry { id } => {
            house.followers.retry(id).await.map_err(refused)?;
            output.answer(&Done { id, done: "applied" }, |_| {
                "Applied, with all that waited behind it.".to_owned()
            })
        }
        Parked::Discard { id, reason, by } => {
            house.followers.discard(id, &reason, &by).await.map_err(refused)?;
            output.answer(
                &Done {
                    id,
                    done: "discarded",
                },
                |_| "Discarded, for good.".to_owned(),
            )
        }
    };
    house.close().await;
    done
}

fn listed(entries: &[Entry]) -> String {
    let rows = entries.iter().map(|entry| {
        let error = entry
            .error
            .clone()
            .unwrap_or_else(|| "waits behind another".to_owned());
        [
            entry.id.to_string(),
            entry.follower.clone(),
            entry.key.clone(),
            entry.position.to_string(),
            error,
        ]
    });
    table(["id", "follower", "key", "position", "error"], rows)
}

fn refused(error: ParkedError) -> Failure {
    let reason = match &error {
        ParkedError::Unknown(_) | ParkedError::UnknownFollower(_) => Reason::NotFound,
        ParkedError::NoReason => Reason::Usage,
        ParkedError::StillFails(_) => Reason::Refused,
        ParkedError::Follow(_) => Reason::Unavailable,
    };
    Failure::new(reason, error)
}

impl From<follow::Parked> for Entry {
    fn from(parked: follow::Parked) -> Self {
        Self {
            id: parked.id,
            follower: parked.follower,
            version: parked.version,
            key: parked.key,
            position: parked.position,
            error: parked.error,
            attempts: parked.attempts,
        }
    }
}
