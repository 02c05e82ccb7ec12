//! All routes, behind the gate: nothing but the API's own description answers without a key.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use crate::document::completed;
use crate::http::Problem;
use crate::{ApiState, commands, queries};

/// A command has at most this many bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// No answer takes longer; streams begin within it.
const LONGEST: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REFERENCE: &str = include_str!("../assets/reference.html");

/// Head of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guanxi",
        description = "Commands in, queries out. Every command carries an Idempotency-Key and answers with its log position; every query takes `wait_for`, a position, to read your own writes. Errors are RFC 9457 problems.",
        license(name = "MIT", identifier = "MIT")
    ),
    security(("bearer" = []))
)]
struct Head;

fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Head::openapi())
        .merge(commands::router())
        .merge(queries::router())
}

/// The OpenAPI 3.1 document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("bearer", bearer);
    completed(document)
}

/// The whole API.
pub fn router(state: ApiState) -> Router {
    let (routes, _) = routes().split_for_parts();
    let served = openapi().to_json().unwrap_or_default();
    let guarded = routes
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "api.method",
                "Another method is needed",
                "Commands are POST, queries are GET.",
            )
        })
        .layer(from_fn_with_state(state.clone(), gate))
        .with_state(state);
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            LONGEST,
        ))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    Router::new()
        .route("/docs", get(async || Html(REFERENCE)))
        .route(
            "/openapi.json",
            get(async move || ([(header::CONTENT_TYPE, "application/json")], served)),
        )
        .route("/docs/errors/{code}", get(crate::errors::page))
        .merge(guarded)
        .fallback(async || Problem::not_found("There is no such path; see /docs."))
        .layer(layers)
}

/// Recognises the caller, or turns the request away.
async fn gate(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else {
        return Problem::unauthorised("Send Authorization: Bearer <key>; `guanxi keys create` makes one.")
            .into_response();
    };
    match state.keyring.recognise(token.trim()).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Ok(None) => Problem::unauthorised("This key is unknown, expired or revoked.").into_response(),
        Err(error) => {
            tracing::error!(%error, "keys cannot be read");
            Problem::unavailable("Keys cannot be read.").into_response()
        }
    }
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}
