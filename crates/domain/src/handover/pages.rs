//! The pages of a handover's refusals.

use crate::refusal::RefusalDoc;

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc::new(
        "handover.already_exists",
        "Handover exists",
        "Another handover, with other guides or members, was asked for under this id.",
        "Choose a new id.",
    ),
    RefusalDoc::new(
        "handover.same_guide",
        "The same guide",
        "Who gives and who takes the members is one guide.",
        "Check the ids.",
    ),
    RefusalDoc::new(
        "handover.nobody",
        "Nobody to hand over",
        "The call names no member.",
        "Name at least one.",
    ),
    RefusalDoc::new(
        "handover.too_many",
        "More than a hundred",
        "The provider takes at most 100 customers in one call.",
        "Divide the members over several handovers. A resignation is divided by itself.",
    ),
];
