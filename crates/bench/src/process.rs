//! Roles as an operator starts them: processes of the program that lies beside this one.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, Command};

use crate::broker::Topics;
use crate::drive::Failure;
use crate::shop::failed;

/// A running role.
pub struct Process(Child);

impl Process {
    /// `guanxi serve --roles` these. The relay feeds the views as well where the topics say so.
    pub fn start(roles: &[&str], database: &str, topics: &Topics) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(failed)?.with_file_name("guanxi");
        let process = Command::new(&program)
            .arg("--config")
            .arg(configuration().map_err(failed)?)
            .args(["serve", "--roles"])
            .args(roles)
            .env("DATABASE_URL", database)
            .env("GUANXI_LOG__FILTER", "error")
            .env("GUANXI_KAFKA__BROKERS", &topics.servers)
            .env("GUANXI_KAFKA__PREFIX", &topics.prefix)
            .env("GUANXI_KAFKA__REPLICATION", "1")
            .env("GUANXI_KAFKA__FEED_VIEWS", topics.feed_views.to_string())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        process.map(Self).map_err(|error| {
            Failure(format!(
                "{}: {error}; build guanxi-server first",
                program.display()
            ))
        })
    }

    /// Ends it as an operator does, so that others need not wait until they miss it.
    pub async fn end(mut self) -> Result<(), Failure> {
        if let Some(id) = self.0.id() {
            let asked = Command::new("kill").arg(id.to_string()).status().await;
            asked.map_err(failed)?;
        }
        self.0.wait().await.map(drop).map_err(failed)
    }
}

/// Written once: a process that starts beside another one must not find half a file.
fn configuration() -> std::io::Result<PathBuf> {
    static WRITTEN: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(config) = &*written {
        return Ok(config.clone());
    }
    let folder = PathBuf::from("target/bench");
    std::fs::create_dir_all(&folder)?;
    let (key, config) = (folder.join("process.key"), folder.join("process.toml"));
    std::fs::write(&key, "07".repeat(32))?;
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[keys]\nmaster_key_file = \"{}\"\n",
        key.display()
    );
    std::fs::write(&config, text)?;
    Ok(written.insert(config).clone())
}
