//! The baseline for callbacks: a handler that verifies, opens, stores the body and appends through postgres-es, one
//! commit each, before it answers.

use async_trait::async_trait;
use guanxi_callbacks::wechat_pay::receiver::{Intake, IntakeError, Kept, VerifiedNotice};
use postgres_es::PostgresCqrs;
use sqlx::{Executor as _, PgPool};

use crate::account::{Account, Earn};
use crate::plain::cqrs;

/// Stores, then appends.
pub struct PlainIntake {
    pool: PgPool,
    cqrs: PostgresCqrs<Account>,
}

impl PlainIntake {
    /// Makes its tables.
    pub async fn new(pool: PgPool) -> Result<Self, sqlx::Error> {
        pool.execute("create table bodies (key text primary key, body bytea not null)")
            .await?;
        Ok(Self {
            cqrs: cqrs(pool.clone()).await?,
            pool,
        })
    }
}

#[async_trait]
impl Intake for PlainIntake {
    async fn keep(&self, notice: VerifiedNotice) -> Result<Kept, IntakeError> {
        let failed = |error: String| IntakeError(error);
        let key = &notice.envelope.id;
        let stored = sqlx::query("insert into bodies (key, body) values ($1, $2) on conflict do nothing")
            .bind(key)
            .bind(&notice.body[..])
            .execute(&self.pool)
            .await
            .map_err(|error| failed(error.to_string()))?;
        if stored.rows_affected() == 0 {
            return Ok(Kept::Duplicate);
        }
        let command = Earn {
            points: 10,
            order_id: key.clone(),
        };
        self.cqrs
            .execute(key, command)
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(Kept::New)
    }
}
