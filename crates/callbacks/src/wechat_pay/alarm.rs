//! What a person should look at.

use super::SOURCE;

/// Counts an alarm by its reason; `docs/runbooks/failed-callback.md` says what to do about each.
pub(super) fn alarm(reason: &'static str) {
    metrics::counter!("guanxi_callback_alarms_total", "partner" => SOURCE, "reason" => reason).increment(1);
}
