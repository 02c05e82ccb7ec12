//! An event as it is stored, before anybody has understood it: in a row of the log, or on a topic.

use guanxi_kernel::{CommandId, EventId, EventSet, Fact, Recorded, StreamRef, Timestamp};
use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use crate::{StoreError, metadata};

pub(crate) struct Stored<'a> {
    pub(crate) position: u64,
    pub(crate) event_id: &'a str,
    pub(crate) command_id: Option<&'a str>,
    pub(crate) aggregate_type: &'a str,
    pub(crate) aggregate_id: &'a str,
    pub(crate) sequence: u64,
    pub(crate) event_type: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) metadata: &'a str,
    pub(crate) recorded_at: Timestamp,
}

impl<'a> Stored<'a> {
    /// A row of `log.events`, with the columns in the order of [`COLUMNS`](crate::read::COLUMNS): looking each of ten
    /// names up takes longer than reading them.
    pub(crate) fn of(row: &'a PgRow) -> Result<Self, StoreError> {
        Ok(Self {
            position: row.try_get::<i64, _>(0)?.unsigned_abs(),
            event_id: row.try_get(1)?,
            command_id: row.try_get(2)?,
            aggregate_type: row.try_get(3)?,
            aggregate_id: row.try_get(4)?,
            sequence: row.try_get::<i64, _>(5)?.unsigned_abs(),
            event_type: row.try_get(6)?,
            payload: row.try_get(7)?,
            metadata: row.try_get(8)?,
            recorded_at: row.try_get::<SqlTimestamp, _>(9)?.to_jiff(),
        })
    }

    /// The event, with its payload read where it is one of ours.
    pub(crate) fn understood<E: EventSet>(&self) -> Result<Recorded<E>, StoreError> {
        let position = self.position;
        let unreadable = |message: String| StoreError::Unreadable { position, message };
        let fact = if E::TYPES.contains(&self.aggregate_type) {
            let event = E::decode(self.aggregate_type, self.event_type, self.payload);
            Fact::Own(event.map_err(|error| StoreError::unreadable(position, &error))?)
        } else {
            Fact::Foreign(self.payload.into())
        };
        let surroundings = match (metadata::read(self.metadata, self.recorded_at), &fact) {
            (Ok(metadata), _) => metadata,
            // A foreign program may use our names for things of its own; that must not stop anybody.
            (Err(_), Fact::Foreign(_)) => metadata::read("{}", self.recorded_at).map_err(unreadable)?,
            (Err(error), Fact::Own(_)) => return Err(unreadable(error)),
        };
        let command_id = self.command_id.map(CommandId::new).transpose();
        Ok(Recorded {
            position,
            event_id: EventId::new(self.event_id).map_err(|error| unreadable(error.to_string()))?,
            command_id: command_id.map_err(|error| unreadable(error.to_string()))?,
            stream: StreamRef::new(self.aggregate_type, self.aggregate_id),
            sequence: self.sequence,
            event_type: self.event_type.into(),
            metadata: surroundings,
            recorded_at: self.recorded_at,
            fact,
        })
    }
}
