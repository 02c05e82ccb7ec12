//! The role, through failures.

use std::time::Duration;

use guanxi_event_store::EventStore;
use guanxi_kafka::{KafkaSettings, Kind, Mailbox, PublishError, Topic, ensure};
use tokio::time::sleep;

use super::request::is_name;
use super::work::work;
use crate::exit::Failure;
use crate::platform::Shutdown;

/// Letters that are worked at once.
const HANDFUL: usize = 256;
/// Before a reader that was turned away knocks again.
const PAUSE: Duration = Duration::from_secs(2);

/// Takes commands from Kafka.
pub struct Letters {
    store: EventStore,
    settings: KafkaSettings,
}

impl Letters {
    /// Sees to the topics.
    ///
    /// # Errors
    /// No command is accepted, one is misspelt, or the brokers do not answer.
    pub async fn new(store: EventStore, settings: KafkaSettings) -> Result<Self, Failure> {
        if let Some(unknown) = settings.accept_commands.iter().find(|name| !is_name(name)) {
            return Err(Failure::configuration(format!(
                "kafka.accept_commands: there is no command `{unknown}`"
            ))
            .advise("Their names are those of the files in schemas/commands."));
        }
        if settings.accept_commands.is_empty() {
            return Err(Failure::configuration(
                "role commands needs kafka.accept_commands: it would park everything",
            )
            .advise("Name what other systems may ask for, e.g. [\"order.record_payment\"]."));
        }
        let topic = |name, kind| Topic {
            name,
            kind,
            recorded: None,
        };
        let topics = [
            topic(settings.commands_topic(), Kind::Letters),
            topic(settings.replies_topic(), Kind::Letters),
            topic(settings.parked_topic(), Kind::Events),
        ];
        ensure(&settings, &topics).await?;
        Ok(Self { store, settings })
    }

    /// Works until `shutdown`. What is under way then is not answered, and comes again.
    pub async fn run(&self, shutdown: Shutdown) {
        let working = async {
            loop {
                if let Err(error) = self.read().await {
                    tracing::error!(%error, "the topic of commands is joined again");
                }
                sleep(PAUSE).await;
            }
        };
        tokio::select! {
            () = working => {}
            () = shutdown.wait() => {}
        }
    }

    async fn read(&self) -> Result<(), PublishError> {
        let group = format!("{}.commands", self.settings.prefix);
        let mailbox = Mailbox::open(&self.settings, &group, &self.settings.commands_topic())?;
        loop {
            let letters = mailbox.next(HANDFUL).await?;
            let answers = work(&self.store, &self.settings, &letters).await;
            mailbox.answer(&answers).await?;
            // Only now: what is not answered safely comes again.
            mailbox.read_up_to(&letters).await?;
        }
    }
}
