//! The bundled sample: a slice of real retail data, brought in as its provider would deliver it.

use std::path::Path;
use std::sync::Arc;

use super::secrets::{PUBLIC_KEY_ID, SIGNING};
use crate::cli::import;
use crate::config::Config;
use crate::exit::Failure;
use crate::platform::{House, Sender, SignedNotices};
use crate::terminal::Output;

macro_rules! files {
    ($($name:literal),+) => { &[$(($name, include_bytes!(concat!("../../../imports/sample/", $name)))),+] };
}

const FILES: &[(&str, &[u8])] = files!(
    "transactions.parquet",
    "products.parquet",
    "campaigns.parquet",
    "campaign_descriptions.parquet",
    "coupons.parquet",
    "coupon_redemptions.parquet",
    "NOTICE"
);

/// Marks an installation whose sample is all there.
const DONE: &str = "sample.done";

/// Brings the sample in, if the log is empty or an earlier start was stopped in the middle of it.
///
/// # Errors
/// The folder cannot be written to, or the import fails; the next start goes on from there.
pub async fn bring_in(
    folder: &Path,
    config: &Config,
    house: &House,
    url: String,
    output: Output,
) -> Result<(), Failure> {
    let files = folder.join("sample");
    let head = house.store.head().await.map_err(Failure::unavailable)?;
    if folder.join(DONE).exists() || (head.position > 0 && !files.exists()) {
        return Ok(());
    }
    std::fs::create_dir_all(&files).map_err(Failure::fault)?;
    for (name, bytes) in FILES {
        std::fs::write(files.join(name), bytes).map_err(Failure::fault)?;
    }
    output.tell("Bringing in the sample: payments arrive as signed notices at the callback endpoint.");
    let signing_key = std::fs::read_to_string(folder.join(SIGNING)).map_err(Failure::fault)?;
    let sender = Sender {
        url,
        signing_key,
        serial: PUBLIC_KEY_ID.to_owned(),
    };
    let route = Arc::new(SignedNotices::new(config, sender, house.inbox.clone())?);
    let report = import::complete_journey(house, &files, Some(route), true).await?;
    output.tell(&import::summary(&report));
    std::fs::write(folder.join(DONE), "").map_err(Failure::fault)
}
