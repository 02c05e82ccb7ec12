//! The position of the log, as the brokers know it.

use rdkafka::Message as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde::{Deserialize, Serialize};

use crate::reader::Reader;
use crate::{KafkaSettings, PublishError};

/// The key of the only record that counts.
pub(crate) const KEY: &str = "position";

/// Up to where everything is published, and the log's chain there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The last position of the log that is published.
    pub position: u64,
    /// The log's chain at that position.
    pub chain: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct Stored {
    position: u64,
    chain: String,
}

impl Position {
    pub(crate) fn to_json(self) -> Vec<u8> {
        let stored = Stored {
            position: self.position,
            chain: hex::encode(self.chain),
        };
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    fn from_json(bytes: &[u8]) -> Result<Self, PublishError> {
        let unreadable = |why: String| {
            PublishError::Refused(format!("the position topic holds what is no position: {why}"))
        };
        let stored: Stored = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
        let mut chain = [0; 32];
        hex::decode_to_slice(&stored.chain, &mut chain).map_err(|error| unreadable(error.to_string()))?;
        Ok(Self {
            position: stored.position,
            chain,
        })
    }
}

/// Reads the position topic to its end, committed records only. Call it after the transactional id was taken: then
/// nobody's transaction is open or still being ended. Blocks.
///
/// # Errors
/// The brokers do not answer, or the topic holds something else.
pub fn read_position(settings: &KafkaSettings) -> Result<Option<Position>, PublishError> {
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(&settings.position_topic(), 0, Offset::Beginning)?;
    let mut newest = None;
    Reader::open(settings)?.read_to_the_end(&from, |record| {
        if record.key() == Some(KEY.as_bytes()) {
            newest = record.payload().map(Position::from_json).transpose()?;
        }
        Ok(())
    })?;
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_as_it_was_written() {
        let position = Position {
            position: 7,
            chain: [3; 32],
        };
        assert_eq!(Position::from_json(&position.to_json()), Ok(position));
        assert!(Position::from_json(b"{}").is_err());
    }
}
