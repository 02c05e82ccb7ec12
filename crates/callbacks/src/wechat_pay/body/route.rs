//! Which family a body belongs to: by the event's name, and where names lie, by the shape of the body.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::coupon::{CouponReceived, CouponUsed};
use super::discount_card::DiscountCard;
use super::discount_card_v1::OldDiscountCard;
use super::mall::{MallJoined, MallPayment, MallRefund};
use super::member_card::{BrandCard, MemberCard};
use super::payment::{CombinedPayment, PartnerPayment, Payment};
use super::payscore::{PayscoreOrder, PayscorePermission};
use super::profit_sharing::ProfitSharing;
use super::refund::Refund;

/// An opened notice.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A direct merchant's payment.
    Payment(Payment),
    /// A payment through a service provider.
    PartnerPayment(PartnerPayment),
    /// A combined order's payments.
    CombinedPayment(CombinedPayment),
    /// A refund's result.
    Refund(Refund),
    /// A merchant coupon was received.
    CouponReceived(CouponReceived),
    /// A cash coupon was used.
    CouponUsed(CouponUsed),
    /// A discount card of generation 2.
    DiscountCard(DiscountCard),
    /// A discount card of generation 1.
    OldDiscountCard(OldDiscountCard),
    /// Money shared with one of our accounts, or returned.
    ProfitSharing(ProfitSharing),
    /// A member card in the card package.
    MemberCard(MemberCard),
    /// A brand's member card.
    BrandCard(BrandCard),
    /// A pay-score permission.
    PayscorePermission(PayscorePermission),
    /// A pay-score order.
    PayscoreOrder(PayscoreOrder),
    /// A person joined a mall.
    MallJoined(MallJoined),
    /// A payment in a mall.
    MallPayment(MallPayment),
    /// A refund in a mall.
    MallRefund(MallRefund),
    /// Anything else: kept raw, translated to nothing.
    Unknown,
}

/// A body of a known family that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Not a JSON object.
    #[error("the opened resource is not a JSON object")]
    NotAnObject,
    /// A promised field is missing or of another type.
    #[error("the body of {event_type} does not have the documented form of {family}: {reason}")]
    Form {
        /// The event's name.
        event_type: String,
        /// The family it was taken for.
        family: &'static str,
        /// What is wrong; never a value out of the body.
        reason: String,
    },
}

/// Families by shape, for names that several families share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Payment,
    PartnerPayment,
    CombinedPayment,
    Refund,
    CouponReceived,
    CouponUsed,
    DiscountCard,
    OldDiscountCard,
    ProfitSharing,
    MemberCard,
    BrandCard,
    PayscorePermission,
    PayscoreOrder,
    MallJoined,
    MallPayment,
    MallRefund,
    Unknown,
}

impl Body {
    /// Types an opened resource.
    ///
    /// # Errors
    /// Not an object, or of a known family but not in its form.
    pub fn read(event_type: &str, plaintext: &str) -> Result<Self, BodyError> {
        let mut body: Value = serde_json::from_str(plaintext).map_err(|_| BodyError::NotAnObject)?;
        if !body.is_object() {
            return Err(BodyError::NotAnObject);
        }
        without_nulls(&mut body);
        let family = family(event_type, &body);
        let reader = Reader { event_type, body };
        Ok(match family {
            Family::Payment => Self::Payment(reader.typed("a payment")?),
            Family::PartnerPayment => Self::PartnerPayment(reader.typed("a partner payment")?),
            Family::CombinedPayment => Self::CombinedPayment(reader.typed("a combined payment")?),
            Family::Refund => Self::Refund(reader.typed("a refund")?),
            Family::CouponReceived => Self::CouponReceived(reader.typed("a merchant coupon")?),
            Family::CouponUsed => Self::CouponUsed(reader.typed("a cash coupon")?),
            Family::DiscountCard => Self::DiscountCard(reader.typed("a discount card")?),
            Family::OldDiscountCard => Self::OldDiscountCard(reader.typed("an old discount card")?),
            Family::ProfitSharing => Self::ProfitSharing(reader.typed("profit sharing")?),
            Family::MemberCard => Self::MemberCard(reader.typed("a member card")?),
            Family::BrandCard => Self::BrandCard(reader.typed("a brand card")?),
            Family::PayscorePermission => Self::PayscorePermission(reader.typed("a pay-score permission")?),
            Family::PayscoreOrder => Self::PayscoreOrder(reader.typed("a pay-score order")?),
            Family::MallJoined => Self::MallJoined(reader.typed("a mall's member")?),
            Family::MallPayment => Self::MallPayment(reader.typed("a mall payment")?),
            Family::MallRefund => Self::MallRefund(reader.typed("a mall refund")?),
            Family::Unknown => Self::Unknown,
        })
    }

