//! Connections to PostgreSQL.

use std::str::FromStr as _;
use std::time::Duration;

use guanxi_event_store::pool_options;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::config::DatabaseConfig;
use crate::exit::Failure;

/// Connections under the role `guanxi_server`, whose privileges end where the log must not be touched.
///
/// # Errors
/// No database is configured, it cannot be reached, or it is not migrated.
pub async fn connect(config: &DatabaseConfig) -> Result<PgPool, Failure> {
    let pool = pool_options()
        .max_connections(config.max_connections)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("set role guanxi_server")
                    .execute(&mut *connection)
                    .await?;
                Ok(())
            })
        })
        .connect_with(options(config)?)
        .await;
    pool.map_err(
        |error| match error.as_database_error().and_then(|database| database.code()) {
            // Invalid role name: roles are made by the first migration.
            Some(code) if code == "22023" || code == "42704" => {
                Failure::unavailable("the database has no Guanxi roles yet").advise("Run: guanxi migrate")
            }
            Some(code) if code == "42501" => {
                Failure::configuration("the database user is no member of guanxi_server")
                    .advise("As the owner: grant guanxi_server to <user>")
            }
            _ => Failure::from(error),
        },
    )
}

/// Connections as whoever logs in: for migrations.
///
/// # Errors
/// No database is configured, or it cannot be reached.
pub async fn connect_as_login(config: &DatabaseConfig) -> Result<PgPool, Failure> {
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(10));
    Ok(pool.connect_with(options(config)?).await?)
}

/// A client that vanishes inside a statement would hold the head of the log; the server notices within seconds.
fn options(config: &DatabaseConfig) -> Result<PgConnectOptions, Failure> {
    let url = config.url.as_deref().ok_or_else(|| {
        Failure::configuration("no database is configured")
            .advise("Set DATABASE_URL or database.url, or try: guanxi dev")
    })?;
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        Failure::configuration(format!("database.url: {error}"))
            .advise("Write it like postgres://user:password@host:5432/database")
    })?;
    Ok(options.application_name("guanxi").options([
        ("tcp_user_timeout", "5000"),
        ("tcp_keepalives_idle", "3"),
        ("tcp_keepalives_interval", "1"),
        ("tcp_keepalives_count", "2"),
    ]))
}
