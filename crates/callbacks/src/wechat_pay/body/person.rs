//! Whom a body names, so that the notice can be joined to the person's data and be forgotten with it.

use guanxi_domain::member::IdentityKind;

use super::Body;
use crate::person::Sign;

impl Body {
    /// The signs of persons in families that are kept and not translated, as far as they can be looked up: an openid
    /// needs its application, which some families leave out.
    #[must_use]
    pub fn signs(&self) -> Vec<Sign<'_>> {
        let (openid, unionid) = match self {
            Self::CouponReceived(coupon) => (None, coupon.unionid.as_deref()),
            Self::MemberCard(card) => (None, card.unionid.as_deref()),
            Self::DiscountCard(card) => (Some((card.appid.as_str(), card.openid.as_str())), None),
            Self::OldDiscountCard(card) => (card.appid.as_deref().zip(card.openid.as_deref()), None),
            Self::PayscorePermission(permission) => (
                permission.appid.as_deref().zip(permission.openid.as_deref()),
                None,
            ),
            Self::PayscoreOrder(order) => (order.appid.as_deref().zip(order.openid.as_deref()), None),
            Self::MallPayment(payment) => (Some((payment.appid.as_str(), payment.openid.as_str())), None),
            Self::MallRefund(refund) => (Some((refund.appid.as_str(), refund.openid.as_str())), None),
            _ => (None, None),
        };
        let openid = openid.map(|(appid, value)| Sign {
            kind: IdentityKind::Openid,
            issuer: Some(appid),
            value,
        });
        let unionid = unionid.map(|value| Sign {
            kind: IdentityKind::Unionid,
            issuer: None,
            value,
        });
        openid
            .into_iter()
            .chain(unionid)
            .filter(|sign| !sign.value.is_empty())
            .collect()
    }
}
