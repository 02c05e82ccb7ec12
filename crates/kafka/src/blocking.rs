//! Calls that wait, away from the threads that must not.

use crate::PublishError;

/// Runs a call of this crate that blocks: librdkafka waits in the calling thread.
///
/// # Errors
/// Those of the call.
pub async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, PublishError> + Send + 'static,
) -> Result<T, PublishError> {
    tokio::task::spawn_blocking(call)
        .await
        .unwrap_or_else(|error| Err(PublishError::Transient(error.to_string())))
}
