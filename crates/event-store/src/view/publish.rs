//! Which tables of a view are live, and the SQL views that show them under stable names.

use sqlx::{Connection, Executor, PgConnection, PgPool, Row};

use super::View;
use super::definition::{check_names, definition};
use super::retire::drop_retired;
use super::table::Tables;
use crate::follow::{Checkpoint, FollowError, Identity};

/// How long a redirect waits for a lock before it gives up for now, so that nobody queues behind it for longer.
pub(super) const LOCK_TIMEOUT: &str = "set local lock_timeout = '200ms'";

/// A view cannot be replaced by one with fewer or other columns; it is dropped and made again then.
const COLUMNS_DIFFER: &str = "42P16";
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Where a view is folded.
pub(crate) struct Place {
    pub(crate) who: Identity,
    pub(crate) live: bool,
}

/// The version and generation that the stable SQL views show.
pub(crate) struct Served {
    pub(crate) who: Identity,
    definition: String,
}

/// What is live, if the view was ever published.
pub(crate) async fn served(connection: &mut PgConnection, name: &str) -> Result<Option<Served>, FollowError> {
    let row = sqlx::query("select version, generation, definition from follow.views where name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Served {
            who: Identity {
                name: name.into(),
                version: row.try_get::<i32, _>(0)?.unsigned_abs(),
                generation: row.try_get::<i32, _>(1)?.unsigned_abs(),
            },
            definition: row.try_get(2)?,
        })
    })
    .transpose()
}

/// Decides where this program folds the view, and makes the tables.
pub(crate) async fn place<V: View>(view: &V, pool: &PgPool) -> Result<Place, FollowError> {
    check_names(view)?;
    let mut work = pool.begin().await?;
    // Two processes may start at once: one makes the tables, the other finds them.
    lock_view::<V>(&mut work).await?;
    let place = place_alone(view, &mut work).await?;
    work.commit().await?;
    Ok(place)
}

/// Whoever makes tables or indexes of a view does it alone, for the rest of the transaction.
pub(super) async fn lock_view<V: View>(work: &mut PgConnection) -> Result<(), FollowError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('guanxi view ' || $1, 0))")
        .bind(V::NAME)
        .execute(work)
        .await?;
    Ok(())
}

async fn place_alone<V: View>(view: &V, connection: &mut PgConnection) -> Result<Place, FollowError> {
    let mine = Identity::new(V::NAME, view.version());
    match served(connection, V::NAME).await? {
        None => {
            Tables::of(&mine).create(connection).await?;
            point(view, connection, &mine).await?;
            Ok(Place {
                who: mine,
                live: true,
            })
        }
        Some(served) if served.who.version > view.version() => Err(FollowError::Outdated {
            name: V::NAME.to_owned(),
            live: served.who.version,
            mine: view.version(),
        }),
        Some(served) if served.who.version == view.version() => {
            if served.definition != definition(view, &served.who) {
                redirect(view, connection, &served.who).await?;
            }
            drop_retired(connection, &served.who).await;
            Ok(Place {
                who: served.who,
                live: true,
            })
        }
        Some(_) => {
            Tables::of(&mine).create(connection).await?;
            Ok(Place {
                who: mine,
                live: false,
            })
        }
    }
}

/// Shows a newer version once it has come as far as the older one; says whether it is live now.
pub(crate) async fn promote<V: View>(view: &V, pool: &PgPool, who: &Identity) -> Result<bool, FollowError> {
    let mut connection = pool.acquire().await?;
    let reached = Checkpoint::load(&mut connection, who).await?;
    if let Some(served) = served(&mut connection, V::NAME).await? {
        let older = Checkpoint::load(&mut connection, &served.who).await?;
        if older.mark.position > reached.mark.position {
            return Ok(false);
        }
    }
    if !redirect(view, &mut connection, who).await? {
        return Ok(false);
    }
    tracing::info!(view = %who, position = reached.mark.position, "a newer version is live");
    drop_retired(&mut connection, who).await;
    Ok(true)
}

/// Redirects the stable SQL views in a transaction of its own; `false` if somebody holds them for now.
async fn redirect<V: View>(
    view: &V,
    connection: &mut PgConnection,
    who: &Identity,
) -> Result<bool, FollowError> {
    let mut work = connection.begin().await?;
    match point(view, &mut work, who).await {
        Ok(()) => {
            work.commit().await?;
            Ok(true)
        }
        Err(error) if is_locked(&error) => {
            work.rollback().await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Whether a lock could not be had in time.
pub(crate) fn is_locked(error: &FollowError) -> bool {
    matches!(error, FollowError::Database(error) if has_code(error, LOCK_NOT_AVAILABLE))
}

/// Lets the stable SQL views show these tables. Waits for locks only shortly.
pub(crate) async fn point<V: View>(
    view: &V,
    work: &mut PgConnection,
    who: &Identity,
) -> Result<(), FollowError> {
    sqlx::query(LOCK_TIMEOUT).execute(&mut *work).await?;
    let definition = definition(view, who);
    let names: Vec<String> = view
        .reporting()
        .iter()
        .map(|shown| shown.name.to_owned())
        .collect();
    let earlier: Option<Vec<String>> =
        sqlx::query_scalar("select reporting from follow.views where name = $1")
            .bind(V::NAME)
            .fetch_optional(&mut *work)
            .await?;
    let earlier = earlier.unwrap_or_default();
    let gone: Vec<&String> = earlier.iter().filter(|name| !names.contains(name)).collect();
    drop_views(work, &gone).await?;
    let mut attempt = work.begin().await?;
    match Executor::execute(&mut *attempt, definition.as_str()).await {
        Ok(_) => attempt.commit().await?,
        Err(error) if has_code(&error, COLUMNS_DIFFER) => {
            attempt.rollback().await?;
            drop_views(work, &names.iter().collect::<Vec<_>>()).await?;
            Executor::execute(&mut *work, definition.as_str()).await?;
        }
        Err(error) => return Err(error.into()),
    }
    sqlx::query(
        "insert into follow.views (name, version, generation, definition, reporting) values ($1, $2, $3, $4, $5) \
         on conflict (name) do update set version = excluded.version, generation = excluded.generation, \
           definition = excluded.definition, reporting = excluded.reporting, swapped_at = clock_timestamp()",
    )
    .bind(V::NAME)
    .bind(who.version_sql())
    .bind(who.generation_sql())
    .bind(definition)
    .bind(names)
    .execute(work)
    .await?;
    Ok(())
}

async fn drop_views(work: &mut PgConnection, names: &[&String]) -> Result<(), FollowError> {
    for name in names {
        sqlx::query(&format!("drop view if exists reporting.{name}"))
            .execute(&mut *work)
            .await?;
    }
    Ok(())
}

fn has_code(error: &sqlx::Error, code: &str) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some(code))
}
