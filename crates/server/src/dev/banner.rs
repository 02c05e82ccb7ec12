//! What to try, once everything is up.

use std::net::SocketAddr;

/// Three requests, a connection string and where to read on.
#[must_use]
pub fn text(address: SocketAddr, key: &str, analyst: &str) -> String {
    let base = format!("http://{address}");
    format!(
        "\nGuanxi is up. Try:\n\n\
         \x20 curl -s -H 'Authorization: Bearer {key}' '{base}/v1/dashboards/store-days?limit=5'\n\
         \x20 curl -s -H 'Authorization: Bearer {key}' '{base}/v1/events?after=0&limit=3'\n\
         \x20 curl -s -H 'Authorization: Bearer {key}' -H 'Idempotency-Key: first' -H 'Content-Type: application/json' \\\n\
         \x20   -d '{{\"time_zone\":\"Asia/Shanghai\"}}' {base}/v1/stores/S-1/open\n\n\
         SQL, read only:     psql '{analyst}' -c 'select * from reporting.store_dashboard limit 5'\n\
         API documentation:  {base}/docs\n\
         Ctrl-C stops everything; the next start goes on here.\n"
    )
}
