//! Programs beside ours that append types of their own, as plain cqrs-es and postgres-es do.

use guanxi_kernel::EventSet;

use crate::{EventStore, StoreError};

impl EventStore {
    /// Admits aggregate types that plain appenders (role `guanxi_appender`) may add to the log, and tells the database
    /// which types are ours, so that nobody else adds to those. Nothing foreign is taken before.
    ///
    /// # Errors
    /// A type that is one of ours, or the database.
    pub async fn admit_foreign<E: EventSet>(&self, types: &[&str]) -> Result<(), StoreError> {
        sqlx::query("select log.admit_foreign($1::text[], $2::text[])")
            .bind(E::TYPES)
            .bind(types)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
