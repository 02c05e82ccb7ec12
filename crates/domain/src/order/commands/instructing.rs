//! Instructions to the payment service, and what it says of them.

use guanxi_kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::closing::AttemptRef;

/// Asks for an attempt to be looked up at the provider, as nothing was heard of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestQuery {
    /// Which.
    pub attempt: AttemptRef,
    /// Why, in a word.
    pub reason: String,
    /// When.
    pub requested_at: Timestamp,
}

/// What the payment service says of an instruction before its result is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "said", rename_all = "snake_case")]
pub enum InstructionNote {
    /// It has the instruction and will carry it out.
    Acknowledged,
    /// It could not carry it out yet.
    Trouble {
        /// Why, in a word, e.g. the provider's error code.
        reason: String,
        /// When it will try again; nothing if somebody must look.
        retry_at: Option<Timestamp>,
    },
}

/// Notes what the payment service says of an instruction. Results are reported as what they are: closed, paid, refunded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteInstruction {
    /// Which: the number of the work list.
    pub number: String,
    /// What it says.
    pub note: InstructionNote,
    /// When.
    pub noted_at: Timestamp,
}

/// The number under which closing an attempt stands in the work list.
#[must_use]
pub fn close_number(attempt: &AttemptRef) -> String {
    format!("close:{}:{}", attempt.mchid, attempt.out_trade_no)
}

/// The number under which looking an attempt up stands in the work list.
#[must_use]
pub fn query_number(attempt: &AttemptRef) -> String {
    format!("query:{}:{}", attempt.mchid, attempt.out_trade_no)
}

/// The number under which a refund stands in the work list.
#[must_use]
pub fn refund_number(out_refund_no: &crate::ids::OutRefundNo) -> String {
    format!("refund:{out_refund_no}")
}
