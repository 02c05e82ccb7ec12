//! A database of its own for each side, dropped when the measure is over.

use std::str::FromStr;
use std::time::Duration;

use guanxi_event_store::pool_options;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor, PgPool};

/// The error of a template that somebody is connected to.
const IN_USE: &str = "55006";
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// A database that lives as long as the measure.
#[derive(Debug)]
pub struct Scratch {
    server: PgConnectOptions,
    name: String,
    /// Connections to it.
    pub pool: PgPool,
}

impl Scratch {
    /// Creates an empty database for what is plainly wired: connections as the library hands them out by itself.
    pub async fn plain(server: &str, name: &str, connections: u32) -> Result<Self, sqlx::Error> {
        Self::create_with(PgPoolOptions::new(), "template1", server, name, connections).await
    }

    /// Creates an empty database on the server; one left over from an aborted run is dropped first.
    pub async fn create(server: &str, name: &str, connections: u32) -> Result<Self, sqlx::Error> {
        Self::copy_of("template1", server, name, connections).await
    }

    /// Copies a database that nobody is connected to.
    pub async fn copy_of(
        template: &str,
        server: &str,
        name: &str,
        connections: u32,
    ) -> Result<Self, sqlx::Error> {
        Self::create_with(pool_options(), template, server, name, connections).await
    }

    async fn create_with(
        pool: PgPoolOptions,
        template: &str,
        server: &str,
        name: &str,
        connections: u32,
    ) -> Result<Self, sqlx::Error> {
        let server = PgConnectOptions::from_str(server)?;
        let admin = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(server.clone())
            .await?;
        admin
            .execute(format!("drop database if exists {name} with (force)").as_str())
            .await?;
        create(&admin, name, template).await?;
        admin.close().await;
        let options = server.clone().database(name);
        let pool = pool.max_connections(connections).connect_with(options).await?;
        Ok(Self {
            server,
            name: name.to_owned(),
            pool,
        })
    }

    /// Where it is.
    pub fn url(&self) -> String {
        let options = self.server.clone().database(&self.name);
        options.to_url_lossy().to_string()
    }

    /// Drops it.
    pub async fn drop(self) -> Result<(), sqlx::Error> {
        self.pool.close().await;
        let admin = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(self.server)
            .await?;
        admin
            .execute(format!("drop database if exists {} with (force)", self.name).as_str())
            .await?;
        admin.close().await;
        Ok(())
    }
}

/// Whoever was connected to the template may not be quite gone, or a vacuum be about in it.
async fn create(admin: &PgPool, name: &str, template: &str) -> Result<(), sqlx::Error> {
    let create = format!("create database {name} template {template}");
    for _ in 0..TRIES {
        match admin.execute(create.as_str()).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(IN_USE) => {
                tokio::time::sleep(PAUSE).await;
            }
            other => return other.map(drop),
        }
    }
    admin.execute(create.as_str()).await.map(drop)
}
