//! `guanxi relay`

use super::grammar::Relay;
use crate::config::Config;
use crate::exit::Failure;
use crate::platform::House;
use crate::relay::{adopt, standing};
use crate::terminal::Output;

/// Tells where the relay stands, or lets it go on.
pub async fn run(config: &Config, what: Relay, output: Output) -> Result<(), Failure> {
    if config.kafka.brokers.is_none() {
        return Err(Failure::configuration("kafka.brokers is not set").advise("docs/kafka.md tells how."));
    }
    let house = House::open(config).await?;
    match what {
        Relay::Status => {
            let standing = standing(&house.store, &config.kafka).await?;
            output.answer(&standing, |now| {
                let published = now
                    .published
                    .map_or_else(|| "nothing".to_owned(), |position| format!("up to {position}"));
                format!(
                    "{} The log ends at {}, published: {published} (mirror in PostgreSQL: {}).",
                    if now.running {
                        "A relay runs."
                    } else {
                        "No relay runs."
                    },
                    now.head,
                    now.mirrored
                )
            })
        }
        Relay::Adopt { position, by } => {
            let adopted = adopt(&house.store, &config.kafka, position, &by).await?;
            output.answer(&adopted, |adopted| {
                format!(
                    "The relay goes on behind position {}. Start it.",
                    adopted.position
                )
            })
        }
    }
}
