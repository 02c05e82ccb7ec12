//! `/livez`, `/readyz` and `/metrics`: answered without a key, and saying nothing about people.

use std::fmt::Write as _;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use guanxi_event_store::follow::Standing;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};

use super::House;

#[derive(Clone)]
struct Health {
    house: House,
    metrics: PrometheusHandle,
}

/// The three routes.
pub fn router(house: House, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .with_state(Health { house, metrics })
}

/// 200 while the database answers and no follower of this process has stopped for good.
async fn ready(State(health): State<Health>) -> Response {
    let head = health.house.store.head().await;
    let followers: Vec<Value> = health
        .house
        .followers
        .status()
        .iter()
        .map(|follower| {
            json!({ "name": &*follower.name, "version": follower.version, "position": follower.position,
                    "standing": standing(&follower.standing) })
        })
        .collect();
    let stopped = health
        .house
        .followers
        .status()
        .iter()
        .any(|follower| matches!(follower.standing, Standing::Stopped(_)));
    let status = if head.is_ok() && !stopped {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let head = head.map(|head| head.position).ok();
    let body = json!({ "ready": status == StatusCode::OK, "head": head, "followers": followers });
    (status, Json(body)).into_response()
}

fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Idle => "idle".to_owned(),
        Standing::Live => "live".to_owned(),
        Standing::Behind(events) => format!("{events} events behind"),
        Standing::StandingBy => "another process does the work".to_owned(),
        Standing::Retrying(why) => format!("retrying: {why}"),
        Standing::Stopped(why) => format!("stopped: {why}"),
    }
}

/// What was counted, and how far behind each follower is.
async fn scrape(State(health): State<Health>) -> Response {
    let mut text = health.metrics.render();
    if let Ok(head) = health.house.store.head().await {
        let _ = writeln!(
            text,
            "# TYPE guanxi_log_position gauge\nguanxi_log_position {}",
            head.position
        );
        let _ = writeln!(text, "# TYPE guanxi_follower_lag gauge");
        for follower in health.house.followers.status() {
            let lag = head.position.saturating_sub(follower.position);
            let _ = writeln!(
                text,
                "guanxi_follower_lag{{follower=\"{}\"}} {lag}",
                follower.name
            );
        }
    }
    if let Ok(parked) = health.house.followers.parked().await {
        let _ = writeln!(
            text,
            "# TYPE guanxi_parked_keys gauge\nguanxi_parked_keys {}",
            parked.len()
        );
    }
    text.into_response()
}
