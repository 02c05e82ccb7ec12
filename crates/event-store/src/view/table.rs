//! The tables of a view: made, read and written by the engine alone.

use sqlx::{Executor as _, PgConnection, PgExecutor, PgPool, Row};

use crate::follow::checkpoint::{NEXT, Statement, TAKEN};
use crate::follow::{Checkpoint, FollowError, Identity};

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
    /// How many of the rows, at the beginning of the lists, are known not to be in the table.
    pub(crate) new: usize,
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

    /// Makes both tables where they are not; what [indexes](super::indexes) a view declares, come when it has caught up.
    pub(crate) async fn create(&self, connection: &mut PgConnection) -> Result<(), FollowError> {
        let mut sql = String::new();
        for table in [&self.rows, &self.totals] {
            sql.push_str(&format!(
                "create table if not exists {table} (key text primary key, row jsonb not null, position bigint not null) \
                 with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05); \
                 do $$ begin alter table {table} alter column row set compression lz4; \
                 exception when feature_not_supported then null; end $$; "
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

/// How one table is written, as common table expressions whose parameters begin behind `taken`; only under a condition.
fn upsert(table: &str, name: &str, taken: usize, condition: &str) -> String {
    let [keys, rows, positions, gone] = [1, 2, 3, 4].map(|number| taken + number);
    format!(
        "{name}_gone as (delete from {table} where key = any(${gone}) and {condition}), \
         {name} as (insert into {table} as t (key, row, position) select key, row::jsonb, position \
           from unnest(${keys}::text[], ${rows}::text[], ${positions}::bigint[]) as w (key, row, position) \
           where {condition} \
           on conflict (key) do update set row = excluded.row, position = excluded.position)"
    )
}

/// Writes a batch in one statement, which is a transaction of its own where it is given no other: the next checkpoint
/// first, and if that is in, the rows behind the first `without`, and the totals.
pub(crate) async fn write(
    executor: impl PgExecutor<'_>,
    next: &Checkpoint,
    who: &Identity,
    tables: &Tables,
    [rows, totals]: [&Writes; 2],
    without: usize,
) -> Result<(), FollowError> {
    let condition = "exists (select from next)";
    let mut statement = format!("with {NEXT}, {}", upsert(&tables.rows, "rows", TAKEN, condition));
    if !totals.is_empty() {
        statement.push_str(", ");
        statement.push_str(&upsert(
            &tables.totals,
            "totals",
            TAKEN + Writes::PARAMETERS,
            condition,
        ));
    }
    statement.push_str(" select 1 from next");
    let bind = |statement| {
        let statement = rows.bind(statement, without);
        if totals.is_empty() {
            statement
        } else {
            totals.bind(statement, 0)
        }
    };
    next.insert_with(&statement, who, bind)?.fetch(executor).await
}

impl Writes {
    const PARAMETERS: usize = 4;

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.gone.is_empty()
    }

    fn bind<'q>(&'q self, statement: Statement<'q>, without: usize) -> Statement<'q> {
        statement
            .bind(&self.keys[without..])
            .bind(&self.rows[without..])
            .bind(&self.positions[without..])
            .bind(&self.gone)
    }

    /// Writes one table without a checkpoint, to find out what the database turns down.
    pub(crate) async fn attempt(
        &self,
        connection: &mut PgConnection,
        table: &str,
    ) -> Result<(), FollowError> {
        let statement = format!("with {} select 1", upsert(table, "rows", 0, "true"));
        self.bind(sqlx::query(&statement), 0).execute(connection).await?;
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
