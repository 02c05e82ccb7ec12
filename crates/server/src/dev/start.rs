//! Starts everything in order, and stops it in the opposite one.

use std::net::SocketAddr;
use std::path::Path;

use guanxi_api::access::{Keyring, Scope};
use guanxi_kernel::Timestamp;

use super::lock::Lock;
use super::postgres::PrivatePostgres;
use super::{banner, database, sample, secrets};
use crate::cli::migrate;
use crate::config::{self, Config};
use crate::exit::Failure;
use crate::logs;
use crate::platform::{ByKafka, House, Role, Roles, Shutdown, connect_as_login, serve, signalled};
use crate::relay::Relay;
use crate::terminal::{Output, spinner};

/// Runs the platform until Ctrl-C.
///
/// # Errors
/// Something is missing or cannot be started; what was started before it is stopped.
pub async fn run(folder: &Path, listen: SocketAddr, empty: bool, output: Output) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::configuration(format!("{}: {error}", folder.display())))?;
    let _lock = Lock::take(folder)?;
    secrets::prepare(folder)?;
    let waiting = spinner("starting PostgreSQL");
    let (url, postgres) = match std::env::var("DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let postgres = PrivatePostgres::start(&folder.join("postgres")).await?;
            (database::create(&postgres.url).await?, Some(postgres))
        }
    };
    waiting.finish_and_clear();
    let ended = with_database(folder, &url, listen, empty, output).await;
    if let Some(postgres) = postgres {
        output.tell("Stopping PostgreSQL.");
        postgres.stop().await?;
    }
    ended
}

async fn with_database(
    folder: &Path,
    url: &str,
    listen: SocketAddr,
    empty: bool,
    output: Output,
) -> Result<(), Failure> {
    let file = secrets::configure(folder, url, listen)?;
    let config = config::load(Some(&file))?;
    logs::start(&config.log)?;
    let login = connect_as_login(&config.database).await?;
    migrate::migrate(&login).await?;
    let analyst = database::analyst(&login, url, folder).await?;
    login.close().await;
    let house = House::open(&config).await?;
    let (mut roles, mut kafka) = (Roles::all(), ByKafka::default());
    if config.kafka.brokers.is_some() {
        roles = roles.and(Role::Relay);
        kafka.relay = Some(Relay::new(
            house.store.clone(),
            config.kafka.clone(),
            house.followers.clone(),
        ));
    }
    let (trigger, shutdown) = Shutdown::new();
    let served = serve(&house, &roles, config.http.listen, kafka, shutdown).await?;
    let worked = tokio::select! {
        ready = Box::pin(ready(folder, &config, &house, served.address, empty, output)) => match ready {
            Ok(key) => {
                output.tell(&banner::text(served.address, &key, &analyst));
                signalled().await;
                Ok(())
            }
            Err(failure) => Err(failure),
        },
        () = signalled() => Ok(()),
    };
    output.tell("\nStopping: requests under way are finished, nothing is lost.");
    trigger.stop();
    served.ended().await;
    house.close().await;
    worked
}

/// The sample on an empty log, and a key to try with. A key can be shown once, so each start makes its own.
async fn ready(
    folder: &Path,
    config: &Config,
    house: &House,
    address: SocketAddr,
    empty: bool,
    output: Output,
) -> Result<String, Failure> {
    if !empty {
        let url = format!("http://{address}/callbacks/wechat-pay");
        sample::bring_in(folder, config, house, url, output).await?;
    }
    let keyring = Keyring::new(house.store.pool().clone());
    let now = Timestamp::now();
    for old in keyring.list().await.map_err(Failure::fault)? {
        if old.name.starts_with("dev ") && old.revoked_at.is_none() {
            keyring.revoke(&old.id, now).await.map_err(Failure::fault)?;
        }
    }
    let scopes = [Scope::Commands, Scope::Queries, Scope::Admin];
    let key = keyring
        .create(&format!("dev {now}"), &scopes, None)
        .await
        .map_err(Failure::fault)?;
    Ok(key.key)
}
