//! The private PostgreSQL of `guanxi dev`.
//!
//! Tests and this command start a server in one way: the script `deploy/postgres`, which the binary carries along.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::exit::Failure;

const SCRIPT: &str = include_str!("../../../../deploy/postgres");

/// A cluster that this process has started and will stop.
#[derive(Debug)]
pub struct PrivatePostgres {
    folder: PathBuf,
    /// Superuser's connection string.
    pub url: String,
}

impl PrivatePostgres {
    /// Creates the cluster if there is none, and starts it unless it runs.
    ///
    /// # Errors
    /// PostgreSQL is missing or does not start; the message says what to do.
    pub async fn start(folder: &Path) -> Result<Self, Failure> {
        let url = script(&["start", &folder.to_string_lossy()]).await?;
        Ok(Self {
            folder: folder.to_owned(),
            url: url.trim().to_owned(),
        })
    }

    /// Stops it.
    ///
    /// # Errors
    /// It does not stop within a minute.
    pub async fn stop(self) -> Result<(), Failure> {
        script(&["stop", &self.folder.to_string_lossy()]).await.map(drop)
    }
}

/// Runs the script in a process group of its own, so that Ctrl-C reaches us and not a half-made cluster.
async fn script(arguments: &[&str]) -> Result<String, Failure> {
    let started = Command::new("bash")
        .args(["-s", "--"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    let mut child =
        started.map_err(|error| Failure::unavailable(format!("bash cannot be started: {error}")))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(SCRIPT.as_bytes()).await.map_err(Failure::fault)?;
    }
    let output = child.wait_with_output().await.map_err(Failure::fault)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::unavailable(said))
}
