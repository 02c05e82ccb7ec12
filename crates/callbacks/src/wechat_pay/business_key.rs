//! What makes two notices tell of the same thing, whatever their ids.

use super::body::Body;

/// The authority on duplicates: `family/…`, from the provider's numbers and ours; never an openid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessKey(String);

impl BusinessKey {
    /// A payment at a payee.
    #[must_use]
    pub fn payment(payee_mchid: &str, transaction_id: &str) -> Self {
        Self(format!("payment/{payee_mchid}/{transaction_id}"))
    }

    /// A refund in one of its states: abnormal may later become success.
    #[must_use]
    pub fn refund(payee_mchid: &str, refund_id: &str, status: &str) -> Self {
        Self(format!("refund/{payee_mchid}/{refund_id}/{status}"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The keys of everything that a notice tells of: one, except for combined orders and lists of receivers.
///
/// `event_type` and `notice_id` are the envelope's; the id counts only where nothing better is known.
#[must_use]
pub fn business_keys(event_type: &str, notice_id: &str, body: &Body) -> Vec<BusinessKey> {
    match body {
        Body::Payment(payment) => vec![BusinessKey::payment(
            &payment.mchid,
            &payment.trade.transaction_id,
        )],
        Body::PartnerPayment(payment) => {
            vec![BusinessKey::payment(
                &payment.sub_mchid,
                &payment.trade.transaction_id,
            )]
        }
        Body::CombinedPayment(combined) => combined
            .sub_orders
            .iter()
            .map(|order| BusinessKey::payment(order.payee(), &order.transaction_id))
            .collect(),
        Body::Refund(refund) => {
            let payee = refund.payee().unwrap_or_default();
            vec![BusinessKey::refund(
                payee,
                &refund.refund_id,
                refund.refund_status.as_str(),
            )]
        }
        Body::ProfitSharing(sharing) => sharing
            .all_receivers()
            .map(|receiver| BusinessKey(format!("profit_sharing/{}/{}", sharing.order_id, receiver.name())))
            .collect(),
        other => {
            let key = of_no_money(event_type, other).unwrap_or_else(|| format!("notice/{notice_id}"));
            vec![BusinessKey(key)]
        }
    }
}

fn of_no_money(event_type: &str, body: &Body) -> Option<String> {
    Some(match body {
        Body::CouponReceived(coupon) => format!("coupon_received/{}/{}", coupon.stock_id, coupon.coupon_code),
        Body::CouponUsed(coupon) => {
            format!(
                "coupon_used/{}/{}",
                coupon.coupon_id, coupon.consume_information.transaction_id
            )
        }
        Body::DiscountCard(card) => {
            let pay_state = card
                .pay_information
                .as_ref()
                .map_or("", |pay| pay.pay_state.as_str());
            format!(
                "discount_card/{}/{}/{event_type}/{pay_state}",
                card.mchid, card.out_card_code
            )
        }
        Body::OldDiscountCard(card) => {
            format!(
                "discount_card_v1/{}/{event_type}/{}",
                card.out_order_no.as_ref()?,
                card.state.as_str()
            )
        }
        Body::MemberCard(card) => {
            let code = card.code.as_deref().unwrap_or_default();
            let (event, time) = (card.event_type.as_str(), &card.event_time.0);
            format!("member_card/{}/{code}/{event}/{time}", card.card_id)
        }
        Body::BrandCard(card) => format!("brand_card/{}/{}/{event_type}", card.card_id, card.user_card_code),
        Body::PayscoreOrder(order) => {
            format!("payscore/{}/{}/{event_type}", order.mchid, order.out_order_no)
        }
        Body::MallPayment(payment) => format!("mall_payment/{}/{}", payment.mchid, payment.transaction_id),
        Body::MallRefund(refund) => format!("mall_refund/{}/{}", refund.mchid, refund.refund_id),
        _ => return None,
    })
}
