//! What goes wrong, in an order that follows from the seed.

use std::time::Duration;

use serde::Serialize;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::proxy::Proxy;
use crate::server::{Server, faketime};

const TICK: Duration = Duration::from_millis(100);
/// A notice is good for five minutes: a clock that is wrong by less must not matter.
const SKEW_S: i64 = 240;

/// How often each thing went wrong.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Done {
    /// `kill -9` of a server.
    pub server_kills: u64,
    /// Immediate shutdowns of PostgreSQL.
    pub postgres_kills: u64,
    /// All connections broken.
    pub cuts: u64,
    /// Answers swallowed, then all connections broken.
    pub swallowed: u64,
    /// Slow connections.
    pub delays: u64,
    /// No room for the database.
    pub full_disks: u64,
    /// Servers started with a clock that is minutes off.
    pub skewed_clocks: u64,
    /// Servers that ended by themselves (while PostgreSQL was away, say) and were started again.
    pub ended_by_themselves: u64,
}

/// Everything that can be made to fail.
pub struct Faults {
    /// The database server.
    pub cluster: Cluster,
    /// The way to it.
    pub proxy: Proxy,
    /// The processes.
    pub servers: Vec<Server>,
    /// What was done so far.
    pub done: Done,
    /// All that is random.
    pub dice: fastrand::Rng,
}

impl Faults {
    /// Kills so far, of servers and of PostgreSQL.
    pub fn kills(&self) -> u64 {
        self.done.server_kills + self.done.postgres_kills
    }

    /// One more thing goes wrong, and is put right.
    ///
    /// # Errors
    /// What failed cannot be brought back.
    pub async fn strike(&mut self) -> Result<(), Failure> {
        let quiet_ms = self.dice.u64(100..2_000);
        self.wait(quiet_ms).await?;
        let while_ms = self.dice.u64(200..1_500);
        match self.dice.u8(..20) {
            0..10 => {
                let server = self.dice.usize(..self.servers.len());
                self.servers[server].kill().await?;
                self.done.server_kills += 1;
            }
            10..13 => self.restart_postgres(while_ms).await?,
            13..15 => {
                self.proxy.cut();
                self.done.cuts += 1;
            }
            15..17 => {
                self.proxy.mute(true);
                self.wait(while_ms / 4).await?;
                self.proxy.cut();
                self.proxy.mute(false);
                self.done.swallowed += 1;
            }
            17 => {
                self.proxy.delay(self.dice.u64(5..300));
                self.wait(while_ms).await?;
                self.proxy.delay(0);
                self.done.delays += 1;
            }
            18 if self.cluster.can_fill() => {
                self.cluster.fill()?;
                let waited = self.wait(while_ms * 2).await;
                self.cluster.free()?;
                waited?;
                self.done.full_disks += 1;
            }
            _ => self.skew().await?,
        }
        self.keep_up()
    }

    /// Lets time pass; whoever ended is started again.
    ///
    /// # Errors
    /// A server cannot be started.
    pub async fn wait(&mut self, ms: u64) -> Result<(), Failure> {
        let ticks = ms / 100 + 1;
        for _ in 0..ticks {
            self.keep_up()?;
            sleep(TICK).await;
        }
        Ok(())
    }

    async fn restart_postgres(&mut self, away_ms: u64) -> Result<(), Failure> {
        self.cluster.shut_down_at_once()?;
        self.wait(away_ms).await?;
        self.cluster.start_again()?;
        self.proxy.aim(self.cluster.port()?);
        self.done.postgres_kills += 1;
        Ok(())
    }

    /// Also a kill: a process learns of another clock when it starts.
    async fn skew(&mut self) -> Result<(), Failure> {
        let server = self.dice.usize(..self.servers.len());
        if faketime().is_some() {
            self.servers[server].skew(self.dice.i64(-SKEW_S..=SKEW_S));
            self.done.skewed_clocks += 1;
        }
        self.servers[server].kill().await?;
        self.done.server_kills += 1;
        Ok(())
    }

    fn keep_up(&mut self) -> Result<(), Failure> {
        for server in &mut self.servers {
            if server.keep_up()? {
                self.done.ended_by_themselves += 1;
            }
        }
        Ok(())
    }
}
