//! An author's pure function, run so that its panic is a reason and not the end of the follower.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs an author's function; a panic becomes a reason.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        format!(
            "panicked: {}",
            text.unwrap_or_else(|| "without a message".to_owned())
        )
    })
}
