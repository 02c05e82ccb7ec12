//! The pages of a coupon's refusals.

use crate::refusal::RefusalDoc;

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc::new(
        "coupon.unknown",
        "Unknown coupon",
        "No coupon was issued under this id.",
        "Check the id. A coupon exists a moment after its claim: wait for the claim's position.",
    ),
    RefusalDoc::new(
        "coupon.already_issued",
        "Coupon exists",
        "A coupon with other terms was issued under this id.",
        "Choose a new id.",
    ),
    RefusalDoc::new(
        "coupon.not_holder",
        "Somebody else's coupon",
        "Only the member who holds a coupon may use it.",
        "Check the member and the coupon.",
    ),
    RefusalDoc::new(
        "coupon.not_yet_valid",
        "Too early",
        "The coupon may be reserved from a later instant on.",
        "Try again from the instant that the message names.",
    ),
    RefusalDoc::new(
        "coupon.expired",
        "Too late",
        "The coupon's time was over when it was to be reserved.",
        "Leave the coupon out.",
    ),
    RefusalDoc::new(
        "coupon.reserved",
        "Reserved for another order",
        "The coupon is bound to another order until that is paid or called off.",
        "Call the other order off, or leave the coupon out.",
    ),
    RefusalDoc::new(
        "coupon.already_redeemed",
        "Used up",
        "The coupon has been redeemed. Of two racing redemptions one wins; this was the other.",
        "Leave the coupon out.",
    ),
    RefusalDoc::new(
        "coupon.not_redeemed",
        "Not used by this order",
        "The coupon cannot come back from an order that has not used it up.",
        "Check the order.",
    ),
    RefusalDoc::new(
        "coupon.revoked",
        "Taken away",
        "The coupon was taken away from its holder; it can never be used again.",
        "Leave the coupon out.",
    ),
];
