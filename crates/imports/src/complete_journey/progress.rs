//! How far the import has come, kept in the database.

use guanxi_kernel::BusinessDate;
use sqlx::PgPool;

use super::NAME;

/// The last day whose every command has been answered.
pub(super) async fn load(pool: &PgPool) -> Result<Option<BusinessDate>, sqlx::Error> {
    let day: Option<String> =
        sqlx::query_scalar("select day::text from imports.progress where data_set = $1")
            .bind(NAME)
            .fetch_optional(pool)
            .await?;
    Ok(day.and_then(|day| day.parse().ok()))
}

/// Notes that a day is done.
pub(super) async fn save(pool: &PgPool, day: BusinessDate) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into imports.progress (data_set, day) values ($1, $2::date)
         on conflict (data_set) do update set day = excluded.day, done_at = clock_timestamp()",
    )
    .bind(NAME)
    .bind(day.to_string())
    .execute(pool)
    .await?;
    Ok(())
}
