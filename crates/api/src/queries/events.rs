//! Every event in its published form, in the order of the log: as a page, or as a stream that goes on.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt as _, stream};
use guanxi_domain::{GuanxiEvent, Published, publish};
use guanxi_kernel::{Recorded, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::ApiState;
use crate::access::Reader;
use crate::commands::fault;
use crate::http::{Params, Problem};

/// How often a stream that has nothing to tell looks again.
const PAUSE: Duration = Duration::from_millis(200);
const MOST: u32 = 1_000;

/// From where.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventParams {
    /// Events behind this position; 0 for all. A stream also takes `Last-Event-ID`.
    #[serde(default)]
    after: u64,
    /// Events at the most: 1 to 1,000, 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// An event as outsiders may know it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedEvent {
    /// Place in the log.
    position: u64,
    /// Its id, for ever.
    id: String,
    /// Stored name with its version, e.g. `order.paid.v1`.
    name: String,
    /// `type/id` of its stream.
    stream: String,
    /// Place in the stream.
    sequence: u64,
    /// When it happened in the world.
    occurred_at: String,
    /// Calendar day of that at the store.
    business_date: String,
    /// When the log took it.
    recorded_at: String,
    /// What happened.
    data: Value,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// Events in the order of the log.
    items: Vec<PublishedEvent>,
    /// Position to go on from.
    next: u64,
}

/// Events.
#[utoipa::path(
    get, path = "/v1/events", tag = "events", params(EventParams),
    summary = "Every event in its published form: a page, or with Accept: text/event-stream a stream that goes on.",
    responses((status = 200, body = EventPage, description = "Events behind the position."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    headers: HeaderMap,
    Params(params): Params<EventParams>,
) -> Result<Response, Problem> {
    caller.everywhere()?;
    let limit = match params.limit.unwrap_or(100) {
        limit @ 1..=MOST => limit,
        _ => return Err(Problem::invalid("limit is 1 to 1000.")),
    };
    let head = state.store.head().await.map_err(|error| fault(&error))?.position;
    if params.after > head {
        return Err(Problem::invalid(format!(
            "after is beyond the head of the log, {head}."
        )));
    }
    let wanted = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    if wanted.contains("text/event-stream") {
        let last = headers
            .get("last-event-id")
            .and_then(|id| id.to_str().ok()?.parse().ok());
        let stream = follow(state, last.unwrap_or(params.after));
        return Ok(Sse::new(stream).keep_alive(KeepAlive::default()).into_response());
    }
    let events = state
        .store
        .read::<GuanxiEvent>(params.after, limit)
        .await
        .map_err(|error| fault(&error))?;
    let next = events.last().map_or(params.after, |event| event.position);
    let items = events.iter().filter_map(published).collect();
    Ok(Json(EventPage { items, next }).into_response())
}

/// Events for ever. A fault ends the stream; the client comes back with the last id it has seen.
fn follow(state: ApiState, after: u64) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((state, after), |(state, after)| async move {
        loop {
            let events = state.store.read::<GuanxiEvent>(after, MOST).await.ok()?;
            let Some(last) = events.last().map(|event| event.position) else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let told: Vec<_> = events
                .iter()
                .filter_map(published)
                .filter_map(|event| told(&event))
                .collect();
            return Some((stream::iter(told), (state, last)));
        }
    })
    .flatten()
    .map(Ok)
}

fn told(event: &PublishedEvent) -> Option<Event> {
    Event::default()
        .id(event.position.to_string())
        .event(event.name.clone())
        .json_data(event)
        .ok()
}

fn published(event: &Recorded<GuanxiEvent>) -> Option<PublishedEvent> {
    let Published { name, data, .. } = publish(event)?;
    let time = |at: Timestamp| at.to_string();
    Some(PublishedEvent {
        position: event.position,
        id: event.event_id.to_string(),
        name,
        stream: event.stream.to_string(),
        sequence: event.sequence,
        occurred_at: time(event.metadata.occurred_at),
        business_date: event.metadata.business_date.to_string(),
        recorded_at: time(event.recorded_at),
        data,
    })
}
