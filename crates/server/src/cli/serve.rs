//! `guanxi serve`

use super::grammar::Source;
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::feed::ViewWorker;
use crate::letters::Letters;
use crate::platform::{ByKafka, House, Role, Roles, Shutdown, serve, signalled};
use crate::relay::{Ended, Relay};

/// Runs the roles until Ctrl-C or SIGTERM.
pub async fn run(config: &Config, roles: &Roles, source: Source) -> Result<(), Failure> {
    let house = House::open(config).await?;
    let (trigger, shutdown) = Shutdown::new();
    let kafka = ByKafka {
        relay: relay(&house, config, roles)?,
        worker: worker(&house, config, roles, source).await?,
        letters: letters(&house, config, roles).await?,
    };
    let served = serve(&house, roles, config.http.listen, kafka, shutdown).await?;
    // Where the relay is all there is to do, its end is the end; elsewhere the rest goes on without it.
    let ended = tokio::select! {
        () = signalled() => Ok(()),
        ended = served.relay_ended(), if roles.only(Role::Relay) => Err(failure(&ended)),
    };
    tracing::info!("stopping");
    trigger.stop();
    served.ended().await;
    house.close().await;
    ended
}

/// The relay, where it is among the roles.
fn relay(house: &House, config: &Config, roles: &Roles) -> Result<Option<Relay>, Failure> {
    if !roles.has(Role::Relay) {
        return Ok(None);
    }
    needs_brokers(config, "role relay", "leave the role out of --roles")?;
    let views = house.followers.clone();
    Ok(Some(Relay::new(house.store.clone(), config.kafka.clone(), views)))
}

/// The worker of the views, where Kafka feeds them.
async fn worker(
    house: &House,
    config: &Config,
    roles: &Roles,
    source: Source,
) -> Result<Option<ViewWorker>, Failure> {
    if source == Source::Log || !roles.has(Role::Followers) {
        return Ok(None);
    }
    needs_brokers(config, "--source kafka", "follow the log: --source log")?;
    let worker = ViewWorker::new(house.followers.clone(), config.kafka.clone());
    worker.await.map(Some)
}

/// Who takes commands, where that is among the roles.
async fn letters(house: &House, config: &Config, roles: &Roles) -> Result<Option<Letters>, Failure> {
    if !roles.has(Role::Commands) {
        return Ok(None);
    }
    needs_brokers(config, "role commands", "leave the role out of --roles")?;
    let letters = Letters::new(house.store.clone(), config.kafka.clone());
    letters.await.map(Some)
}

fn needs_brokers(config: &Config, who: &str, else_do: &str) -> Result<(), Failure> {
    match config.kafka.brokers {
        Some(_) => Ok(()),
        None => Err(Failure::configuration(format!("{who} needs kafka.brokers"))
            .advise(format!("Set it (docs/kafka.md), or {else_do}."))),
    }
}

fn failure(ended: &Ended) -> Failure {
    match ended {
        Ended::Fenced(_) => Failure::new(Reason::Fenced, ended)
            .advise("One relay is enough. If this one shall be it, stop the other, then start this one."),
        Ended::Refused(_) => Failure::new(Reason::Refused, ended),
    }
}
