//! `guanxi rebuild`

use std::time::Duration;

use guanxi_event_store::view::{RebuildError, RebuildOptions, RebuildProgress};
use serde_json::json;

use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::House;
use crate::terminal::{Output, bar};

/// Rebuilds a view beside the live one. Different checksums end with exit code 5 and change nothing.
pub async fn run(config: &Config, view: &str, force: bool, output: Output) -> Result<(), Failure> {
    let house = House::open(config).await?;
    let drawn = bar(view, 0);
    let progress = drawn.clone();
    let show = move |at: RebuildProgress| {
        progress.set_length(at.head);
        progress.set_position(at.position);
    };
    let options = RebuildOptions {
        force,
        patience: Duration::from_secs(60),
    };
    let report = house.followers.rebuild(view, options, &show).await;
    drawn.finish_and_clear();
    let report = report.map_err(|error| {
        let reason = if matches!(error, RebuildError::Unknown(_)) {
            Reason::NotFound
        } else {
            Reason::Unavailable
        };
        let names: Vec<_> = house
            .followers
            .views()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        Failure::new(reason, error).advise(format!("Views: {}.", names.join(", ")))
    })?;
    let answer = json!({
        "view": report.view, "version": report.version, "position": report.position, "equal": report.equal,
        "swapped": report.swapped, "live": report.live, "live_stored": report.live_stored,
        "rebuilt": report.rebuilt, "parked_aside": report.parked_aside, "generation": report.generation,
    });
    house.close().await;
    output.answer(&answer, |_| {
        format!(
            "{} at position {}: checksums {}, {}.",
            report.view,
            report.position,
            if report.equal { "equal" } else { "DIFFER" },
            if report.swapped { "swapped" } else { "not swapped" }
        )
    })?;
    if report.equal || report.swapped {
        return Ok(());
    }
    Err(
        Failure::new(Reason::CheckFailed, "the rebuilt view differs from the live one")
            .advise("docs/runbooks/rebuild.md tells what to look at; --force swaps all the same."),
    )
}