    /// The family's name, for metrics and lists.
    #[must_use]
    pub fn family(&self) -> &'static str {
        match self {
            Self::Payment(_) => "payment",
            Self::PartnerPayment(_) => "partner_payment",
            Self::CombinedPayment(_) => "combined_payment",
            Self::Refund(_) => "refund",
            Self::CouponReceived(_) => "coupon_received",
            Self::CouponUsed(_) => "coupon_used",
            Self::DiscountCard(_) => "discount_card",
            Self::OldDiscountCard(_) => "discount_card_v1",
            Self::ProfitSharing(_) => "profit_sharing",
            Self::MemberCard(_) => "member_card",
            Self::BrandCard(_) => "brand_card",
            Self::PayscorePermission(_) => "payscore_permission",
            Self::PayscoreOrder(_) => "payscore_order",
            Self::MallJoined(_) => "mall_joined",
            Self::MallPayment(_) => "mall_payment",
            Self::MallRefund(_) => "mall_refund",
            Self::Unknown => "unknown",
        }
    }
}

struct Reader<'a> {
    event_type: &'a str,
    body: Value,
}

impl Reader<'_> {
    fn typed<T: DeserializeOwned>(self, family: &'static str) -> Result<T, BodyError> {
        serde_json::from_value(self.body).map_err(|error| {
            // Other messages of the reader quote the value that they found.
            let reason = Some(error.to_string()).filter(|reason| reason.starts_with("missing field"));
            BodyError::Form {
                event_type: self.event_type.to_owned(),
                family,
                reason: reason.unwrap_or_else(|| "a field has another type".to_owned()),
            }
        })
    }
}

/// Some senders write `null` for what is absent.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

fn family(event_type: &str, body: &Value) -> Family {
    match event_type {
        "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED" => Family::Refund,
        "COUPON.SEND" => Family::CouponReceived,
        "COUPON.USE" => Family::CouponUsed,
        "DISCOUNT_CARD.USER_ACCEPTED" | "DISCOUNT_CARD.AGREEMENT_ENDED" | "DISCOUNT_CARD.USER_PAID" => {
            Family::DiscountCard
        }
        "DISCOUNT_CARD.GET_CARD" | "DISCOUNT_CARD.SETTLEMENT" => Family::OldDiscountCard,
        "MEMBERCARD.ACCEPT_CARD" | "MEMBERCARD.ACTIVATE_CARD" | "MEMBERCARD.USERCARD_MANAGE" => {
            Family::MemberCard
        }
        "MEMBERCARDSP.USER_CARD.CREATE" | "MEMBERCARDSP.USER_CARD.DELETE" => Family::BrandCard,
        "PAYSCORE.USER_OPEN_SERVICE" | "PAYSCORE.USER_CLOSE_SERVICE" => Family::PayscorePermission,
        "PAYSCORE.USER_CONFIRM" | "PAYSCORE.USER_PAID" | "PAYSCORE.USER_ACCEPTED" => Family::PayscoreOrder,
        "MALL_AUTH.ACTIVATE_CARD" => Family::MallJoined,
        "MALL_TRANSACTION.SUCCESS" => Family::MallPayment,
        "MALL_REFUND.SUCCESS" => Family::MallRefund,
        "TRANSACTION.SUCCESS" => by_shape(body),
        // Promised by older pages; the same movement arrives as TRANSACTION.SUCCESS in practice.
        "PROFITSHARING" | "PROFITSHARING_RETURN" | "PROFITSHARING.SUCCESS" | "PROFITSHARING.RETURN"
            if is_profit_sharing(body) =>
        {
            Family::ProfitSharing
        }
        _ => Family::Unknown,
    }
}

/// `TRANSACTION.SUCCESS` is said of payments, ledger movements, parking and cash coupons alike. The order matters:
/// a ledger movement booked as a payment would be money twice.
fn by_shape(body: &Value) -> Family {
    let has = |field: &str| body.get(field).is_some();
    if is_profit_sharing(body) {
        Family::ProfitSharing
    } else if has("combine_out_trade_no") {
        Family::CombinedPayment
    } else if has("sp_mchid") && has("trade_state") {
        Family::PartnerPayment
    } else if has("parking_info") {
        Family::Unknown
    } else if has("coupon_id") && has("stock_creator_mchid") {
        Family::CouponUsed
    } else if has("trade_state") && has("mchid") {
        Family::Payment
    } else {
        Family::Unknown
    }
}

fn is_profit_sharing(body: &Value) -> bool {
    body.get("receiver").is_some() || body.get("receivers").is_some()
}
