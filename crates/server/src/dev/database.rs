//! The development database: made, migrated, and opened to an analyst.

use sqlx::PgPool;

use super::secrets;
use crate::exit::Failure;
use std::path::Path;

/// The database's name in the private cluster.
const NAME: &str = "guanxi";
/// Reads SQL views, with a statement timeout, and nothing else.
const ANALYST: &str = "guanxi_analyst";

/// Makes the database if it is missing, and gives its connection string.
///
/// # Errors
/// The server cannot be reached.
pub async fn create(superuser: &str) -> Result<String, Failure> {
    let pool = PgPool::connect(superuser).await?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(NAME)
        .fetch_one(&pool)
        .await?;
    if !there {
        sqlx::query("create database guanxi").execute(&pool).await?;
    }
    pool.close().await;
    Ok(renamed(superuser, NAME))
}

/// Makes a login for analysts and gives its connection string.
///
/// # Errors
/// The server cannot be reached.
pub async fn analyst(pool: &PgPool, url: &str, folder: &Path) -> Result<String, Failure> {
    let password = secrets::once(folder, "analyst.password", || {
        secrets::random::<12>().map(hex::encode)
    })?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(ANALYST)
        .fetch_one(pool)
        .await?;
    if !there {
        sqlx::query("create role guanxi_analyst login in role guanxi_reader")
            .execute(pool)
            .await?;
    }
    for setting in ["statement_timeout = '30s'", "default_transaction_read_only = on"] {
        let sql = format!("alter role {ANALYST} set {setting}");
        sqlx::query(&sql).execute(pool).await?;
    }
    // Hex digits only, so nothing in it can end the literal.
    let sql = format!("alter role {ANALYST} password '{password}'");
    sqlx::query(&sql).execute(pool).await?;
    Ok(with_login(url, ANALYST, &password))
}

fn renamed(url: &str, database: &str) -> String {
    match url.rsplit_once('/') {
        Some((server, _)) => format!("{server}/{database}"),
        None => url.to_owned(),
    }
}

fn with_login(url: &str, user: &str, password: &str) -> String {
    match url
        .split_once("://")
        .and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1)))
    {
        Some((scheme, place)) => format!("{scheme}://{user}:{password}@{place}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_are_rewritten() {
        let url = "postgres://postgres:a@127.0.0.1:5433/postgres";
        assert_eq!(
            renamed(url, "guanxi"),
            "postgres://postgres:a@127.0.0.1:5433/guanxi"
        );
        assert_eq!(
            with_login(url, "x", "y"),
            "postgres://x:y@127.0.0.1:5433/postgres"
        );
    }
}
