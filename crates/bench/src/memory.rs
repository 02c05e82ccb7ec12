//! `memory_mb`: what a server process takes while notices and commands come as fast as it answers them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::callbacks::place;
use crate::database::Scratch;
use crate::drive::Failure;
use crate::measure::{Error, Plan};
use crate::notices::{Provider, post_all};
use crate::report::Row;
use crate::shop::{Shop, failed};

const AT_ONCE: usize = 256;
const GOAL_MB: f64 = 512.0;
const SAMPLE_EVERY: Duration = Duration::from_millis(200);
const PORT: u16 = 18_099;

/// The largest resident set of each round beside the goal: flat if the last is no larger than the first.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let each: u64 = if plan.quick { 3_000 } else { 20_000 };
    let scratch = Scratch::create(server, "guanxi_bench_memory", 24).await?;
    let provider = Provider::new()?;
    let shop = Arc::new(Shop::open(scratch.pool.clone()).await?);
    shop.enrol().await?;
    place(&shop, each * plan.rounds as u64).await?;
    let folder = std::env::temp_dir().join(format!("guanxi-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let served = Served::start(&folder, &scratch.url(), &provider).await;
    let measured = match served {
        Ok(served) => {
            let rounds = rounds(&served, &provider, each, plan).await;
            served.end().await;
            rounds
        }
        Err(error) => Err(error),
    };
    std::fs::remove_dir_all(&folder).map_err(failed)?;
    let peaks = measured?;
    drop(shop);
    scratch.drop().await?;
    let bound = vec![GOAL_MB; peaks.len()];
    let told: Vec<_> = peaks.iter().map(|peak| format!("{peak:.0}")).collect();
    Ok(vec![Row::of("memory_mb", "MB", &peaks, &bound).noting(format!(
        "resident set beside the goal, round by round: {}; {each} signed notices a round, views and policies running",
        told.join(", ")
    ))])
}

async fn rounds(served: &Served, provider: &Provider, each: u64, plan: Plan) -> Result<Vec<f64>, Failure> {
    let mut peaks = Vec::new();
    for number in 0..plan.rounds as u64 {
        let notices = provider.payments(number * each..(number + 1) * each).await?;
        let watch = Watch::start(served.pid);
        post_all(&served.url, notices, AT_ONCE).await?;
        peaks.push(watch.peak_mb().await?);
    }
    Ok(peaks)
}

/// `guanxi serve` as an operator starts it.
struct Served {
    child: Child,
    pid: u32,
    url: String,
}

impl Served {
    async fn start(folder: &Path, database: &str, provider: &Provider) -> Result<Self, Failure> {
        let master = folder.join("master.key");
        std::fs::write(&master, "07".repeat(32)).map_err(failed)?;
        let config = folder.join("guanxi.toml");
        let text = format!(
            "[database]\nurl = \"{database}\"\n[http]\nlisten = \"127.0.0.1:{PORT}\"\n[keys]\n\
             master_key_file = \"{}\"\n{}",
            master.display(),
            provider.configuration()
        );
        std::fs::write(&config, text).map_err(failed)?;
        let program = program()?;
        let mut child = Command::new(&program)
            .arg("--config")
            .arg(&config)
            .arg("serve")
            .env_remove("DATABASE_URL")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure(format!("{}: {error}", program.display())))?;
        let pid = child.id().ok_or_else(|| failed("the server has ended"))?;
        let ready = format!("http://127.0.0.1:{PORT}/readyz");
        for _ in 0..150 {
            if let Some(status) = child.try_wait().map_err(failed)? {
                return Err(Failure(format!("guanxi serve ended: {status}")));
            }
            if reqwest::get(&ready)
                .await
                .is_ok_and(|answer| answer.status() == 200)
            {
                let url = format!("http://127.0.0.1:{PORT}/callbacks/wechat-pay");
                return Ok(Self { child, pid, url });
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(failed("guanxi serve was not ready within half a minute"))
    }

    async fn end(mut self) {
        drop(self.child.kill().await);
    }
}

/// The server's program lies beside this one.
fn program() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(failed)?;
    Ok(own.with_file_name("guanxi"))
}

/// Looks at a process until it is asked.
struct Watch {
    stop: Arc<AtomicBool>,
    looking: JoinHandle<Result<u64, Failure>>,
}

impl Watch {
    fn start(pid: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let looking = tokio::spawn(async move {
            let mut peak = 0;
            while !seen.load(Ordering::Relaxed) {
                peak = peak.max(resident_kb(pid)?);
                tokio::time::sleep(SAMPLE_EVERY).await;
            }
            Ok(peak)
        });
        Self { stop, looking }
    }

    async fn peak_mb(self) -> Result<f64, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        let kb = self.looking.await.map_err(failed)??;
        Ok(kb as f64 / 1_024.0)
    }
}

fn resident_kb(pid: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(failed)?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|kb| kb.split_whitespace().next())
        .and_then(|kb| kb.parse().ok())
        .ok_or_else(|| failed("the operating system does not tell the resident set"))
}
