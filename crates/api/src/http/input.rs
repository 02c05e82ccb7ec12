//! Input, read and checked: bodies, query strings and path segments, with problems instead of plain text.

use axum::Json;
use axum::body::{Body as Bytestream, Bytes};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use garde::Validate;
use serde::de::DeserializeOwned;

use super::{FieldProblem, Problem};

/// A JSON body that fits its type and its declared ranges.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// A query string that fits its type.
#[derive(Debug)]
pub struct Params<T>(pub T);

/// A path segment that fits its type.
#[derive(Debug)]
pub struct Segment<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned + Validate<Context = ()>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body: T = object(request, state).await?;
        body.validate().map_err(|report| {
            let errors = report
                .iter()
                .map(|(path, error)| FieldProblem {
                    field: path.to_string(),
                    message: error.to_string(),
                })
                .collect();
            Problem::unfit("Fields are out of range; see errors.").with_errors(errors)
        })?;
        Ok(Self(body))
    }
}

/// Reads a JSON body. serde would also take an array for an object, value by value in the order of the fields: then a
/// client that forgot the names would be understood by chance.
pub(super) async fn object<T: DeserializeOwned, S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
        .await
        .map_err(|why| unreadable(&why.into()))?;
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::unfit("An object is needed, not an array."));
    }
    let whole = Request::from_parts(parts, Bytestream::from(bytes));
    let read = Json::<T>::from_request(whole, state).await;
    read.map(|Json(body)| body).map_err(|why| unreadable(&why))
}

fn unreadable(why: &JsonRejection) -> Problem {
    match why {
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "api.not_json",
            "JSON is needed",
            "Send Content-Type: application/json.",
        ),
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "api.too_large",
            "The body is too large",
            "A command has at most 1 MiB.",
        ),
        JsonRejection::JsonDataError(data) => Problem::unfit(data.body_text()),
        other => Problem::invalid(other.body_text()),
    }
}

impl<T, S> FromRequestParts<S> for Params<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // No text of ours holds one, and PostgreSQL's cannot.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::unfit(
                "A value holds the character NUL (%00); leave it out.",
            ));
        }
        let read: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        read.map(|Query(params)| Self(params))
            .map_err(|why| Problem::invalid(why.body_text()))
    }
}

impl<T, S> FromRequestParts<S> for Segment<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        read.map(|Path(segment)| Self(segment))
            .map_err(|why| Problem::invalid(why.body_text()))
    }
}
