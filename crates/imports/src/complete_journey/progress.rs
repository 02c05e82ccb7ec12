//! How far the import has come, kept in the database.

use guanxi_kernel::BusinessDate;
use sqlx::PgPool;

use super::NAME;

/// The last day of exactly these files whose every command has been answered. Another cut of the data set has progress
/// of its own: what both have in common is known to the log and changes nothing.
pub(super) async fn load(pool: &PgPool, fingerprint: &str) -> Result<Option<BusinessDate>, sqlx::Error> {
    let day: Option<String> =
        sqlx::query_scalar("select day::text from imports.progress where data_set = $1 and fingerprint = $2")
            .bind(NAME)
            .bind(fingerprint)
            .fetch_optional(pool)
            .await?;
    day.map(|day| day.parse().map_err(|error| sqlx::Error::Decode(Box::new(error))))
        .transpose()
}

/// Notes that a day is done. A kill before this does the day again, each step of which is then known.
pub(super) async fn save(pool: &PgPool, fingerprint: &str, day: BusinessDate) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into imports.progress (data_set, fingerprint, day) values ($1, $2, $3::date)
         on conflict (data_set, fingerprint) do update set day = excluded.day, done_at = clock_timestamp()",
    )
    .bind(NAME)
    .bind(fingerprint)
    .bind(day.to_string())
    .execute(pool)
    .await?;
    Ok(())
}
