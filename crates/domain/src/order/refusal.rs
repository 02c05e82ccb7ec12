//! What an order says no to.

use guanxi_kernel::Refusal;

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
    /// It is about to be called off.
    #[error("the order is about to be called off")]
    Closing,
    /// The attempt is not of this order.
    #[error("no attempt {0} was registered for this order")]
    AttemptUnknown(String),
    /// What was paid cannot be closed.
    #[error("attempt {0} has been paid")]
    AttemptPaid(String),
    /// Somebody may still pay.
    #[error("somebody may still pay; ask for the attempts to be closed first")]
    AttemptsOpen,
    /// It is not paid.
    #[error("the order is not paid")]
    NotPaid,
    /// Nothing was named.
    #[error("name at least one line")]
    NoLines,
    /// There is no such line.
    #[error("the order has no line {0}")]
    UnknownLine(u32),
    /// A line is named more than once.
    #[error("line {0} is named more than once")]
    LineTwice(u32),
    /// More pieces than there are.
    #[error("line {line_no} has {left} pieces left")]
    TooManyPieces {
        /// Which.
        line_no: u32,
        /// How many are left.
        left: i64,
    },
    /// Everything was sent or given back.
    #[error("nothing is left to be handed over")]
    NothingToDeliver,
    /// The goods left another way.
    #[error("the goods are on their way or fetched already")]
    AlreadyDelivered,
    /// The number of a parcel was used for another one.
    #[error("parcel {0} was recorded with other content")]
    ShipmentConflict(String),
    /// Not everything was sent.
    #[error("not everything was sent")]
    NotShipped,
    /// The code cannot be typed.
    #[error("a pick-up code has 4 to 32 letters and digits")]
    PickupCodeInvalid,
    /// There is no code.
    #[error("no pick-up code was issued")]
    PickupCodeMissing,
    /// Another code was shown.
    #[error("this is not the order's pick-up code")]
    PickupCodeWrong,
    /// The code is not good any more.
    #[error("the pick-up code has expired")]
    PickupCodeExpired,
    /// There is no such after-sale.
    #[error("no after-sale {0} was asked for")]
    AfterSaleUnknown(String),
    /// The number was used for another one.
    #[error("after-sale {0} was asked for with other content")]
    AfterSaleConflict(String),
    /// It was decided before.
    #[error("after-sale {0} is settled")]
    AfterSaleSettled(String),
    /// Nobody has granted it.
    #[error("after-sale {0} was not granted yet")]
    AfterSaleNotApproved(String),
    /// No goods are expected.
    #[error("after-sale {0} expects no goods")]
    NothingToReturn(String),
    /// The order has given no such instruction.
    #[error("no instruction {0} was given for this order")]
    InstructionUnknown(String),
    /// The number was used for another one.
    #[error("refund {0} was asked for with other content")]
    RefundNumberReused(String),
    /// More than is left.
    #[error("at most {left_fen} fen are left to be given back")]
    RefundExceeds {
        /// What is left.
        left_fen: i64,
    },
    /// It comes to nothing.
    #[error("this comes to nothing")]
    NothingToRefund,
    /// The provider takes no more.
    #[error("a payment takes at most 50 refunds")]
    RefundsExhausted,
    /// The provider takes none any more.
    #[error("a payment can be refunded for 365 days")]
    RefundTooLate,
    /// It may still go through.
    #[error("refund {0} was not closed, or has been asked for again")]
    RefundNotClosed(String),
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
            Self::Closing => "order.closing",
            Self::AttemptUnknown(_) => "order.attempt_unknown",
            Self::AttemptPaid(_) => "order.attempt_paid",
            Self::AttemptsOpen => "order.attempts_open",
            Self::NotPaid => "order.not_paid",
            Self::NoLines => "order.no_lines",
            Self::UnknownLine(_) => "order.unknown_line",
            Self::LineTwice(_) => "order.line_twice",
            Self::TooManyPieces { .. } => "order.too_many_pieces",
            Self::NothingToDeliver => "order.nothing_to_deliver",
            Self::AlreadyDelivered => "order.already_delivered",
            Self::ShipmentConflict(_) => "order.shipment_conflict",
            Self::NotShipped => "order.not_shipped",
            Self::PickupCodeInvalid => "order.pickup_code_invalid",
            Self::PickupCodeMissing => "order.pickup_code_missing",
            Self::PickupCodeWrong => "order.pickup_code_wrong",
            Self::PickupCodeExpired => "order.pickup_code_expired",
            Self::AfterSaleUnknown(_) => "order.after_sale_unknown",
            Self::AfterSaleConflict(_) => "order.after_sale_conflict",
            Self::AfterSaleSettled(_) => "order.after_sale_settled",
            Self::AfterSaleNotApproved(_) => "order.after_sale_not_approved",
            Self::NothingToReturn(_) => "order.nothing_to_return",
            Self::InstructionUnknown(_) => "order.instruction_unknown",
            Self::RefundNumberReused(_) => "order.refund_number_reused",
            Self::RefundExceeds { .. } => "order.refund_exceeds",
            Self::NothingToRefund => "order.nothing_to_refund",
            Self::RefundsExhausted => "order.refunds_exhausted",
            Self::RefundTooLate => "order.refund_too_late",
            Self::RefundNotClosed(_) => "order.refund_not_closed",
        }
    }
}
