//! The endpoint: an address check is answered with what was encrypted in it; a notice is kept, and never answered 200
//! before it is durable.
//!
//! The provider tries three times within seconds and then never again: what is well signed is kept even if no key opens
//! it now.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use guanxi_kernel::Timestamp;
use tokio::sync::Semaphore;

use super::SOURCE;
use super::config::Apps;
use super::envelope;
use super::key::{OpenError, Opened};
use super::signature::{SignedQuery, VerifyError};
use crate::alarm::alarm;

/// The largest request that is read.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The provider waits five seconds; after this long without a durable notice we say no by ourselves.
const KEEP_WITHIN: Duration = Duration::from_secs(4);

/// Requests at work at once; more are turned away.
const MAX_IN_FLIGHT: usize = 1024;

/// A notice whose sender is proven, as it is to be kept.
#[derive(Debug, Clone)]
pub struct VerifiedNotice {
    /// What it was verified with.
    pub query: SignedQuery,
    /// The raw body.
    pub body: Bytes,
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

/// A notice could not be kept.
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
    apps: Arc<Apps>,
    intake: Arc<dyn Intake>,
    clock: Clock,
    in_flight: Semaphore,
}

/// What the provider is told: a status, and no word beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The address is ours; this was encrypted.
    Echo(String),
    /// Kept now or before.
    Accepted,
    /// The sender is not proven.
    Refused,
    /// No message.
    Unreadable,
    /// Larger than [`MAX_BODY_BYTES`].
    TooLarge,
    /// Our keys do not open it, or it is for somebody else; a notice is kept all the same.
    NotOpened,
    /// Not durable; to be sent again.
    Unavailable,
}

impl Receiver {
    /// A receiver on the machine's clock.
    #[must_use]
    pub fn new(apps: Arc<Apps>, intake: Arc<dyn Intake>) -> Self {
        Self::with_clock(apps, intake, Arc::new(Timestamp::now))
    }

    /// A receiver on another clock.
    #[must_use]
    pub fn with_clock(apps: Arc<Apps>, intake: Arc<dyn Intake>, clock: Clock) -> Self {
        Self {
            apps,
            intake,
            clock,
            in_flight: Semaphore::new(MAX_IN_FLIGHT),
        }
    }

    /// Answers an address check; nothing is kept of it.
    #[must_use]
    pub fn check(&self, query: &str) -> Answer {
        let verified = SignedQuery::read(query).and_then(|query| {
            let echo = query.echostr.clone().ok_or(VerifyError::Missing("echostr"))?;
            self.apps.verify(&query, &echo)?;
            Ok((query, echo))
        });
        match verified {
            Err(error) => refused(&error),
            Ok((query, echo)) => match self.apps.open(&query, &echo) {
                Ok(opened) => counted(Answer::Echo(opened.message), "address_checked"),
                Err(error) => not_opened(&error),
            },
        }
    }

    /// Verifies, opens and keeps one notice.
    pub async fn receive(&self, query: &str, body: Bytes) -> Answer {
        let received_at = (self.clock)();
        let query = match SignedQuery::read(query) {
            Ok(query) => query,
            Err(error) => return refused(&error),
        };
        // Only the encrypted text is signed: nothing is known of the sender before it is read.
        let encrypted = match envelope::encrypted(&body) {
            Ok(encrypted) => encrypted,
            Err(error) => {
                tracing::warn!(%error, "a request is no message");
                return counted(Answer::Unreadable, "unreadable");
            }
        };
        if let Err(error) = self.apps.verify(&query, &encrypted) {
            return refused(&error);
        }
        let Ok(_permit) = self.in_flight.try_acquire() else {
            return counted(Answer::Unavailable, "over_capacity");
        };
        let opened = self.apps.open(&query, &encrypted);
        let fault = opened.as_ref().err().cloned();
        let notice = VerifiedNotice {
            query,
            body,
            opened: opened.ok(),
            received_at,
        };
        match (self.keep(notice).await, fault) {
            (Err(error), _) => {
                tracing::error!(%error, "a notice was turned away");
                counted(Answer::Unavailable, "not_kept")
            }
            (Ok(_), Some(fault)) => not_opened(&fault),
            (Ok(Kept::New), None) => counted(Answer::Accepted, "accepted"),
            (Ok(Kept::Duplicate), None) => counted(Answer::Accepted, "duplicate"),
        }
    }

    async fn keep(&self, notice: VerifiedNotice) -> Result<Kept, IntakeError> {
        tokio::time::timeout(KEEP_WITHIN, self.intake.keep(notice))
            .await
            .unwrap_or_else(|_| Err(IntakeError("the database took too long".to_owned())))
    }
}

/// The route, to be nested wherever the address of the apps points.
pub fn router(receiver: Arc<Receiver>) -> Router {
    Router::new()
        .route("/", get(check).post(notice))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(receiver)
}

async fn check(State(receiver): State<Arc<Receiver>>, RawQuery(query): RawQuery) -> Answer {
    receiver.check(&query.unwrap_or_default())
}

async fn notice(
    State(receiver): State<Arc<Receiver>>,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    match body {
        Ok(body) => receiver.receive(&query.unwrap_or_default(), body).await,
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

fn refused(error: &VerifyError) -> Answer {
    tracing::warn!(%error, "a forged or damaged request, or the token of an app that is not configured");
    let outcome = match error {
        VerifyError::Missing(_) => "missing_parameter",
        VerifyError::BadSignature => "bad_signature",
    };
    counted(Answer::Refused, outcome)
}

fn not_opened(error: &OpenError) -> Answer {
    tracing::error!(%error, "a well-signed message does not open: check the EncodingAESKey and the receivers");
    alarm(SOURCE, "not_opened");
    counted(Answer::NotOpened, "not_opened")
}

impl Answer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Echo(_) | Self::Accepted => StatusCode::OK,
            Self::Refused => StatusCode::UNAUTHORIZED,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotOpened => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = self.status();
        match self {
            // The bare text: no quotes, no newline.
            Self::Echo(text) => (status, text).into_response(),
            _ => status.into_response(),
        }
    }
}
