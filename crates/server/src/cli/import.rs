//! `guanxi import`

use std::path::Path;
use std::sync::Arc;

use guanxi_imports::complete_journey::{self, DataSet, ImportError, PaymentRoute, Progress, Report};

use super::grammar::{Import, Via};
use crate::config::Config;
use crate::exit::{Failure, Reason};
use crate::platform::{House, Sender, Shutdown, SignedNotices};
use crate::terminal::{Output, bar};

/// Imports; followers run here meanwhile, unless another process has them.
pub async fn run(config: &Config, what: Import, output: Output) -> Result<(), Failure> {
    let Import::CompleteJourney {
        dir,
        via,
        url,
        signing_key,
        serial,
        leave_clock,
    } = what;
    let house = House::open(config).await?;
    let payments: Option<Arc<dyn PaymentRoute>> = match via {
        Via::Bus => None,
        Via::Callbacks => {
            let url = url.unwrap_or_else(|| format!("http://{}/callbacks/wechat-pay", config.http.listen));
            let signing_key = std::fs::read_to_string(&signing_key)
                .map_err(|error| Failure::configuration(format!("{}: {error}", signing_key.display())))?;
            Some(Arc::new(SignedNotices::new(
                config,
                Sender {
                    url,
                    signing_key,
                    serial,
                },
                house.inbox.clone(),
            )?))
        }
    };
    let (trigger, shutdown) = Shutdown::new();
    let followers = house.followers.clone();
    let following = tokio::spawn(async move { followers.run(shutdown.wait()).await });
    let imported = complete_journey(&house, &dir, payments, leave_clock).await;
    trigger.stop();
    drop(following.await);
    house.close().await;
    output.answer(&imported?, summary)
}

/// Imports a folder of the Complete Journey, with a bar.
///
/// # Errors
/// The files or the log; a later run goes on from there.
pub async fn complete_journey(
    house: &House,
    dir: &Path,
    payments: Option<Arc<dyn PaymentRoute>>,
    leave_clock: bool,
) -> Result<Report, Failure> {
    let folder = dir.to_owned();
    let data = tokio::task::spawn_blocking(move || DataSet::read(&folder))
        .await
        .map_err(Failure::fault)?;
    let data = data.map_err(failed)?;
    let drawn = bar("lines", 0);
    let progress = drawn.clone();
    let tell = move |at: Progress| {
        progress.set_message(at.day.to_string());
        progress.set_length(at.lines_total);
        progress.set_position(at.lines_done);
    };
    let mut import =
        complete_journey::Import::new(data, house.store.clone(), house.followers.clone(), payments);
    if leave_clock {
        import = import.leave_clock();
    }
    let report = import.run(&tell).await.map_err(failed);
    drawn.finish_and_clear();
    report
}

fn failed(error: ImportError) -> Failure {
    let reason = match &error {
        ImportError::File { .. } => Reason::NotFound,
        ImportError::Parquet { .. } | ImportError::Column { .. } | ImportError::Value { .. } => {
            Reason::Refused
        }
        ImportError::Command { .. } => Reason::Refused,
        _ => Reason::Unavailable,
    };
    Failure::new(reason, error).advise("What was imported stays; the same command goes on from there.")
}

/// One line for people.
#[must_use]
pub fn summary(report: &Report) -> String {
    format!(
        "Imported {} baskets of {} lines on {} days in {:.1} s: {} payments, {} redemptions ({} attributed).",
        report.baskets,
        report.lines,
        report.days,
        report.seconds,
        report.payments,
        report.redemptions,
        report.redemptions_attributed
    )
}
