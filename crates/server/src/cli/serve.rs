//! `guanxi serve`

use crate::config::Config;
use crate::exit::Failure;
use crate::platform::{House, Roles, Shutdown, serve, signalled};

/// Runs the roles until Ctrl-C or SIGTERM.
pub async fn run(config: &Config, roles: &Roles) -> Result<(), Failure> {
    let house = House::open(config).await?;
    let (trigger, shutdown) = Shutdown::new();
    let served = serve(&house, roles, config.http.listen, shutdown).await?;
    signalled().await;
    tracing::info!("stopping");
    trigger.stop();
    served.ended().await;
    house.close().await;
    Ok(())
}
