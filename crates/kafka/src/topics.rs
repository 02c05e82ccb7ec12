//! Topics: created where they are missing, verified where they are there, never changed.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::RDKafkaErrorCode as Code;

use crate::{KafkaSettings, PublishError};

const PATIENCE: Duration = Duration::from_secs(20);

/// What a topic is for; that decides its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every event, kept for good, so that consumers can replay from any position.
    Events,
    /// The newest state of each key.
    State,
    /// The relay's position: one partition, compacted, never deleted.
    Position,
    /// Letters that lose their worth once they are answered: kept as long as the brokers keep things.
    Letters,
    /// What one view is fed with: one partition, for a week; what is older is read from the log.
    Feed,
}

/// A topic that there must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its full name.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// Partitions that it was once created with; `None` if it never was.
    pub recorded: Option<i32>,
}

impl Topic {
    fn settings(&self) -> &'static [(&'static str, &'static str)] {
        match self.kind {
            Kind::Events => &[
                ("cleanup.policy", "delete"),
                ("retention.ms", "-1"),
                ("retention.bytes", "-1"),
            ],
            Kind::State => &[("cleanup.policy", "compact")],
            Kind::Letters => &[("cleanup.policy", "delete")],
            Kind::Position => &[("cleanup.policy", "compact"), ("segment.bytes", "16777216")],
            Kind::Feed => &[("cleanup.policy", "delete"), ("retention.ms", "604800000")],
        }
    }

    /// Settings that must hold of a topic that somebody else has created.
    fn demanded(&self) -> &'static [(&'static str, &'static str)] {
        &self.settings()[..if self.kind == Kind::Events { 2 } else { 1 }]
    }

    fn partitions(&self, settings: &KafkaSettings) -> i32 {
        if self.is_single() { 1 } else { settings.partitions }
    }

    fn is_single(&self) -> bool {
        matches!(self.kind, Kind::Position | Kind::Feed)
    }

    /// Whether it may have vanished: what was in it is known elsewhere, or asked for elsewhere.
    fn may_vanish(&self) -> bool {
        self.is_single()
    }
}

/// Sees to it that all topics are there and as they must be; answers their partitions, in order.
///
/// # Errors
/// A topic has other settings or another number of partitions, or it was there once and is gone.
pub async fn ensure(settings: &KafkaSettings, topics: &[Topic]) -> Result<Vec<i32>, PublishError> {
    let admin: AdminClient<DefaultClientContext> = settings.client().create()?;
    let found = found(&admin, topics)?;
    let mut partitions = Vec::with_capacity(topics.len());
    for (topic, found) in topics.iter().zip(found) {
        match (found, topic.recorded) {
            (Some(count), recorded) => {
                let wanted = recorded.unwrap_or_else(|| if topic.is_single() { 1 } else { count });
                if count != wanted {
                    return Err(PublishError::Refused(format!(
                        "topic {} has {count} partitions and not {wanted}: the events of a key would lie on two of \
                         them, out of order. Publish under another kafka.prefix from the beginning of the log",
                        topic.name
                    )));
                }
                verify(&admin, topic).await?;
                partitions.push(count);
            }
            (None, Some(_)) if !topic.may_vanish() => {
                return Err(PublishError::Refused(format!(
                    "topic {} was there and is gone. Bring it back, or let it begin anew with: guanxi relay adopt",
                    topic.name
                )));
            }
            (None, _) => {
                create(&admin, settings, topic).await?;
                partitions.push(topic.partitions(settings));
            }
        }
    }
    Ok(partitions)
}

/// The names of those that are not there.
///
/// # Errors
/// The brokers do not answer.
pub fn missing(settings: &KafkaSettings, topics: &[Topic]) -> Result<Vec<String>, PublishError> {
    let admin: AdminClient<DefaultClientContext> = settings.client().create()?;
    let found = found(&admin, topics)?;
    let gone = topics.iter().zip(found).filter(|(_, found)| found.is_none());
    Ok(gone.map(|(topic, _)| topic.name.clone()).collect())
}

fn found(
    admin: &AdminClient<DefaultClientContext>,
    topics: &[Topic],
) -> Result<Vec<Option<i32>>, PublishError> {
    let metadata = admin.inner().fetch_metadata(None, PATIENCE)?;
    let count = |topic: &Topic| {
        let found = metadata
            .topics()
            .iter()
            .find(|found| found.name() == topic.name)?;
        i32::try_from(found.partitions().len()).ok()
    };
    Ok(topics.iter().map(count).collect())
}

async fn create(
    admin: &AdminClient<DefaultClientContext>,
    settings: &KafkaSettings,
    topic: &Topic,
) -> Result<(), PublishError> {
    let mut new = NewTopic::new(
        &topic.name,
        topic.partitions(settings),
        TopicReplication::Fixed(settings.replication),
    );
    for (key, value) in topic.settings() {
        new = new.set(key, value);
    }
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    for created in admin.create_topics(&[new], &options).await? {
        match created {
            Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
            Err((
                name,
                code @ (Code::InvalidReplicationFactor | Code::InvalidPartitions | Code::PolicyViolation),
            )) => {
                return Err(PublishError::Refused(format!(
                    "topic {name} cannot be created ({code}); see kafka.replication and kafka.partitions"
                )));
            }
            Err((name, code)) => return Err(PublishError::of(code, format!("topic {name}: {code}"))),
        }
    }
    tracing::info!(topic = topic.name, "created");
    Ok(())
}

async fn verify(admin: &AdminClient<DefaultClientContext>, topic: &Topic) -> Result<(), PublishError> {
    let resource = ResourceSpecifier::Topic(&topic.name);
    let options = AdminOptions::new().request_timeout(Some(PATIENCE));
    let described = admin.describe_configs([&resource], &options).await?;
    for config in described {
        let config =
            config.map_err(|code| PublishError::of(code, format!("topic {}: {code}", topic.name)))?;
        for (key, wanted) in topic.demanded() {
            let value = config.get(key).and_then(|entry| entry.value.as_deref());
            if value != Some(*wanted) {
                return Err(PublishError::Refused(format!(
                    "topic {} has {key}={} and not {wanted}; set it, then start the relay again",
                    topic.name,
                    value.unwrap_or("nothing")
                )));
            }
        }
    }
    Ok(())
}
