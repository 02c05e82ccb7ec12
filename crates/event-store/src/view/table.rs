//! The tables of a view: made, read and written by the engine alone.

use sqlx::{Executor as _, PgConnection, PgPool, Row};

use super::View;
use crate::follow::{FollowError, Identity};

/// A view's two tables in one version and generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tables {
    pub(crate) rows: String,
    pub(crate) totals: String,
}

/// What a batch changes in one table.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    pub(crate) keys: Vec<String>,
    pub(crate) rows: Vec<String>,
    pub(crate) positions: Vec<i64>,
    pub(crate) hashes: Vec<i64>,
    pub(crate) gone: Vec<String>,
    pub(crate) delta: i64,
}

impl Tables {
    pub(crate) fn of(who: &Identity) -> Self {
        let suffix = if who.generation > 1 {
            format!("_g{}", who.generation)
        } else {
            String::new()
        };
        let rows = format!("views.{}_v{}{suffix}", who.name, who.version);
        Self {
            totals: format!("{rows}_totals"),
            rows,
        }
    }

    /// Puts the names of the tables where a definition leaves room for them.
    pub(crate) fn fill(&self, sql: &str) -> String {
        sql.replace("{rows}", &self.rows)
            .replace("{totals}", &self.totals)
    }

    /// Makes both tables and their indexes, where they are not.
    pub(crate) async fn create<V: View>(
        &self,
        view: &V,
        connection: &mut PgConnection,
    ) -> Result<(), FollowError> {
        let mut sql = String::new();
        for table in [&self.rows, &self.totals] {
            sql.push_str(&format!(
                "create table if not exists {table} (key text primary key, row jsonb not null, position bigint not null) \
                 with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05); \
                 do $$ begin alter table {table} alter column row set compression lz4; \
                 exception when feature_not_supported then null; end $$; "
            ));
        }
        let base = self.rows.trim_start_matches("views.");
        for (number, index) in view.indexes().into_iter().enumerate() {
            sql.push_str(&format!(
                "create index if not exists {base}_i{number} on {}; ",
                self.fill(index)
            ));
        }
        connection.execute(sql.as_str()).await?;
        Ok(())
    }

    pub(crate) async fn drop(&self, connection: &mut PgConnection) -> Result<(), FollowError> {
        let sql = format!(
            "drop table if exists {}; drop table if exists {}",
            self.rows, self.totals
        );
        connection.execute(sql.as_str()).await?;
        Ok(())
    }
}

/// Reads rows by key, as text; absent ones are not in the answer.
pub(crate) async fn load(
    pool: &PgPool,
    table: &str,
    keys: &[String],
) -> Result<Vec<(String, String)>, FollowError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(&format!("select key, row::text from {table} where key = any($1)"))
        .bind(keys)
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, sqlx::Error>>()?)
}

impl Writes {
    /// Writes everything in one statement.
    pub(crate) async fn write(&self, connection: &mut PgConnection, table: &str) -> Result<(), FollowError> {
        if self.keys.is_empty() && self.gone.is_empty() {
            return Ok(());
        }
        sqlx::query(&format!(
            "with gone as (delete from {table} where key = any($4)) \
             insert into {table} as t (key, row, position) \
             select key, row::jsonb, position from unnest($1::text[], $2::text[], $3::bigint[]) as w (key, row, position) \
             on conflict (key) do update set row = excluded.row, position = excluded.position"
        ))
        .bind(&self.keys)
        .bind(&self.rows)
        .bind(&self.positions)
        .bind(&self.gone)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// One of the rows alone, to find out which one the database turns down.
    pub(crate) fn only(&self, index: usize) -> Self {
        Self {
            keys: vec![self.keys[index].clone()],
            rows: vec![self.rows[index].clone()],
            positions: vec![self.positions[index]],
            ..Self::default()
        }
    }
}
