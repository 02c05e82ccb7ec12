//! What every handler shares on the wire: problems, checked input, idempotency keys, pages.
//!
//! axum's own rejections are plain text; a client of ours reads one error format only, so they are all turned into
//! RFC 9457 problems here.

mod idempotency;
mod input;
mod page;
mod problem;
mod schema;

pub use idempotency::IdempotencyKey;
pub use input::{Body, Params, Segment};
pub use page::{Cursor, Page, PageQuery};
pub use problem::{FieldProblem, Problem};
pub(crate) use schema::answer;
pub use schema::{Command, schema_of};
