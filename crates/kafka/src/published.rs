//! What the event topics themselves say was published last, for an operator who has lost the position topic.

use crate::reader::Reader;
use crate::{KafkaSettings, PublishError, position_of};

/// Longer than any tail of aborted transactions.
const TAIL: i64 = 50_000;

/// The highest position among the last committed events of these topics. Since a transaction holds events in the order
/// of the log, nothing behind it is published and everything before it is. Blocks.
///
/// # Errors
/// The brokers do not answer.
pub fn last_published(settings: &KafkaSettings, topics: &[String]) -> Result<Option<u64>, PublishError> {
    let reader = Reader::open(settings)?;
    let mut last = None;
    reader.read_to_the_end(&reader.tails(topics, TAIL)?, |record| {
        last = last.max(position_of(record));
        Ok(())
    })?;
    Ok(last)
}
