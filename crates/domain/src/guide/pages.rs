//! The pages of a relationship's refusals.

use crate::refusal::RefusalDoc;

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc::new(
        "guide.not_bound",
        "Not bound",
        "The guide does not serve this member.",
        "Bind them first, or check the ids.",
    ),
    RefusalDoc::new(
        "guide.already_bound",
        "Bound in another way",
        "The guide serves the member already, at another store or with another exclusiveness.",
        "Unbind first.",
    ),
    RefusalDoc::new(
        "guide.rate_too_high",
        "Rate above the whole",
        "A commission rate is at most 10,000 ten-thousandths.",
        "Correct the rate.",
    ),
    RefusalDoc::new(
        "guide.commission_would_fall",
        "Less than was earned",
        "The order has earned more commission already; less is a reversal, not an accrual.",
        "Check the base and the rate of the order.",
    ),
    RefusalDoc::new(
        "guide.exclusive_taken",
        "Another guide's member",
        "Another guide serves this member exclusively.",
        "Unbind the other guide first, or bind without exclusiveness.",
    ),
];
