//! Where a policy begins: at its declared start on a new log, where its older version stood otherwise.

use guanxi_kernel::{Policy, Start};
use sqlx::{Connection, PgConnection, PgPool, Row};

use crate::follow::checkpoint::signed;
use crate::follow::read::{head, mark_at};
use crate::follow::{Checkpoint, FollowError, Identity, Mark};

/// The checkpoint of a policy, made where there is none, and the position behind which it speaks.
pub(super) async fn begin<P: Policy>(
    pool: &PgPool,
    who: &Identity,
) -> Result<(Checkpoint, u64), FollowError> {
    let mut connection = pool.acquire().await?;
    let newest: Option<i32> =
        sqlx::query_scalar("select max(version) from follow.checkpoints where follower = $1")
            .bind(P::NAME)
            .fetch_one(&mut *connection)
            .await?;
    let newest = newest.map(i32::unsigned_abs);
    if let Some(live) = newest.filter(|version| *version > P::VERSION) {
        return Err(FollowError::Outdated {
            name: P::NAME.to_owned(),
            live,
            mine: P::VERSION,
        });
    }
    if let Some(checkpoint) = Checkpoint::find(&mut connection, who).await? {
        return Ok((checkpoint, speaks_after(&mut connection, who).await?));
    }
    let speaks_after = match newest {
        Some(version) => {
            let older = Identity {
                version,
                ..who.clone()
            };
            Checkpoint::load(&mut connection, &older).await?.mark.position
        }
        None => match P::STARTS {
            Start::Beginning => 0,
            Start::Now => head(pool).await?.position,
            Start::After(position) => position,
        },
    };
    // One that remembers reads the past first; one that does not need not.
    let mark = if P::REMEMBERS {
        Mark::default()
    } else {
        mark_at(pool, speaks_after).await?
    };
    let checkpoint = Checkpoint::default().next(mark);
    let mut work = connection.begin().await?;
    checkpoint.insert(&mut work, who).await?;
    sqlx::query("insert into follow.policies (name, version, speaks_after) values ($1, $2, $3) on conflict do nothing")
        .bind(P::NAME)
        .bind(who.version_sql())
        .bind(signed(speaks_after)?)
        .execute(&mut *work)
        .await?;
    work.commit().await?;
    tracing::info!(policy = %who, speaks_after, "a policy begins");
    Ok((checkpoint, speaks_after))
}

async fn speaks_after(connection: &mut PgConnection, who: &Identity) -> Result<u64, FollowError> {
    let row = sqlx::query("select speaks_after from follow.policies where name = $1 and version = $2")
        .bind(&*who.name)
        .bind(who.version_sql())
        .fetch_one(connection)
        .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}
