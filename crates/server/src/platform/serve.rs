//! Runs the roles of a process until it is told to stop.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use guanxi_api::ApiState;
use guanxi_callbacks::{wechat_pay, wecom};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{House, Role, Roles, Shutdown, health};
use crate::exit::Failure;
use crate::feed::ViewWorker;
use crate::letters::Letters;
use crate::relay::{Ended, Relay};

/// Requests under way have this long to end.
const GRACE: Duration = Duration::from_secs(10);

/// A running process.
pub struct Served {
    /// Where it listens; the port is the real one.
    pub address: SocketAddr,
    tasks: JoinSet<()>,
    shutdown: Shutdown,
    ended: watch::Receiver<Option<Ended>>,
}

/// What there is to do with Kafka.
#[derive(Default)]
pub struct ByKafka {
    /// Publishes.
    pub relay: Option<Relay>,
    /// Follows views in the place of the log's own followers.
    pub worker: Option<ViewWorker>,
    /// Takes commands.
    pub letters: Option<Letters>,
}

/// Starts the roles. Health answers in every role, so every process has an address.
///
/// # Errors
/// The address is taken, or metrics were started twice.
pub async fn serve(
    house: &House,
    roles: &Roles,
    listen: SocketAddr,
    kafka: ByKafka,
    shutdown: Shutdown,
) -> Result<Served, Failure> {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::unavailable(format!("cannot listen on {listen}: {error}"))
            .advise("Stop the other program, or choose another address with http.listen.")
    })?;
    let address = listener.local_addr().map_err(Failure::fault)?;
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(Failure::fault)?;
    let mut app = health::router(house.clone(), metrics);
    if roles.has(Role::Api) {
        app = app.merge(public(house));
    }
    let ByKafka {
        relay,
        worker,
        letters,
    } = kafka;
    let mut tasks = JoinSet::new();
    let stop = shutdown.clone();
    tasks.spawn(async move {
        let server = axum::serve(listener, app).with_graceful_shutdown(stop.wait());
        if let Err(error) = server.into_future().await {
            tracing::error!(%error, "the HTTP server has ended");
        }
    });
    if roles.has(Role::Followers) {
        follow(house, worker, &shutdown, &mut tasks);
        let (store, inbox) = (house.store.clone(), house.inbox.clone());
        let payments = wechat_pay::Worker::new(store.clone(), inbox.clone(), Arc::clone(&house.merchants));
        let stop = shutdown.clone();
        tasks.spawn(async move { payments.run(stop.wait()).await });
        let contacts = wecom::Worker::new(store, inbox, Arc::clone(&house.apps));
        let stop = shutdown.clone();
        tasks.spawn(async move { contacts.run(stop.wait()).await });
    }
    if let Some(letters) = letters {
        let stop = shutdown.clone();
        tasks.spawn(async move { letters.run(stop).await });
    }
    let (say, ended) = watch::channel(None);
    if let Some(relay) = relay {
        let stop = shutdown.clone();
        tasks.spawn(async move {
            if let Some(why) = relay.run(stop.wait()).await {
                tracing::error!("{why}");
                metrics::gauge!("guanxi_follower_stopped", "follower" => "relay").set(1.0);
                say.send_replace(Some(why));
            }
        });
    }
    tracing::info!(%address, %roles, "guanxi is up");
    Ok(Served {
        address,
        tasks,
        shutdown,
        ended,
    })
}

/// Views and policies; with a worker, the views are those that its group gives it.
fn follow(house: &House, worker: Option<ViewWorker>, shutdown: &Shutdown, tasks: &mut JoinSet<()>) {
    let (followers, stop) = (house.followers.clone(), shutdown.clone());
    let Some(worker) = worker else {
        tasks.spawn(async move { followers.run(stop.wait()).await });
        return;
    };
    tasks.spawn(async move { followers.run_without_views(stop.wait()).await });
    let stop = shutdown.clone();
    tasks.spawn(async move { worker.run(stop).await });
}

fn public(house: &House) -> Router {
    let intake = Arc::new(wechat_pay::InboxIntake::new(house.inbox.clone()));
    let payments = wechat_pay::Receiver::new(Arc::clone(&house.merchants), intake);
    let intake = Arc::new(wecom::InboxIntake::new(house.inbox.clone()));
    let contacts = wecom::Receiver::new(Arc::clone(&house.apps), intake);
    let callbacks = Router::new()
        .nest("/callbacks/wechat-pay", wechat_pay::router(Arc::new(payments)))
        .nest("/callbacks/wecom", wecom::router(Arc::new(contacts)));
    let state = ApiState::new(
        house.store.clone(),
        house.followers.clone(),
        Arc::clone(&house.programme),
        house.rules.clone(),
    );
    callbacks.merge(guanxi_api::router(state))
}

impl Served {
    /// Done when the relay has ended by itself; never if it does not.
    pub async fn relay_ended(&self) -> Ended {
        let mut ended = self.ended.clone();
        let known = ended
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|why| why.clone());
        match known {
            Some(why) => why,
            None => std::future::pending().await,
        }
    }

    /// Waits for the word to stop, then for what is under way.
    pub async fn ended(self) {
        let Self {
            mut tasks, shutdown, ..
        } = self;
        shutdown.wait().await;
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!("some requests were still under way and were cut off");
        }
    }
}
