//! What to try, once everything is up.

use std::net::SocketAddr;

/// Three requests, a connection string and where to read on.
#[must_use]
pub fn text(address: SocketAddr, key: &str, analyst: &str) -> String {
    let base = format!("http://{address}");
    let store = r#"{"store_id":"S-1","name":"First","effective_from":"2026-01-01T00:00:00Z","terms":{"time_zone":"Asia/Shanghai","legal_entity":"Guanxi","ownership":"own","payee":"1900000109"}}"#;
    format!(
        "\nGuanxi is up. Try:\n\n\
         \x20 curl -s -H 'Authorization: Bearer {key}' '{base}/v1/dashboard?grain=store&limit=5'\n\
         \x20 curl -s -H 'Authorization: Bearer {key}' '{base}/v1/events?after=0&limit=3'\n\
         \x20 curl -s -H 'Authorization: Bearer {key}' -H 'Idempotency-Key: first' -H 'Content-Type: application/json' \\\n\
         \x20   -d '{store}' {base}/v1/stores/S-1/open\n\n\
         SQL, read only:     psql '{analyst}' -c 'select * from reporting.store_dashboard limit 5'\n\
         API documentation:  {base}/docs\n\
         Ctrl-C stops everything; the next start goes on here.\n"
    )
}
