//! Where the brokers are, and how much they shall promise.

use rdkafka::ClientConfig;
use serde::Deserialize;

/// A member of a group that is silent for so long is taken for dead.
const SESSION_MS: &str = "6000";

/// Section `[kafka]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaSettings {
    /// `host:port`, several with commas. Nothing is published without.
    pub brokers: Option<String>,
    /// Before the name of every topic, and in the transactional id: two installations on one cluster differ here.
    pub prefix: String,
    /// Partitions of a topic that is created; never changed afterwards, since that would break the order of a key.
    pub partitions: i32,
    /// Copies of each partition.
    pub replication: i32,
    /// Where events say that they come from (CloudEvents `source`).
    pub source: String,
    /// Before the name of an event, where its schema is found (CloudEvents `dataschema`).
    pub schemas: String,
    /// A transaction that takes longer is given up by the brokers; readers wait no longer for a dead relay.
    pub transaction_timeout_ms: u32,
    /// Whether the relay feeds the views too, for `guanxi serve --roles followers --source kafka`.
    pub feed_views: bool,
    /// Commands that the role `commands` takes, by the names of `schemas/commands`; the others are parked.
    pub accept_commands: Vec<String>,
    /// Any other setting of librdkafka: `security.protocol`, `sasl.username`, `ssl.ca.location` …
    pub librdkafka: std::collections::BTreeMap<String, String>,
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self {
            brokers: None,
            prefix: "guanxi".to_owned(),
            partitions: 6,
            replication: 3,
            source: "/guanxi".to_owned(),
            schemas: "urn:guanxi:schema:".to_owned(),
            transaction_timeout_ms: 15_000,
            feed_views: false,
            accept_commands: Vec::new(),
            librdkafka: std::collections::BTreeMap::new(),
        }
    }
}

impl KafkaSettings {
    /// The topic that carries the position.
    #[must_use]
    pub fn position_topic(&self) -> String {
        format!("{}.relay.position", self.prefix)
    }

    /// The topic that feeds a view.
    #[must_use]
    pub fn feed_topic(&self, view: &str) -> String {
        format!("{}.feed.{view}.v1", self.prefix)
    }

    /// Where other systems put commands.
    #[must_use]
    pub fn commands_topic(&self) -> String {
        format!("{}.commands.v1", self.prefix)
    }

    /// Where they are answered, unless a command names another topic.
    #[must_use]
    pub fn replies_topic(&self) -> String {
        format!("{}.replies.v1", self.prefix)
    }

    /// Where letters lie that are no commands.
    #[must_use]
    pub fn parked_topic(&self) -> String {
        format!("{}.commands.parked.v1", self.prefix)
    }

    /// What fences an older relay.
    #[must_use]
    pub fn transactional_id(&self) -> String {
        format!("{}.relay", self.prefix)
    }

    /// The brokers and whatever was set for librdkafka.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        for (key, value) in &self.librdkafka {
            config.set(key, value);
        }
        config.set("bootstrap.servers", self.brokers.clone().unwrap_or_default());
        config.set("client.id", "guanxi");
        config
    }

    /// The same for a member of a consumer group that says itself how far it is.
    pub(crate) fn member(&self, group: &str) -> ClientConfig {
        let mut config = self.client();
        config
            .set("group.id", group)
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", SESSION_MS);
        config
    }
}
