//! A log in the test's database, as the server's role sees it.

use guanxi_event_store::{EventStore, MasterKey, StoreOptions};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// A handle like that of one server process; several may be opened on one database.
pub async fn open(pool: &PgPool) -> EventStore {
    let pool = PgPoolOptions::new()
        .max_connections(6)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("set role guanxi_server").execute(connection).await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    EventStore::open(pool, StoreOptions::new(MasterKey::new([7; 32])))
        .await
        .unwrap()
}
