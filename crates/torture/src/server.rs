//! `guanxi serve` as an operator starts it, and as nobody ends it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::failure::{Failure, failed};

/// The program and how it is configured.
#[derive(Clone)]
pub struct Installation {
    program: PathBuf,
    folder: PathBuf,
    /// For the command line: straight to PostgreSQL.
    pub direct: String,
}

impl Installation {
    /// Writes the key; the program lies beside this one.
    ///
    /// # Errors
    /// The folder is not writable, or there is no program.
    pub fn new(folder: &Path, direct: String) -> Result<Self, Failure> {
        let program = std::env::current_exe()?.with_file_name("guanxi");
        if !program.is_file() {
            return Err(failed(
                "no such program, build guanxi-server first",
                program.display(),
            ));
        }
        std::fs::write(folder.join("master.key"), "07".repeat(32))?;
        let folder = folder.to_owned();
        Ok(Self {
            program,
            folder,
            direct,
        })
    }

    /// The same with the database found elsewhere.
    pub fn at(self, direct: String) -> Self {
        Self { direct, ..self }
    }

    /// A configuration file of that name.
    ///
    /// # Errors
    /// The folder is not writable.
    pub fn configure(&self, name: &str, database: &str, listen: u16, more: &str) -> Result<PathBuf, Failure> {
        let (file, key) = (self.folder.join(name), self.folder.join("master.key"));
        let text = format!(
            "[database]\nurl = \"{database}\"\n[http]\nlisten = \"127.0.0.1:{listen}\"\n[keys]\n\
             master_key_file = \"{}\"\n[log]\nfilter = \"warn\"\n{more}",
            key.display()
        );
        std::fs::write(&file, text)?;
        Ok(file)
    }

    /// What the command line answers, as JSON, and with which exit code.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn ask(&self, arguments: &[&str]) -> Result<(Option<i32>, serde_json::Value), Failure> {
        let output = Command::new(&self.program)
            .arg("--config")
            .arg(self.folder.join("cli.toml"))
            .args(["--output", "json"])
            .args(arguments)
            .env("DATABASE_URL", &self.direct)
            .output()
            .await?;
        let answer = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| String::from_utf8_lossy(&output.stderr).trim().into());
        Ok((output.status.code(), answer))
    }
}

/// One process, started again whenever it is gone.
pub struct Server {
    /// Where it listens.
    pub port: u16,
    installation: Installation,
    config: PathBuf,
    log: PathBuf,
    child: Option<Child>,
    skew_s: i64,
}

impl Server {
    /// Not started yet.
    pub fn new(installation: &Installation, config: PathBuf, port: u16) -> Self {
        let log = config.with_extension("log");
        Self {
            port,
            installation: installation.clone(),
            config,
            log,
            child: None,
            skew_s: 0,
        }
    }

    /// Starts it if it does not run; true if it had ended by itself.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn keep_up(&mut self) -> Result<bool, Failure> {
        let ended = match &mut self.child {
            Some(child) => child.try_wait()?.is_some(),
            None => false,
        };
        if self.child.is_none() || ended {
            let log = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.log)?;
            let mut command = Command::new(&self.installation.program);
            command
                .arg("--config")
                .arg(&self.config)
                .arg("serve")
                .env_remove("DATABASE_URL");
            if let (true, Some(library)) = (self.skew_s != 0, faketime()) {
                let skew = format!("{:+}s", self.skew_s);
                command
                    .env("LD_PRELOAD", library)
                    .env("FAKETIME", skew)
                    .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            }
            command.stdout(Stdio::null()).stderr(log).kill_on_drop(true);
            self.child = Some(command.spawn()?);
        }
        Ok(ended)
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub async fn kill(&mut self) -> Result<(), Failure> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// From its next start its clock goes wrong by so much.
    pub fn skew(&mut self, skew_s: i64) {
        self.skew_s = skew_s;
    }
}

/// The library that shows a process another time, if it is installed (`apt-get install faketime`).
pub fn faketime() -> Option<PathBuf> {
    let folders = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib",
        "/usr/local/lib",
    ];
    let mut found = folders
        .iter()
        .map(|folder| Path::new(folder).join("faketime/libfaketime.so.1"));
    found.find(|library| library.is_file())
}
