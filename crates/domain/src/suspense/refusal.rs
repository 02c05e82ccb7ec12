//! What suspense says no to.

use guanxi_kernel::Refusal;

use crate::refusal::RefusalDoc;

/// A business "no" of a suspense stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuspenseRefusal {
    /// The same payment or refund with other content: an alarm.
    #[error("{0} was parked with other content")]
    Conflict(String),
}

impl Refusal for SuspenseRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "suspense.conflict",
        }
    }
}

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[RefusalDoc {
    code: "suspense.conflict",
    title: "Parked money contradicts itself",
    meaning: "The same payment or refund was parked with another amount. Nothing was changed; this is an alarm.",
    action: "Query the provider for the payment and find out which notice is right.",
}];
