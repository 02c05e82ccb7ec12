//! The relay's process and its installation.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use sqlx::PgPool;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::{MASTER_KEY, topics};

/// The relay's word for "a person must look".
pub const REFUSED: i32 = 7;
/// How long anything may take before the test gives up; nothing else depends on it.
pub const PATIENCE: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A log and a prefix of topics.
#[derive(Clone)]
pub struct Installation {
    pub broker: String,
    pub prefix: String,
    pub replication: usize,
    pool: PgPool,
    url: String,
}

impl Installation {
    pub fn new(pool: &PgPool, broker: &str) -> Self {
        Self {
            broker: broker.to_owned(),
            prefix: pool.connect_options().get_database().unwrap().to_owned(),
            replication: broker.split(',').count(),
            pool: pool.clone(),
            url: url(pool),
        }
    }

    /// The same topics, another log.
    pub fn on(&self, pool: &PgPool) -> Self {
        Self {
            pool: pool.clone(),
            url: url(pool),
            ..self.clone()
        }
    }

    pub async fn head(&self) -> u64 {
        let head: i64 = sqlx::query_scalar("select coalesce(max(last), 0) from log.batches")
            .fetch_one(&self.pool)
            .await
            .unwrap();
        head.unsigned_abs()
    }

    /// The last position that a reader of committed events can see.
    pub async fn published(&self) -> u64 {
        topics::read_all(self)
            .await
            .iter()
            .map(|seen| seen.position)
            .max()
            .unwrap_or(0)
    }

    pub async fn until_published(&self, position: u64) {
        let until = Instant::now() + PATIENCE;
        while self.published().await < position {
            assert!(Instant::now() < until, "position {position} is not published");
            sleep(LOOK_EVERY).await;
        }
    }

    pub async fn until_mirrored(&self, position: u64) {
        let until = Instant::now() + PATIENCE;
        let mirrored = "select coalesce(max(position), 0) from follow.checkpoints where follower = 'relay'";
        while sqlx::query_scalar::<_, i64>(mirrored)
            .fetch_one(&self.pool)
            .await
            .unwrap()
            .unsigned_abs()
            < position
        {
            assert!(Instant::now() < until, "position {position} is not mirrored");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Runs a command to its good end.
    pub async fn command(&self, arguments: &[&str]) {
        let done = self.program(arguments).output().await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Starts `guanxi serve --roles relay`.
    pub fn relay(&self) -> Relay {
        started(self.program(&["serve", "--roles", "relay"]))
    }

    /// Starts a process of an installation whose relay feeds the views.
    pub fn feeding(&self, arguments: &[&str]) -> Relay {
        let mut program = self.program(arguments);
        program.env("GUANXI_KAFKA__FEED_VIEWS", "true");
        started(program)
    }

    /// Starts a process of an installation that takes these commands from Kafka.
    pub fn accepting(&self, arguments: &[&str], commands: &str) -> Relay {
        let mut program = self.program(arguments);
        program.env("GUANXI_KAFKA__ACCEPT_COMMANDS", commands);
        started(program)
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_guanxi"));
        program
            .arg("--config")
            .arg(configuration())
            .args(arguments)
            .env("DATABASE_URL", &self.url)
            .env("GUANXI_LOG__FILTER", "warn")
            .env("GUANXI_KAFKA__BROKERS", &self.broker)
            .env("GUANXI_KAFKA__PREFIX", &self.prefix)
            .env("GUANXI_KAFKA__REPLICATION", self.replication.to_string())
            .env("GUANXI_KAFKA__PARTITIONS", "3")
            .kill_on_drop(true);
        program
    }
}

fn started(mut program: Command) -> Relay {
    let mut process = program.stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = process.stderr.take().unwrap();
    // Read all the while: a full pipe would hold the process.
    let words = tokio::spawn(async move {
        let mut words = String::new();
        errors.read_to_string(&mut words).await.unwrap();
        words
    });
    Relay { process, words }
}

/// One run.
pub struct Relay {
    process: Child,
    words: JoinHandle<String>,
}

impl Relay {
    /// SIGKILL.
    pub async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    pub async fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status()
            .await
            .unwrap();
        assert!(sent.success());
    }

    pub fn lives(&mut self) {
        if let Some(status) = self.process.try_wait().unwrap() {
            panic!("the process has ended by itself: {status}");
        }
    }

    /// Waits until it ends by itself: its exit code and its last words.
    pub async fn ended(mut self) -> (Option<i32>, String) {
        let status = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        let Ok(status) = status else { panic!("it goes on") };
        (status.unwrap().code(), self.words.await.unwrap())
    }
}

/// Keys of an installation, in a folder of the tests'; written once by each run.
fn configuration() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let (key, file) = (folder.join("relay.key"), folder.join("relay.toml"));
        let text = format!(
            "[http]\nlisten = \"127.0.0.1:0\"\n[keys]\nmaster_key_file = {:?}\n",
            key.display().to_string()
        );
        std::fs::write(&key, hex::encode(MASTER_KEY)).unwrap();
        std::fs::write(&file, text).unwrap();
        file
    })
}

/// The server of `DATABASE_URL`, with the pool's database.
pub fn url(pool: &PgPool) -> String {
    let server = std::env::var("DATABASE_URL").unwrap();
    let (address, _) = server.split_once('?').unwrap_or((&server, ""));
    let (server, _) = address.rsplit_once('/').unwrap();
    format!("{server}/{}", pool.connect_options().get_database().unwrap())
}
