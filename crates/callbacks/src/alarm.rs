//! What a person should look at.

/// Counts an alarm by its reason; `docs/runbooks/failed-callback.md` says what to do about each.
pub(crate) fn alarm(partner: &'static str, reason: &'static str) {
    metrics::counter!("guanxi_callback_alarms_total", "partner" => partner, "reason" => reason).increment(1);
}
