//! Publishing to Apache Kafka: every event once, in order, with the position of the log inside the same transaction;
//! and what the platform itself reads from it.
//!
//! It exists so that nobody else knows of brokers, transactions and their errors, and it names no aggregate: what an
//! event is to outsiders, and to which topic it goes, is handed in. Order and exactly once rest on three things: one
//! transactional id (a newer publisher fences an older one), a position that is committed together with the events it
//! stands for, and keys that always meet the same partition.

mod blocking;
mod delivery;
mod envelope;
mod error;
mod group;
mod mailbox;
mod parts;
mod position;
mod published;
mod publisher;
mod reader;
mod settings;
mod topics;

pub use blocking::blocking;
pub use envelope::{Outgoing, Told, bare, envelope, position_of, state, tombstone};
pub use error::PublishError;
pub use group::{Work, consume};
pub use mailbox::{Letter, Mailbox, letter};
pub use parts::{Giver, Parts, parts};
pub use position::{Position, read_position};
pub use published::last_published;
pub use publisher::Publisher;
pub use settings::KafkaSettings;
pub use topics::{Kind, Topic, ensure, missing};
