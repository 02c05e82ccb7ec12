//! `guanxi audit`

use std::path::{Path, PathBuf};

use guanxi_event_store::audit::{self, Checkpoint, CheckpointKey, SignedCheckpoint, TrustedKey};
use guanxi_kernel::Timestamp;

use super::grammar::Audit;
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::connect;
use crate::terminal::{Output, bar};

/// Verifies the log, or signs where it stands.
pub async fn run(config: &Config, what: Audit, output: Output) -> Result<(), Failure> {
    match what {
        Audit::Verify { checkpoint, trust } => verify(config, &checkpoint, &trust, output).await,
        Audit::Checkpoint { out } => checkpoint(config, out.as_deref(), output).await,
    }
}

/// A finding ends with exit code 5 and names the first bad position.
async fn verify(config: &Config, files: &[PathBuf], trust: &[String], output: Output) -> Result<(), Failure> {
    let mut trusted = Vec::new();
    for key in trust {
        trusted.push(TrustedKey::from_base64(key).map_err(|error| Failure::new(Reason::Usage, error))?);
    }
    if trusted.is_empty() && !files.is_empty() {
        trusted.push(signing_key(config)?.public());
    }
    let checkpoints: Vec<Checkpoint> = files
        .iter()
        .map(|file| read(file, &trusted))
        .collect::<Result<_, _>>()?;
    let pool = connect(&config.database).await?;
    let drawn = bar("events", 0);
    let mut show = |at: audit::Progress| {
        drawn.set_length(at.head);
        drawn.set_position(at.position);
    };
    let report = audit::verify(&pool, &checkpoints, Timestamp::now(), &mut show).await;
    drawn.finish_and_clear();
    let report = report.map_err(Failure::unavailable)?;
    output.answer(&report, |report| {
        format!(
            "{} events in {} batches and {} streams are whole.",
            report.position, report.batches, report.streams
        )
    })?;
    match &report.finding {
        None => Ok(()),
        Some(finding) => Err(Failure::new(Reason::CheckFailed, finding)
            .advise("Keep the database as it is; compare with a backup and with signed checkpoints.")),
    }
}

async fn checkpoint(config: &Config, out: Option<&Path>, output: Output) -> Result<(), Failure> {
    let key = signing_key(config)?;
    let pool = connect(&config.database).await?;
    let head = Checkpoint::of_head(&pool).await.map_err(Failure::unavailable)?;
    let head = head.ok_or_else(|| Failure::not_found("the log is empty: there is nothing to sign"))?;
    let signed = key.sign(&head);
    let json = serde_json::to_string_pretty(&signed).map_err(Failure::fault)?;
    if let Some(out) = out {
        std::fs::write(out, format!("{json}\n"))
            .map_err(|error| Failure::new(Reason::Refused, format!("{}: {error}", out.display())))?;
    }
    output.answer(&signed, |_| json.clone())?;
    output.tell(&format!(
        "Signed with {}. Keep it where nobody who reaches this database can.",
        key.public().to_base64()
    ));
    Ok(())
}

fn signing_key(config: &Config) -> Result<CheckpointKey, Failure> {
    let file = config.keys.checkpoint_key_file.as_deref().ok_or_else(|| {
        Failure::configuration("keys.checkpoint_key_file is not set")
            .advise("Make a key once: (umask 077; openssl rand -base64 32 > checkpoint.key)")
    })?;
    let seed = std::fs::read_to_string(file)
        .map_err(|error| Failure::configuration(format!("{}: {error}", file.display())))?;
    CheckpointKey::from_seed(&seed)
        .map_err(|error| Failure::configuration(format!("{}: {error}", file.display())))
}

fn read(file: &Path, trusted: &[TrustedKey]) -> Result<Checkpoint, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::new(Reason::Refused, format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    let signed: SignedCheckpoint = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    signed.check(trusted).map_err(|error| failed(&error))
}
