//! The caller's name for a command, by which a retry is known.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use guanxi_kernel::CommandId;

use super::Problem;

/// The `Idempotency-Key` header: 1 to 64 visible ASCII characters, unique per caller, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// Leaves room for the caller's key id within an id's 128 bytes.
const LONGEST: usize = 64;

impl IdempotencyKey {
    /// The command's id: two callers who choose the same key do not meet.
    ///
    /// # Errors
    /// The key id and the header together are longer than an id.
    pub fn command_id(&self, caller: &str) -> Result<CommandId, Problem> {
        CommandId::new(format!("api:{caller}:{}", self.0)).map_err(|why| Problem::unfit(why.to_string()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let header = parts.headers.get("idempotency-key").ok_or_else(|| {
            Problem::invalid("Send an Idempotency-Key header: a key of your own for this command, the same on every retry.")
        })?;
        let text = header.to_str().unwrap_or_default();
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::invalid(
                "Idempotency-Key has 1 to 64 visible ASCII characters.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}
