//! The baseline: cqrs-es and postgres-es as their documentation wires them, one event store, one commit a command.

use postgres_es::{PostgresCqrs, postgres_cqrs};
use sqlx::{Executor, PgPool};

use crate::account::{Account, Earn};
use crate::drive::{Failure, Side};

/// A plain program.
pub struct Plain {
    cqrs: PostgresCqrs<Account>,
    streams: u64,
}

impl Plain {
    /// Makes the table that postgres-es expects.
    pub async fn new(pool: PgPool, streams: u64) -> Result<Self, sqlx::Error> {
        Ok(Self {
            cqrs: cqrs(pool).await?,
            streams,
        })
    }
}

/// The libraries on a new table.
pub async fn cqrs(pool: PgPool) -> Result<PostgresCqrs<Account>, sqlx::Error> {
    pool.execute(
        "create table events (
             aggregate_type text not null,
             aggregate_id text not null,
             sequence bigint not null check (sequence >= 0),
             event_type text not null,
             event_version text not null,
             payload json not null,
             metadata json not null,
             primary key (aggregate_type, aggregate_id, sequence))",
    )
    .await?;
    Ok(postgres_cqrs(pool, Vec::new(), ()))
}

impl Side for Plain {
    async fn execute(&self, n: u64) -> Result<(), Failure> {
        let command = Earn {
            points: 10,
            order_id: format!("order-{n}"),
        };
        let account = format!("account-{}", n % self.streams);
        self.cqrs
            .execute(&account, command)
            .await
            .map_err(|error| Failure(error.to_string()))
    }
}
