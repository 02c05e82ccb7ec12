//! `guanxi doctor`: what an operator would look at first.

use guanxi_event_store::Clock;
use serde::Serialize;

use crate::config::{self, Config};
use crate::exit::{Failure, Reason};
use crate::platform::{House, connect_as_login};
use crate::terminal::{Output, table};

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    good: bool,
    detail: String,
}

/// Checks everything that can be checked without changing anything; exit code 5 if something is wrong.
pub async fn run(config: &Config, output: Output) -> Result<(), Failure> {
    let mut findings = vec![finding(
        "master key",
        config::master_key(&config.keys).map(|_| "readable".to_owned()),
    )];
    findings.push(finding("database", database(config).await));
    findings.push(finding("clock", clock(config).await));
    match House::open(config).await {
        Ok(house) => {
            let parked = house.followers.parked().await.map_err(Failure::unavailable);
            findings.push(finding(
                "parked keys",
                parked.and_then(|parked| none("parked keys", parked.len())),
            ));
            let counts = house.inbox.counts().await.map_err(Failure::unavailable);
            let failed =
                counts.and_then(|counts| none("failed notices", usize::try_from(counts.failed).unwrap_or(0)));
            findings.push(finding("inbox", failed));
            let serials: Vec<_> = house
                .merchants
                .serials()
                .iter()
                .map(ToString::to_string)
                .collect();
            findings.push(finding(
                "wechat_pay keys",
                Ok(format!("{}: {}", serials.len(), serials.join(", "))),
            ));
            findings.push(finding("deadlines", deadlines(&house).await));
            findings.push(finding("wecom apps", Ok(house.apps.count().to_string())));
            house.close().await;
        }
        Err(failure) => findings.push(finding("installation", Err(failure))),
    }
    output.answer(&findings, |findings| {
        let rows = findings.iter().map(|finding| {
            let mark = if finding.good { "good" } else { "WRONG" };
            [finding.check.to_owned(), mark.to_owned(), finding.detail.clone()]
        });
        table(["check", "", "detail"], rows)
    })?;
    if findings.iter().all(|finding| finding.good) {
        return Ok(());
    }
    Err(Failure::new(Reason::CheckFailed, "something is wrong; see above"))
}

/// A clock that an import has left in the past is no fault, but nobody should forget it.
async fn deadlines(house: &House) -> Result<String, Failure> {
    match Clock::read(house.store.pool())
        .await
        .map_err(Failure::unavailable)?
    {
        Clock::Wall => Ok("follow the wall's time".to_owned()),
        Clock::Watermark(at) => Ok(format!("stand at {at}; `guanxi clock wall` lets them go on")),
    }
}

fn finding(check: &'static str, result: Result<String, Failure>) -> Finding {
    match result {
        Ok(detail) => Finding {
            check,
            good: true,
            detail,
        },
        Err(failure) => Finding {
            check,
            good: false,
            detail: failure.to_string(),
        },
    }
}

fn none(what: &str, count: usize) -> Result<String, Failure> {
    if count == 0 {
        Ok("none".to_owned())
    } else {
        Err(Failure::fault(format!("{count} {what}")))
    }
}

async fn database(config: &Config) -> Result<String, Failure> {
    let pool = connect_as_login(&config.database).await?;
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(&pool)
        .await?;
    if version < 150_000 {
        return Err(Failure::unavailable("PostgreSQL 15 or newer is needed"));
    }
    let synchronous: String = sqlx::query_scalar("show synchronous_commit")
        .fetch_one(&pool)
        .await?;
    let durable: String = sqlx::query_scalar("show fsync").fetch_one(&pool).await?;
    if durable == "off" || synchronous == "off" {
        return Err(Failure::fault(format!(
            "fsync is {durable}, synchronous_commit is {synchronous}: a crash loses facts"
        )));
    }
    Ok(format!("PostgreSQL {}", version / 10_000))
}

/// Signatures of notices count for five minutes, so the clock must be about right.
async fn clock(config: &Config) -> Result<String, Failure> {
    let pool = connect_as_login(&config.database).await?;
    let theirs: f64 = sqlx::query_scalar("select extract(epoch from clock_timestamp())::float8")
        .fetch_one(&pool)
        .await?;
    let ours = guanxi_kernel::Timestamp::now().as_duration().as_secs_f64();
    let apart = (ours - theirs).abs();
    if apart > 30.0 {
        return Err(Failure::fault(format!(
            "this machine and the database are {apart:.0} s apart"
        )));
    }
    Ok(format!("{apart:.1} s from the database's"))
}
