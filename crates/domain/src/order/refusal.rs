//! What an order says no to.

use guanxi_kernel::Refusal;

use crate::refusal::RefusalDoc;

/// A business "no" of an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// Nothing was placed under this id.
    #[error("no order was placed under this id")]
    Unknown,
    /// It was placed, with other content.
    #[error("an order was placed under this id; an order never changes")]
    AlreadyPlaced,
    /// It was called off.
    #[error("the order was cancelled")]
    AlreadyCancelled,
    /// Money has come.
    #[error("the order has been paid for; give the money back instead")]
    AlreadyPaid,
    /// A cart has 1 to 500 lines.
    #[error("an order has 1 to 500 lines, this one has {0}")]
    LineCount(usize),
    /// An amount or a quantity is out of range.
    #[error("line {line_no}: {what}")]
    InvalidLine {
        /// From 1; 0 for the order as a whole.
        line_no: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// A discount is larger than what it is taken off.
    #[error("discounts exceed the price by {excess_fen} fen")]
    DiscountTooLarge {
        /// By how much.
        excess_fen: i64,
    },
    /// A coupon does not fit the goods.
    #[error(
        "coupon {coupon_id}: the goods that it covers come to {eligible_fen} fen, {threshold_fen} are needed"
    )]
    CouponNotEligible {
        /// Which.
        coupon_id: String,
        /// What it covers.
        eligible_fen: i64,
        /// What it needs.
        threshold_fen: i64,
    },
    /// One coupon stands in the cart more than once.
    #[error("coupon {0} is in the cart more than once")]
    CouponTwice(String),
    /// The number of an attempt was used for another one.
    #[error("attempt {0} was registered with other content")]
    AttemptConflict(String),
    /// An attempt must ask for something.
    #[error("an attempt to pay is for 1 fen to 10^15 fen")]
    AttemptAmount,
    /// The same payment with other content: an alarm.
    #[error("payment {0} was recorded with other content")]
    PaymentConflict(String),
    /// A payment must be of something.
    #[error("a payment is of 1 fen to 10^15 fen")]
    PaymentAmount,
    /// The same refund with other content: an alarm.
    #[error("refund {0} was recorded with other content")]
    RefundConflict(String),
    /// A refund must be of something.
    #[error("a refund is of 1 fen to 10^15 fen")]
    RefundAmount,
    /// A success has a time.
    #[error("a refund that succeeded has a success time")]
    RefundTime,
}

impl Refusal for OrderRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "order.unknown",
            Self::AlreadyPlaced => "order.already_placed",
            Self::AlreadyCancelled => "order.already_cancelled",
            Self::AlreadyPaid => "order.already_paid",
            Self::LineCount(_) => "order.line_count",
            Self::InvalidLine { .. } => "order.invalid_line",
            Self::DiscountTooLarge { .. } => "order.discount_too_large",
            Self::CouponNotEligible { .. } => "order.coupon_not_eligible",
            Self::CouponTwice(_) => "order.coupon_twice",
            Self::AttemptConflict(_) => "order.attempt_conflict",
            Self::AttemptAmount => "order.attempt_amount",
            Self::PaymentConflict(_) => "order.payment_conflict",
            Self::PaymentAmount => "order.payment_amount",
            Self::RefundConflict(_) => "order.refund_conflict",
            Self::RefundAmount => "order.refund_amount",
            Self::RefundTime => "order.refund_time",
        }
    }
}

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc::new(
        "order.unknown",
        "Unknown order",
        "No order was placed under this id.",
        "Place it first, or check the id.",
    ),
    RefusalDoc::new(
        "order.already_placed",
        "Order exists",
        "An order with other content was placed under this id. Orders never change after placing.",
        "Choose a new id for another order. Repeating the same order changes nothing and is no error.",
    ),
    RefusalDoc::new(
        "order.already_cancelled",
        "Order cancelled",
        "The order was called off, so nothing more can be asked of it. Payments and refunds are still recorded.",
        "Place a new order.",
    ),
    RefusalDoc::new(
        "order.already_paid",
        "Money has come",
        "At least a part of the order has been paid, so it cannot be called off or paid again.",
        "Ask for a refund instead.",
    ),
    RefusalDoc::new(
        "order.line_count",
        "Too few or too many lines",
        "An order has 1 to 500 lines.",
        "Divide the order.",
    ),
    RefusalDoc::new(
        "order.invalid_line",
        "A line is out of range",
        "A quantity below one, a negative price or discount, or an amount beyond what a till can hold.",
        "Correct the line that the message names.",
    ),
    RefusalDoc::new(
        "order.discount_too_large",
        "Discounts exceed the price",
        "Promotions take off more than the goods cost.",
        "Reduce the promotion; a line is never sold below zero.",
    ),
    RefusalDoc::new(
        "order.coupon_not_eligible",
        "The coupon does not fit",
        "The goods that the coupon covers, after promotions and before coupons, are below its threshold.",
        "Leave the coupon out, or add goods.",
    ),
    RefusalDoc::new(
        "order.coupon_twice",
        "Coupon used twice",
        "One coupon stands in the cart more than once.",
        "Send each coupon once.",
    ),
    RefusalDoc::new(
        "order.attempt_conflict",
        "Attempt number reused",
        "This out_trade_no was registered for the order with another amount or account.",
        "Use a new out_trade_no.",
    ),
    RefusalDoc::new(
        "order.attempt_amount",
        "Attempt out of range",
        "An attempt to pay asks for nothing, or for more than any till can hold.",
        "Ask for at least 1 fen.",
    ),
    RefusalDoc::new(
        "order.payment_conflict",
        "Payment contradicts itself",
        "The same transaction was recorded with another amount or attempt. Nothing was changed; this is an alarm.",
        "Query the provider for the transaction and find out which notice is right.",
    ),
    RefusalDoc::new(
        "order.payment_amount",
        "Payment out of range",
        "A payment is of nothing, or of more than any till can hold.",
        "Check the source of the payment.",
    ),
    RefusalDoc::new(
        "order.refund_conflict",
        "Refund contradicts itself",
        "The same refund was recorded with another amount or payment. Nothing was changed; this is an alarm.",
        "Query the provider for the refund and find out which notice is right.",
    ),
    RefusalDoc::new(
        "order.refund_amount",
        "Refund out of range",
        "A refund is of nothing, or of more than any till can hold.",
        "Check the source of the refund.",
    ),
    RefusalDoc::new(
        "order.refund_time",
        "Success without a time",
        "A refund is said to have succeeded, but not when. Figures are dated by that time.",
        "Send the provider's success time.",
    ),
    RefusalDoc::new(
        "order.attempt_taken",
        "Attempt of another order",
        "This out_trade_no of this account belongs to another order.",
        "Use a new out_trade_no; numbers are unique per account.",
    ),
    RefusalDoc::new(
        "order.transaction_taken",
        "Payment of another order",
        "This transaction is recorded for another order. Nothing was changed; this is an alarm.",
        "Query the provider for the transaction and find out which order it paid.",
    ),
];
