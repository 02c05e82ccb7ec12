//! `guanxi migrate`

use guanxi_event_store::MIGRATOR;
use serde::Serialize;
use sqlx::PgPool;

use crate::config::Config;
use crate::exit::Failure;
use crate::platform::connect_as_login;
use crate::terminal::Output;

#[derive(Debug, Serialize)]
struct Migrated {
    version: i64,
    migrations: usize,
}

/// Brings the database to this version. Safe to repeat, and by several processes at once.
pub async fn run(config: &Config, output: Output) -> Result<(), Failure> {
    let pool = connect_as_login(&config.database).await?;
    migrate(&pool).await?;
    let version = MIGRATOR
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default();
    let done = Migrated {
        version,
        migrations: MIGRATOR.iter().count(),
    };
    output.answer(&done, |done| {
        format!("The database is at version {}.", done.version)
    })
}

/// The migrations, embedded in the binary.
pub async fn migrate(pool: &PgPool) -> Result<(), Failure> {
    MIGRATOR.run(pool).await.map_err(|error| {
        Failure::unavailable(format!("the database cannot be migrated: {error}")).advise(
            "Its user must be allowed to create roles and schemas. A database of a newer version needs a newer guanxi.",
        )
    })
}
