//! The process that is killed, and how far its followers have come.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::PgPool;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::MASTER_KEY;

/// How long anything may take before the test gives up; nothing else depends on it.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One run of `guanxi serve --roles followers`.
pub struct Followers {
    child: Child,
    began_at: i64,
}

impl Followers {
    pub async fn start(pool: &PgPool) -> Self {
        let began_at = checkpoints(pool).await;
        let child = Command::new(env!("CARGO_BIN_EXE_guanxi"))
            .arg("--config")
            .arg(configuration())
            .args(["serve", "--roles", "followers"])
            .env("DATABASE_URL", url(pool))
            .env("GUANXI_LOG__FILTER", "error")
            // The program refuses what it does not know of this prefix.
            .env_remove("GUANXI_SEED")
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child, began_at }
    }

    /// Until a checkpoint was committed since the start.
    pub async fn until_it_works(&mut self, pool: &PgPool) {
        let until = Instant::now() + PATIENCE;
        while checkpoints(pool).await == self.began_at {
            self.lives();
            assert!(Instant::now() < until, "the followers make no progress");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Until every follower has worked everything, what it caused included, and nothing is due.
    pub async fn until_all_is_done(&mut self, pool: &PgPool) {
        let until = Instant::now() + PATIENCE;
        let mut quiet = 0;
        // Twice, so that what the first look came too early for is seen by the second.
        while quiet < 2 {
            self.lives();
            assert!(Instant::now() < until, "the followers do not come to an end");
            let before = head(pool).await;
            let done =
                slowest(pool).await == Some(before) && due(pool).await == 0 && head(pool).await == before;
            quiet = if done { quiet + 1 } else { 0 };
            sleep(LOOK_EVERY).await;
        }
    }

    /// SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    fn lives(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("the process has ended by itself: {status}");
        }
    }
}

/// Keys of an installation, in a folder of this test's.
fn configuration() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (key, file) = (folder.join("killed.key"), folder.join("killed.toml"));
    std::fs::write(&key, hex::encode(MASTER_KEY)).unwrap();
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[keys]\nmaster_key_file = {:?}\n",
        key.display().to_string()
    );
    std::fs::write(&file, text).unwrap();
    file
}

/// The server of `DATABASE_URL`, with the test's database.
fn url(pool: &PgPool) -> String {
    let server = std::env::var("DATABASE_URL").unwrap();
    let (address, _) = server.split_once('?').unwrap_or((&server, ""));
    let (server, _) = address.rsplit_once('/').unwrap();
    let options = pool.connect_options();
    let database = options.get_database().unwrap();
    format!("{server}/{database}")
}

async fn head(pool: &PgPool) -> i64 {
    let head = sqlx::query_scalar("select coalesce(max(last), 0) from log.batches");
    head.fetch_one(pool).await.unwrap()
}

/// Changes with every commit of a follower.
async fn checkpoints(pool: &PgPool) -> i64 {
    let sum = sqlx::query_scalar("select coalesce(sum(number), 0)::bigint from follow.checkpoints");
    sum.fetch_one(pool).await.unwrap()
}

async fn slowest(pool: &PgPool) -> Option<i64> {
    let slowest = "select min(position) from (select max(position) as position from follow.checkpoints
                    group by follower, version, generation) as newest";
    sqlx::query_scalar(slowest).fetch_one(pool).await.unwrap()
}

async fn due(pool: &PgPool) -> i64 {
    let due = "select count(*) from follow.deadlines where error is null and due_at <= clock_timestamp()";
    sqlx::query_scalar(due).fetch_one(pool).await.unwrap()
}
