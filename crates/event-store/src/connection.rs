//! Connections: how a pool hands them out, and those that belong to one task for good.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool};

/// A connection that was put back sooner than this ago is taken to be alive.
const FRESH: Duration = Duration::from_secs(1);

/// How a pool for the log hands out connections. Each is tested when it is put back; that it is tested once more when it
/// is taken would double the round trips of a short query, so only one that has rested for a second is.
#[must_use]
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new()
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move { Ok(meta.idle_for < FRESH || connection.ping().await.is_ok()) })
        })
}

/// `log.append` asks for the path and for waiting until commits are durable, and does not set them by itself.
///
/// The planner settings are pinned because a statement prepared on an empty table would scan it for ever. The others
/// let the database notice within seconds that this process has vanished in the middle of a statement, where no
/// statement timeout helps, or stands still in the middle of a transaction. An append is one statement that carries its
/// own commit, so no process can stand still with the head of the log.
const SETTINGS: &str = "
    select set_config('search_path', 'log, pg_temp', false),
           set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on'
                                            else current_setting('synchronous_commit') end, false),
           set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false),
           set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
           set_config('plan_cache_mode', 'force_generic_plan', false), set_config('tcp_user_timeout', '5000', false),
           set_config('tcp_keepalives_idle', '3', false), set_config('tcp_keepalives_interval', '1', false),
           set_config('tcp_keepalives_count', '2', false),
           set_config('idle_in_transaction_session_timeout', '5s', false)";

/// Takes a connection out of the pool, which may open another in its place.
pub(crate) async fn own(pool: &PgPool) -> Result<PgConnection, sqlx::Error> {
    let mut connection = pool.acquire().await?.detach();
    sqlx::query(SETTINGS).execute(&mut connection).await?;
    Ok(connection)
}
