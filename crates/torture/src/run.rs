//! One run, from an empty folder to the report.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::check;
use crate::cluster::Cluster;
use crate::failure::{Failure, failed};
use crate::faults::{Done, Faults};
use crate::load::{Provider, Shop};
use crate::proxy::Proxy;
use crate::record::{Record, all};
use crate::server::{Installation, Server, faketime};
use crate::teeth;
use crate::{Plan, tell};

const SERVERS: usize = 2;
/// Without an answer for so long, something hangs.
const PATIENCE: Duration = Duration::from_secs(180);

/// What was done and found.
#[derive(Debug, Serialize)]
pub struct Report {
    seed: u64,
    seconds: u64,
    faults: Done,
    /// What could not be done here, in words.
    not_done: Vec<&'static str>,
    orders: u64,
    acknowledged_commands: usize,
    acknowledged_notices: usize,
    repeated_requests: u64,
    events: i64,
    views_rebuilt: usize,
    /// Empty if nothing was lost, doubled or bent.
    pub findings: Vec<String>,
}

/// Starts everything, breaks it, and looks.
///
/// # Errors
/// The torture itself could not go on.
pub async fn run(plan: Plan) -> Result<Report, Failure> {
    let began = Instant::now();
    let folder = std::env::temp_dir().join(format!("guanxi-torture-{}", std::process::id()));
    let mut cluster = Cluster::start(&folder)?;
    let mut not_done = Vec::new();
    let guanxi = install(&mut cluster, &folder, &mut not_done).await?;
    let provider = Arc::new(Provider::new()?);
    let proxy = Proxy::start(cluster.port()?).await?;
    let servers = servers(&guanxi, &cluster, &proxy, &provider)?;
    let key = api_key(&guanxi).await?;
    if faketime().is_none() {
        not_done.push("skewed clocks: libfaketime is not installed");
    }
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let dice = fastrand::Rng::with_seed(plan.seed);
    let mut faults = Faults {
        cluster,
        proxy,
        servers,
        done: Done::default(),
        dice,
    };
    let record = Arc::new(Record::default());
    let shop = Shop::new(&ports, &key.key, provider, Arc::clone(&record))?;
    faults.wait(0).await?;
    shop.open(&mut faults.dice.fork()).await;
    let mut tills = JoinSet::new();
    for _ in 0..plan.tills {
        tills.spawn(shop.clone().sell(faults.dice.fork()));
    }
    let mut findings = strike(&plan, &mut faults, &record).await?;
    record.closing.store(true, Ordering::Relaxed);
    findings.extend(close(&mut faults, &mut tills).await?);
    let direct = guanxi.at(faults.cluster.url("guanxi"));
    let pool = PgPool::connect(&direct.direct).await?;
    tell("waiting until everything is worked");
    if !check::drained(&pool, PATIENCE).await? {
        findings.push("followers or the inbox do not come to an end".to_owned());
    }
    for server in &mut faults.servers {
        server.kill().await?;
    }
    let views_rebuilt = examine(&pool, &record, &key.id, &direct, &mut findings).await?;
    let events = sqlx::query_scalar("select count(*) from log.events")
        .fetch_one(&pool)
        .await?;
    pool.close().await;
    if plan.keep {
        keep_logs(&folder)?;
    }
    Ok(Report {
        seed: plan.seed,
        seconds: began.elapsed().as_secs(),
        faults: faults.done.clone(),
        not_done,
        orders: record.begun(),
        acknowledged_commands: all(&record.commands).len(),
        acknowledged_notices: all(&record.paid).len(),
        repeated_requests: record.counts().1,
        events,
        views_rebuilt,
        findings,
    })
}

/// The log beside the clients' record, views beside their rebuilds, the chain; answers how many views there are.
async fn examine(
    pool: &PgPool,
    record: &Record,
    key_id: &str,
    direct: &Installation,
    findings: &mut Vec<String>,
) -> Result<usize, Failure> {
    tell("comparing");
    let mut connection = pool.acquire().await?;
    findings.extend(check::compare(&mut connection, record, key_id).await?);
    if findings.is_empty() {
        findings.extend(teeth::blind(&mut connection, record, key_id).await?);
    }
    drop(connection);
    check::verify(pool, direct, findings).await
}

