//! The endpoint: raw bytes in, an answer out, and never a 200 before the notice is durable.
//!
//! The status decides whether the provider sends again; the body is for people. The answer waits for no translation but
//! one that goes into the log together with the notice.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use bytes::Bytes;
use guanxi_kernel::Timestamp;
use tokio::sync::Semaphore;

use super::SOURCE;
use super::config::{Merchants, Opened};
use super::envelope::{Envelope, EnvelopeError};
use super::headers::NoticeHeaders;
use super::signature::VerifyError;
use crate::alarm::alarm;

/// The largest request that is read: ciphertext alone may have a megabyte.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// The provider waits five seconds; after this long without a durable notice we say no by ourselves.
const KEEP_WITHIN: Duration = Duration::from_secs(4);

/// Requests at work at once; more are turned away and come again.
const MAX_IN_FLIGHT: usize = 1024;

/// A notice whose sender is proven, as it is to be kept.
#[derive(Debug, Clone)]
pub struct VerifiedNotice {
    /// The headers it was verified with.
    pub headers: NoticeHeaders,
    /// The raw body.
    pub body: Bytes,
    /// The body, read.
    pub envelope: Envelope,
    /// What was inside, unless no configured key opens it.
    pub opened: Option<Opened>,
    /// When it came.
    pub received_at: Timestamp,
}

/// Whether a notice was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is durable now.
    New,
    /// It was durable before.
    Duplicate,
}

/// A notice could not be kept; the provider must send it again.
#[derive(Debug, thiserror::Error)]
#[error("the notice could not be kept: {0}")]
pub struct IntakeError(pub String);

/// Where verified notices are kept. Returning means that the notice survives a crash of everything.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// Keeps a notice, or says that it is kept already.
    async fn keep(&self, notice: VerifiedNotice) -> Result<Kept, IntakeError>;
}

/// Tells the time; replaced in tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The receiver of one installation: keys, the place where notices are kept, a clock.
pub struct Receiver {
    merchants: Arc<Merchants>,
    intake: Arc<dyn Intake>,
    clock: Clock,
    in_flight: Semaphore,
}

/// What the provider is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Kept now or before: do not send again.
    Accepted,
    /// The sender is not proven.
    Refused,
    /// No notice.
    Unreadable,
    /// Larger than [`MAX_BODY_BYTES`].
    TooLarge,
    /// Our keys do not open it; kept all the same, but to be sent again.
    NotOpened,
    /// Not durable; to be sent again.
    Unavailable,
}

impl Receiver {
    /// A receiver on the machine's clock.
    #[must_use]
    pub fn new(merchants: Arc<Merchants>, intake: Arc<dyn Intake>) -> Self {
        Self::with_clock(merchants, intake, Arc::new(Timestamp::now))
    }

    /// A receiver on another clock.
    #[must_use]
    pub fn with_clock(merchants: Arc<Merchants>, intake: Arc<dyn Intake>, clock: Clock) -> Self {
        Self {
            merchants,
            intake,
            clock,
            in_flight: Semaphore::new(MAX_IN_FLIGHT),
        }
    }

    /// Verifies, opens and keeps one request.
    pub async fn receive(&self, headers: &HeaderMap, body: Bytes) -> Answer {
        let received_at = (self.clock)();
        let headers = match self.verify(headers, &body, received_at) {
            Ok(headers) => headers,
            Err(error) => return refused(&error),
        };
        let Ok(_permit) = self.in_flight.try_acquire() else {
            return counted(Answer::Unavailable, "over_capacity");
        };
        let envelope = match Envelope::read(&body) {
            Ok(envelope) => envelope,
            Err(error) => return unreadable(&error, &headers),
        };
        let opened = self.merchants.open(&headers.serial, &envelope.resource);
        if let Err(error) = &opened {
            tracing::error!(notice = %envelope.id, event_type = %envelope.event_type, %error,
                "a well-signed notice does not open: check the APIv3 keys of the merchant");
            alarm(SOURCE, "not_opened");
        }
        let openable = opened.is_ok();
        let notice = VerifiedNotice {
            headers,
            body,
            envelope,
            opened: opened.ok(),
            received_at,
        };
        match self.keep(notice).await {
            Ok(_) if !openable => counted(Answer::NotOpened, "not_opened"),
            Ok(Kept::New) => counted(Answer::Accepted, "accepted"),
            Ok(Kept::Duplicate) => counted(Answer::Accepted, "duplicate"),
            Err(error) => {
                tracing::error!(%error, "a notice was turned away and will come again");
                counted(Answer::Unavailable, "not_kept")
            }
        }
    }

    fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<NoticeHeaders, VerifyError> {
        let headers = NoticeHeaders::from_request(headers)?;
        self.merchants.verify(&headers, body, now)?;
        Ok(headers)
    }

    async fn keep(&self, notice: VerifiedNotice) -> Result<Kept, IntakeError> {
        tokio::time::timeout(KEEP_WITHIN, self.intake.keep(notice))
            .await
            .unwrap_or_else(|_| Err(IntakeError("the database took too long".to_owned())))
    }
}

/// The route, to be nested wherever the notify URL points.
pub fn router(receiver: Arc<Receiver>) -> Router {
    Router::new()
        .route("/", post(handle))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(receiver)
}

async fn handle(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    match body {
        Ok(body) => receiver.receive(&headers, body).await,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            counted(Answer::TooLarge, "too_large")
        }
        Err(_) => counted(Answer::Unreadable, "cut_off"),
    }
}

fn counted(answer: Answer, outcome: &'static str) -> Answer {
    metrics::counter!("guanxi_callbacks_total", "partner" => SOURCE, "outcome" => outcome).increment(1);
    answer
}

/// Probes are counted apart and logged low, so that they page nobody; all are answered alike.
fn refused(error: &VerifyError) -> Answer {
    let outcome = match error {
        VerifyError::Probe => {
            tracing::debug!("a signature probe was refused, as it must be");
            "probe"
        }
        VerifyError::MissingHeader(_) => {
            tracing::warn!(%error, "a notice without its headers");
            "missing_header"
        }
        VerifyError::Stale { .. } | VerifyError::UnreadableTimestamp => {
            tracing::warn!(%error, "a notice out of time");
            "stale"
        }
        VerifyError::UnknownSerial(_) => {
            tracing::error!(%error, "a notice signed with an unknown key");
            "unknown_serial"
        }
        VerifyError::UnsupportedType(_) => {
            tracing::warn!(%error, "a notice signed in another way");
            "unsupported_type"
        }
        VerifyError::BadSignature => {
            tracing::warn!(%error, "a forged or damaged notice");
            "bad_signature"
        }
    };
    counted(Answer::Refused, outcome)
}

fn unreadable(error: &EnvelopeError, headers: &NoticeHeaders) -> Answer {
    tracing::error!(%error, request_id = ?headers.request_id, "a well-signed request is no notice");
    alarm(SOURCE, "unreadable");
    counted(Answer::Unreadable, "unreadable")
}

impl Answer {
    /// Status, code and message.
    #[must_use]
    pub fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Accepted => (StatusCode::OK, "SUCCESS", ""),
            Self::Refused => (
                StatusCode::UNAUTHORIZED,
                "FAIL",
                "signature, time or key not accepted",
            ),
            Self::Unreadable => (StatusCode::BAD_REQUEST, "FAIL", "not a notification"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "FAIL", "larger than 2 MiB"),
            Self::NotOpened => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "FAIL",
                "cannot be decrypted here yet",
            ),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "FAIL", "not stored, send again"),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        (
            status,
            Json(serde_json::json!({ "code": code, "message": message })),
        )
            .into_response()
    }
}
