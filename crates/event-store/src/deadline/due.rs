//! The loop that turns due deadlines into commands.

use std::sync::Arc;
use std::time::Duration;

use guanxi_kernel::{Deadline, EventSet};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::changes::deadline;
use crate::EventStore;
use crate::follow::FollowError;
use crate::policy::{AnyPolicy, Settled};

/// How often the table is asked.
const POLL: Duration = Duration::from_millis(250);
/// Rows that are turned at once.
const AT_ONCE: i64 = 500;
/// The time that counts: the watermark's, or the wall's.
const NOW: &str = "(select coalesce(watermark, clock_timestamp()) from follow.clock)";

/// Turns the deadlines of some policies.
pub(crate) struct Due<E> {
    pub(crate) store: EventStore,
    pub(crate) policies: Vec<Arc<dyn AnyPolicy<E>>>,
    /// Told when this process puts the clock; other processes' clocks are seen by asking.
    pub(crate) clock_put: Arc<Notify>,
}

impl<E: EventSet> Due<E> {
    /// Runs until the task is dropped.
    pub(crate) async fn run(self) {
        let mut pause = POLL;
        loop {
            match self.turn_all().await {
                Ok(0) => pause = POLL,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "deadlines wait; will try again");
                    pause = (pause * 2).min(Duration::from_secs(15));
                }
            }
            drop(timeout(pause, self.clock_put.notified()).await);
        }
    }

    async fn turn_all(&self) -> Result<usize, FollowError> {
        let mut turned = 0;
        let waiting: Vec<String> = sqlx::query_scalar(&format!(
            "select distinct policy from follow.deadlines where error is null and due_at <= {NOW}"
        ))
        .fetch_all(self.store.pool())
        .await?;
        for policy in self
            .policies
            .iter()
            .filter(|policy| waiting.iter().any(|name| name == policy.name()))
        {
            turned += self.turn(policy.as_ref()).await?;
        }
        Ok(turned)
    }

    async fn turn(&self, policy: &dyn AnyPolicy<E>) -> Result<usize, FollowError> {
        let rows = sqlx::query(&format!(
            "select key, due_at, payload::text, cause::text from follow.deadlines \
             where policy = $1 and error is null and due_at <= {NOW} order by due_at, key limit $2"
        ))
        .bind(policy.name())
        .bind(AT_ONCE)
        .fetch_all(self.store.pool())
        .await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let deadlines: Vec<Deadline> = rows.iter().map(deadline).collect::<Result<_, _>>()?;
        let answers = policy.due(&self.store, &deadlines).await?;
        let mut done = Vec::new();
        for (deadline, answer) in deadlines.iter().zip(&answers) {
            match answer {
                Settled::Answered => done.push(deadline),
                Settled::Behind => {}
                Settled::Poisoned(reason) => self.set_aside(policy.name(), deadline, reason).await?,
            }
        }
        self.settle(policy.name(), &done).await?;
        Ok(done.len())
    }

    /// Deletes rows that were turned, unless the policy has set them anew meanwhile.
    async fn settle(&self, policy: &str, done: &[&Deadline]) -> Result<(), FollowError> {
        sqlx::query(
            "delete from follow.deadlines d using unnest($2::text[], $3::timestamptz[]) as t (key, due_at) \
             where d.policy = $1 and d.key = t.key and d.due_at = t.due_at",
        )
        .bind(policy)
        .bind(
            done.iter()
                .map(|deadline| deadline.key.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(
            done.iter()
                .map(|deadline| deadline.due_at.to_sqlx())
                .collect::<Vec<_>>(),
        )
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    async fn set_aside(&self, policy: &str, deadline: &Deadline, reason: &str) -> Result<(), FollowError> {
        tracing::error!(policy, key = deadline.key, reason, "a deadline is set aside");
        sqlx::query(
            "update follow.deadlines set error = $4, attempts = attempts + 1 \
             where policy = $1 and key = $2 and due_at = $3",
        )
        .bind(policy)
        .bind(&deadline.key)
        .bind(deadline.due_at.to_sqlx())
        .bind(reason)
        .execute(self.store.pool())
        .await?;
        Ok(())
    }
}

/// How many deadlines wait to be turned now.
pub(crate) async fn due_count(pool: &PgPool) -> Result<u64, FollowError> {
    let sql = format!("select count(*) from follow.deadlines where error is null and due_at <= {NOW}");
    let count: i64 = sqlx::query_scalar(&sql).fetch_one(pool).await?;
    Ok(count.unsigned_abs())
}
