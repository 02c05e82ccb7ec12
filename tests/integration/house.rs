//! The whole house on a test's database: log, views, policies, as the server's role sees it.

use std::sync::Arc;

use guanxi_domain::loyalty::Programme;
use guanxi_domain::{GuanxiCommand, GuanxiEvent, policy};
use guanxi_event_store::{Dispatch, Dispatcher, EventStore, Loop, MasterKey, StoreOptions};
use guanxi_views::MemberRules;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running house.
pub struct House {
    pub store: EventStore,
    pub followers: Loop<GuanxiEvent>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

/// Connections with the server's role.
pub async fn connect(pool: &PgPool) -> PgPool {
    PgPoolOptions::new()
        .max_connections(24)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("set role guanxi_server").execute(connection).await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap()
}

/// The loyalty programme that comes with the program.
pub fn programme() -> Arc<Programme> {
    let text = include_str!("../../deploy/rules/loyalty.toml");
    Arc::new(toml::from_str::<Programme>(text).unwrap().checked().unwrap())
}

impl House {
    pub async fn open(pool: &PgPool) -> Self {
        Self::open_with(pool, &MemberRules::shipped().unwrap()).await
    }

    /// The same under other rules of tags and of the funnel.
    pub async fn open_with(pool: &PgPool, members: &MemberRules) -> Self {
        Self::open_as(pool, members, StoreOptions::new(MasterKey::new([7; 32]))).await
    }

    /// The same with other sizes.
    pub async fn open_as(pool: &PgPool, members: &MemberRules, options: StoreOptions) -> Self {
        let store = EventStore::open(connect(pool).await, options).await.unwrap();
        let rules: Arc<dyn Dispatch<GuanxiCommand>> = Arc::new(Dispatcher::new(store.clone()));
        let followers = guanxi_views::register(Loop::builder(store.clone()), members)
            .policies(rules, |list| policy::register(list, &programme()))
            .build();
        followers.prepare().await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = followers.clone();
        let running = tokio::spawn(async move { run.run(async { drop(stopped.await) }).await });
        Self {
            store,
            followers,
            stop,
            running,
        }
    }

    pub async fn close(self) {
        drop(self.stop);
        self.running.await.unwrap();
    }
}
