//! RFC 9457 problems: the one form of every error, and the one place where a refusal becomes a status.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// An error as a client reads it (`application/problem+json`, RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// Page that explains the code: `/docs/errors/<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of this code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened this time, and what to do.
    pub detail: String,
    /// Stable code: a refusal's (`coupon.already_redeemed`), or one of the API's own (`api.invalid`).
    pub code: String,
    /// Fields that are wrong, where input was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Path of the field, e.g. `lines[2].quantity`.
    pub field: String,
    /// What it must be.
    pub message: String,
}

impl Problem {
    /// A problem with one of the API's own codes.
    pub fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/docs/errors/{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            errors: Vec::new(),
            retry_after_s: None,
        }
    }

    /// A business "no".
    pub fn refused(code: &str, message: &str) -> Self {
        Self::new(status_of(code), code, "The rules refuse this command", message)
    }

    /// Input that cannot be read or is out of range.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "api.invalid",
            "The request is not valid",
            detail,
        )
    }

    /// Input that can be read and is of the right form, but means nothing here.
    pub fn unfit(detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY.as_u16(),
            ..Self::invalid(detail)
        }
    }

    /// No key, or one that does not count.
    pub fn unauthorised(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "api.unauthorised",
            "A valid key is needed",
            detail,
        )
    }

    /// A key that may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "api.forbidden",
            "The key does not allow this",
            detail,
        )
    }

    /// Nothing there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "api.not_found",
            "There is nothing here",
            detail,
        )
    }

    /// The platform cannot answer now; the same request may be sent again.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "api.unavailable",
            "Try again soon",
            detail,
        );
        problem.retry_after_s = Some(1);
        problem
    }

    /// A fault of ours. What went wrong is in our log, not in the answer.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "api.internal",
            "A fault on our side",
            "Nothing was done. Send the request again with the same Idempotency-Key.",
        )
    }

    /// Names the wrong fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.errors = errors;
        self
    }
}

/// What a refusal's code means in HTTP: unknown things are 404, things taken or already done are 409, the rest 422.
fn status_of(code: &str) -> StatusCode {
    let reason = code.rsplit('.').next().unwrap_or(code);
    if reason == "unknown" || reason.starts_with("unknown_") {
        StatusCode::NOT_FOUND
    } else if reason.ends_with("_taken") || reason.starts_with("already") {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_its_page_and_its_status() {
        let problem = Problem::refused("coupon.already_redeemed", "redeemed by order 7");
        assert_eq!(
            (problem.status, problem.kind.as_str()),
            (409, "/docs/errors/coupon.already_redeemed")
        );
        assert_eq!(Problem::refused("order.unknown", "").status, 404);
        assert_eq!(Problem::refused("member.identity.phone_taken", "").status, 409);
        assert_eq!(Problem::refused("campaign.sold_out", "").status, 422);
    }
}