/// Copies what the servers said to a folder that stays.
fn keep_logs(folder: &Path) -> Result<(), Failure> {
    let kept = folder.with_extension("logs");
    std::fs::create_dir_all(&kept)?;
    for number in 0..SERVERS {
        let name = format!("server-{number}.log");
        std::fs::copy(folder.join(&name), kept.join(&name))?;
    }
    tell(&format!("logs of the servers: {}", kept.display()));
    Ok(())
}

/// A migrated database, on a file system that can run out of room if one can be mounted.
async fn install(
    cluster: &mut Cluster,
    folder: &Path,
    not_done: &mut Vec<&'static str>,
) -> Result<Installation, Failure> {
    let admin = PgPool::connect(&cluster.url("postgres")).await?;
    let database = match cluster.make_room() {
        Some(tablespace) => {
            sqlx::query(&tablespace).execute(&admin).await?;
            "create database guanxi tablespace small"
        }
        None => {
            not_done.push("full disk: no file system can be mounted here");
            "create database guanxi"
        }
    };
    sqlx::query(database).execute(&admin).await?;
    admin.close().await;
    let guanxi = Installation::new(folder, cluster.url("guanxi"))?;
    guanxi.configure("cli.toml", &guanxi.direct, 0, "")?;
    match guanxi.ask(&["migrate"]).await? {
        (Some(0), _) => Ok(guanxi),
        (code, answer) => Err(failed(&format!("guanxi migrate ({code:?})"), answer)),
    }
}

fn servers(
    guanxi: &Installation,
    cluster: &Cluster,
    proxy: &Proxy,
    provider: &Provider,
) -> Result<Vec<Server>, Failure> {
    let direct = cluster.url("guanxi");
    let through = direct.replace(&format!(":{}/", cluster.port()?), &format!(":{}/", proxy.port));
    let mut servers = Vec::new();
    for number in 0..SERVERS {
        // A port that is free now; nobody else on the machine hands out the same one soon.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let name = format!("server-{number}.toml");
        let config: PathBuf = guanxi.configure(&name, &through, port, &provider.configuration())?;
        servers.push(Server::new(guanxi, config, port));
    }
    Ok(servers)
}

struct ApiKey {
    id: String,
    key: String,
}

async fn api_key(guanxi: &Installation) -> Result<ApiKey, Failure> {
    let (_, answer) = guanxi
        .ask(&["keys", "create", "torture", "--scopes", "commands,queries,admin"])
        .await?;
    match (answer["id"].as_str(), answer["key"].as_str()) {
        (Some(id), Some(key)) => Ok(ApiKey {
            id: id.to_owned(),
            key: key.to_owned(),
        }),
        _ => Err(failed("guanxi keys create", answer)),
    }
}

/// Fault after fault, until there were enough kills or nothing is answered any more.
async fn strike(plan: &Plan, faults: &mut Faults, record: &Record) -> Result<Vec<String>, Failure> {
    let (mut answers, mut at, mut told) = (0, Instant::now(), 0);
    while faults.kills() < plan.kills {
        faults.strike().await?;
        let (now, repeated) = record.counts();
        if now > answers {
            (answers, at) = (now, Instant::now());
        } else if at.elapsed() > PATIENCE {
            return Ok(vec![format!("nothing was answered for {} s", PATIENCE.as_secs())]);
        }
        let kills = faults.kills();
        if kills >= told + 10 {
            told = kills;
            tell(&format!(
                "{kills} of {} kills, {now} answers, {repeated} requests repeated",
                plan.kills
            ));
        }
    }
    Ok(Vec::new())
}

/// Tills end what they began; servers are kept up meanwhile, nothing else goes wrong.
async fn close(
    faults: &mut Faults,
    tills: &mut JoinSet<Result<(), Failure>>,
) -> Result<Vec<String>, Failure> {
    let until = Instant::now() + PATIENCE;
    while !tills.is_empty() {
        faults.wait(0).await?;
        while let Some(ended) = tills.try_join_next() {
            ended??;
        }
        if Instant::now() > until {
            tills.abort_all();
            return Ok(vec!["orders that were begun do not come to an end".to_owned()]);
        }
    }
    Ok(Vec::new())
}
