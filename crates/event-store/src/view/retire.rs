//! Tables that nobody is shown any more.

use sqlx::{Connection, PgConnection};

use super::publish::LOCK_TIMEOUT;
use super::table::Tables;
use crate::follow::{FollowError, Identity};

/// Drops tables of versions and generations before the live one, unless somebody still reads them.
pub(crate) async fn drop_retired(connection: &mut PgConnection, live: &Identity) {
    if let Err(error) = try_drop_retired(connection, live).await {
        tracing::debug!(view = %live, %error, "retired tables stay for now");
    }
}

async fn try_drop_retired(connection: &mut PgConnection, live: &Identity) -> Result<(), FollowError> {
    let retired: Vec<(i32, i32)> = sqlx::query_as(
        "select distinct version, generation from follow.checkpoints \
         where follower = $1 and (version < $2 or version = $2 and generation < $3)",
    )
    .bind(&*live.name)
    .bind(live.version_sql())
    .bind(live.generation_sql())
    .fetch_all(&mut *connection)
    .await?;
    for (version, generation) in retired {
        let (version, generation) = (version.unsigned_abs(), generation.unsigned_abs());
        let who = Identity {
            name: live.name.clone(),
            version,
            generation,
        };
        let mut work = connection.begin().await?;
        sqlx::query(LOCK_TIMEOUT).execute(&mut *work).await?;
        Tables::of(&who).drop(&mut work).await?;
        forget(&mut work, &who).await?;
        work.commit().await?;
    }
    Ok(())
}

/// Removes the checkpoints and the parked events of a generation.
pub(crate) async fn forget(work: &mut PgConnection, who: &Identity) -> Result<(), FollowError> {
    delete_of(work, "follow.checkpoints", who).await?;
    forget_parked(work, who).await
}

/// Removes the parked events of a generation that nobody is shown any more.
pub(crate) async fn forget_parked(work: &mut PgConnection, who: &Identity) -> Result<(), FollowError> {
    delete_of(work, "follow.parked", who).await
}

async fn delete_of(work: &mut PgConnection, table: &str, who: &Identity) -> Result<(), FollowError> {
    sqlx::query(&format!(
        "delete from {table} where follower = $1 and version = $2 and generation = $3"
    ))
    .bind(&*who.name)
    .bind(who.version_sql())
    .bind(who.generation_sql())
    .execute(work)
    .await?;
    Ok(())
}
