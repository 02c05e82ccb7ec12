//! What a notice says, in the words of the house: checked amounts, instants, who was paid and who paid.

use guanxi_kernel::{Fen, MoneyError, Timestamp};
use serde::Serialize;

use super::body::payment::{
    CombinedPayment, PartnerPayment, Payment, Promotion, PromotionType, SubOrder, Trade, TradeState,
};
use super::body::refund::{Refund, RefundStatus};
use super::body::wire::{ProviderTime, UnreadableTime};
use super::body::{Body, BodyError};
use super::business_key::BusinessKey;

/// One thing that happened to money.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A payment succeeded.
    Payment(PaymentFact),
    /// A refund succeeded, was closed, or is stuck.
    Refund(RefundFact),
}

/// A payment that succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentFact {
    /// Who paid, under each application that is known; at most two.
    pub payer: Vec<Openid>,
    /// What was paid.
    pub paid: Paid,
}

/// An openid and the application under which it means something.
#[derive(Clone, PartialEq, Eq)]
pub struct Openid {
    /// The application.
    pub appid: String,
    /// The person under it.
    pub openid: String,
}

/// Never printed: it names a person.
impl std::fmt::Debug for Openid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Openid({}, …)", self.appid)
    }
}

/// What was paid: the content by which two notices of one payment are compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paid {
    /// Whose money it is.
    pub payee_mchid: String,
    /// Our number of the attempt.
    pub out_trade_no: String,
    /// The provider's number of the payment.
    pub transaction_id: String,
    /// The order amount: what ours is compared with.
    pub total: Fen,
    /// What the person paid after the provider's coupons.
    pub payer_total: Option<Fen>,
    /// Coupons of the provider that were funded beforehand.
    pub funded_coupons: Fen,
    /// Coupons of the provider that were not: the settlement is lower by them.
    pub unfunded_coupons: Fen,
    /// When it was paid.
    pub success_time: Timestamp,
}

/// What became of a refund.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RefundFact {
    /// Whose money it was.
    pub payee_mchid: String,
    /// Our number of the payment's attempt.
    pub out_trade_no: String,
    /// The provider's number of the payment.
    pub transaction_id: String,
    /// Our number of the refund.
    pub out_refund_no: String,
    /// The provider's number of the refund.
    pub refund_id: String,
    /// What became of it.
    pub result: RefundResult,
    /// The order's amount.
    pub total: Fen,
    /// Order value given back.
    pub refund: Fen,
    /// Cash given back to the person.
    pub payer_refund: Option<Fen>,
    /// When it succeeded; when the notice was made for the other results.
    pub happened_at: Timestamp,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RefundResult {
    /// The money went back.
    Succeeded,
    /// It never will; the amount is free for another refund.
    Closed,
    /// Stuck, and may still succeed.
    Abnormal,
}

/// A notice about money that says something impossible. It is kept, and a person must look.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    /// Not in its documented form.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Only success is ever announced.
    #[error("a payment notice with state {0:?}")]
    State(String),
    /// We count in yuan only.
    #[error("an amount in {0:?}, expected CNY")]
    Currency(String),
    /// Negative, or beyond any ledger.
    #[error("{field} of {fen} fen")]
    Amount {
        /// Which.
        field: &'static str,
        /// How much.
        fen: i64,
    },
    /// A time in another form.
    #[error(transparent)]
    Time(#[from] UnreadableTime),
    /// A field that this state needs.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Opened by one merchant's key, but telling of another's money.
    #[error("opened with the key of merchant {opened_by}, but addressed to {addressed_to}")]
    Merchant {
        /// Whose key opened it.
        opened_by: String,
        /// Whom it names as the receiver of the notice.
        addressed_to: String,
    },
}

/// The facts in a body; none for families that are kept and not translated.
///
/// # Errors
/// A payment or a refund that says something impossible.
pub fn facts(body: &Body, opened_by: &str, create_time: &str) -> Result<Vec<Fact>, FactError> {
    check_receiver(body, opened_by)?;
    match body {
        Body::Payment(payment) => Ok(vec![Fact::Payment(direct(payment)?)]),
        Body::PartnerPayment(payment) => Ok(vec![Fact::Payment(partner(payment)?)]),
        Body::CombinedPayment(combined) => combined
            .sub_orders
            .iter()
            .map(|order| sub_order(combined, order).map(Fact::Payment))
            .collect(),
        Body::Refund(refund) => Ok(vec![Fact::Refund(refunded(refund, create_time)?)]),
        _ => Ok(Vec::new()),
    }
}

/// A merchant's key must not speak for another merchant: with several accounts, some belong to other companies.
fn check_receiver(body: &Body, opened_by: &str) -> Result<(), FactError> {
    let addressed_to = match body {
        Body::Payment(payment) => Some(&payment.mchid),
        Body::PartnerPayment(payment) => Some(&payment.sp_mchid),
        Body::CombinedPayment(combined) => Some(&combined.combine_mchid),
        Body::Refund(refund) => refund.sp_mchid.as_ref().or(refund.mchid.as_ref()),
        _ => None,
    };
    match addressed_to {
        Some(addressed_to) if addressed_to != opened_by => Err(FactError::Merchant {
            opened_by: opened_by.to_owned(),
            addressed_to: addressed_to.clone(),
        }),
        _ => Ok(()),
    }
}

fn direct(payment: &Payment) -> Result<PaymentFact, FactError> {
    let payer = openid(&payment.appid, Some(&payment.payer.openid));
    Ok(PaymentFact {
        payer: payer.into_iter().collect(),
        paid: traded(&payment.mchid, &payment.trade)?,
    })
}

/// The payee is the service provider's merchant: the money is theirs, and attempts are registered under it.
fn partner(payment: &PartnerPayment) -> Result<PaymentFact, FactError> {
    let under_sub = payment
        .sub_appid
        .as_ref()
        .and_then(|appid| openid(appid, payment.payer.sub_openid.as_deref()));
    let under_sp = openid(&payment.sp_appid, payment.payer.sp_openid.as_deref());
    let payer = under_sub.into_iter().chain(under_sp).collect();
    Ok(PaymentFact {
        payer,
        paid: traded(&payment.sub_mchid, &payment.trade)?,
    })
}

fn traded(payee: &str, trade: &Trade) -> Result<Paid, FactError> {
    succeeded(&trade.trade_state)?;
    in_yuan(&trade.amount.currency)?;
    let sum = |kind: &PromotionType| {
        let of_kind = trade
            .promotion_detail
            .iter()
            .filter(|coupon| coupon.kind.as_ref() == Some(kind));
        of_kind.map(promoted).sum::<Result<Fen, FactError>>()
    };
    Ok(Paid {
        payee_mchid: payee.to_owned(),
        out_trade_no: trade.out_trade_no.clone(),
        transaction_id: trade.transaction_id.clone(),
        total: amount("amount.total", trade.amount.total)?,
        payer_total: optional_amount("amount.payer_total", trade.amount.payer_total)?,
        funded_coupons: sum(&PromotionType::Cash)?,
        unfunded_coupons: sum(&PromotionType::NoCash)?,
        success_time: trade.success_time.instant()?,
    })
}

fn promoted(coupon: &Promotion) -> Result<Fen, FactError> {
    amount("promotion_detail.amount", coupon.amount)
}

/// A combined order names no coupons; what it says of the payer counts for all its payments.
fn sub_order(combined: &CombinedPayment, order: &SubOrder) -> Result<PaymentFact, FactError> {
    succeeded(&order.trade_state)?;
    in_yuan(&order.amount.currency)?;
    let payer = openid(&combined.combine_appid, Some(&combined.combine_payer_info.openid));
    let paid = Paid {
        payee_mchid: order.payee().to_owned(),
        out_trade_no: order.out_trade_no.clone(),
        transaction_id: order.transaction_id.clone(),
        total: amount("amount.total_amount", order.amount.total_amount)?,
        payer_total: optional_amount("amount.payer_amount", order.amount.payer_amount)?,
        funded_coupons: Fen::ZERO,
        unfunded_coupons: Fen::ZERO,
        success_time: order.success_time.instant()?,
    };
    Ok(PaymentFact {
        payer: payer.into_iter().collect(),
        paid,
    })
}

fn refunded(refund: &Refund, create_time: &str) -> Result<RefundFact, FactError> {
    let result = match &refund.refund_status {
        RefundStatus::Success => RefundResult::Succeeded,
        RefundStatus::Closed | RefundStatus::Close => RefundResult::Closed,
        RefundStatus::Abnormal => RefundResult::Abnormal,
        other => return Err(FactError::State(other.as_str().to_owned())),
    };
    let happened_at = match result {
        // Published samples of other results show a success time too; it means nothing there.
        RefundResult::Succeeded => refund
            .success_time
            .as_ref()
            .ok_or(FactError::Missing("success_time"))?
            .instant()?,
        RefundResult::Closed | RefundResult::Abnormal => ProviderTime(create_time.to_owned()).instant()?,
    };
    Ok(RefundFact {
        payee_mchid: refund.payee().ok_or(FactError::Missing("mchid"))?.to_owned(),
        out_trade_no: refund.out_trade_no.clone(),
        transaction_id: refund.transaction_id.clone(),
        out_refund_no: refund.out_refund_no.clone(),
        refund_id: refund.refund_id.clone(),
        result,
        total: amount("amount.total", refund.amount.total)?,
        refund: amount("amount.refund", refund.amount.refund)?,
        payer_refund: optional_amount("amount.payer_refund", refund.amount.payer_refund)?,
        happened_at,
    })
}

fn succeeded(state: &TradeState) -> Result<(), FactError> {
    match state {
        TradeState::Success => Ok(()),
        other => Err(FactError::State(other.as_str().to_owned())),
    }
}

fn in_yuan(currency: &str) -> Result<(), FactError> {
    if currency == "CNY" {
        Ok(())
    } else {
        Err(FactError::Currency(currency.to_owned()))
    }
}

fn amount(field: &'static str, fen: i64) -> Result<Fen, FactError> {
    match Fen::checked(fen) {
        Ok(amount) if fen >= 0 => Ok(amount),
        Ok(_) | Err(MoneyError::OutOfRange) => Err(FactError::Amount { field, fen }),
    }
}

fn optional_amount(field: &'static str, fen: Option<i64>) -> Result<Option<Fen>, FactError> {
    fen.map(|fen| amount(field, fen)).transpose()
}

fn openid(appid: &str, openid: Option<&str>) -> Option<Openid> {
    let openid = openid.filter(|openid| !openid.is_empty())?;
    Some(Openid {
        appid: appid.to_owned(),
        openid: openid.to_owned(),
    })
}

impl Paid {
    /// What makes two notices tell of this payment.
    #[must_use]
    pub fn business_key(&self) -> BusinessKey {
        BusinessKey::payment(&self.payee_mchid, &self.transaction_id)
    }
}

impl RefundFact {
    /// What makes two notices tell of this state of the refund.
    #[must_use]
    pub fn business_key(&self) -> BusinessKey {
        let status = match self.result {
            RefundResult::Succeeded => "SUCCESS",
            RefundResult::Closed => "CLOSED",
            RefundResult::Abnormal => "ABNORMAL",
        };
        BusinessKey::refund(&self.payee_mchid, &self.refund_id, status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MERCHANT: &str = "1234567891";

    fn payment(change: impl Fn(&mut serde_json::Value)) -> Result<Vec<Fact>, FactError> {
        let mut body = serde_json::json!({"mchid": MERCHANT, "appid": "wx1", "out_trade_no": "ORD1",
            "transaction_id": "4200", "trade_type": "JSAPI", "trade_state": "SUCCESS",
            "success_time": "2026-03-01T10:00:02+08:00", "payer": {"openid": "oTest"},
            "amount": {"total": 19900, "payer_total": 18900, "currency": "CNY"},
            "promotion_detail": [{"coupon_id": "1", "type": "CASH", "amount": 700},
                                 {"coupon_id": "2", "type": "NOCASH", "amount": 300}]});
        change(&mut body);
        facts(
            &Body::read("TRANSACTION.SUCCESS", &body.to_string())?,
            MERCHANT,
            "",
        )
    }

    #[test]
    fn a_payment_keeps_the_providers_coupons_beside_the_total() {
        let facts = payment(|_| ()).unwrap();
        let [Fact::Payment(payment)] = &facts[..] else {
            panic!("{facts:?}")
        };
        assert_eq!(
            (payment.paid.total, payment.paid.payer_total),
            (Fen(19900), Some(Fen(18900)))
        );
        assert_eq!(
            (payment.paid.funded_coupons, payment.paid.unfunded_coupons),
            (Fen(700), Fen(300))
        );
        assert_eq!(payment.paid.success_time.to_string(), "2026-03-01T02:00:02Z");
        assert_eq!(payment.paid.business_key().as_str(), "payment/1234567891/4200");
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        for (field, value, says) in [
            ("/trade_state", "NOTPAY".into(), "NOTPAY"),
            ("/amount/currency", "USD".into(), "CNY"),
            ("/amount/total", (-1).into(), "-1 fen"),
            ("/amount/total", i64::MAX.into(), "amount.total"),
            ("/success_time", "yesterday".into(), "not a time"),
            ("/mchid", "1900000109".into(), "addressed to 1900000109"),
        ] {
            let value: serde_json::Value = value;
            let error = payment(|body| *body.pointer_mut(field).unwrap() = value.clone()).unwrap_err();
            assert!(error.to_string().contains(says), "{field}: {error}");
        }
    }

    #[test]
    fn the_partner_form_pays_the_sub_merchant_and_knows_the_payer_twice() {
        let body = r#"{"sp_appid":"wxSP","sp_mchid":"1234567891","sub_appid":"wxSUB","sub_mchid":"1900000200",
            "out_trade_no":"ORD2","transaction_id":"42","trade_type":"JSAPI","trade_state":"SUCCESS",
            "success_time":"2026-03-01T10:00:02+08:00","payer":{"sp_openid":"a","sub_openid":"b"},
            "amount":{"total":1}}"#;
        let facts = facts(&Body::read("TRANSACTION.SUCCESS", body).unwrap(), MERCHANT, "").unwrap();
        let [Fact::Payment(payment)] = &facts[..] else {
            panic!("{facts:?}")
        };
        assert_eq!(payment.paid.payee_mchid, "1900000200");
        let payer: Vec<_> = payment
            .payer
            .iter()
            .map(|openid| (openid.appid.as_str(), openid.openid.as_str()))
            .collect();
        assert_eq!(payer, [("wxSUB", "b"), ("wxSP", "a")]);
    }

    fn refund(status: &str, success_time: Option<&str>) -> Result<RefundFact, FactError> {
        let body = serde_json::json!({"mchid": MERCHANT, "out_trade_no": "ORD1", "transaction_id": "4200",
            "out_refund_no": "R1", "refund_id": "503", "refund_status": status, "success_time": success_time,
            "amount": {"total": 19900, "refund": 9950, "payer_total": 18900, "payer_refund": 9450}});
        let body = Body::read("REFUND.SUCCESS", &body.to_string())?;
        let facts = facts(&body, MERCHANT, "2026-03-02T09:30:01+08:00")?;
        let [Fact::Refund(refund)] = &facts[..] else {
            panic!("{facts:?}")
        };
        Ok(refund.clone())
    }

    #[test]
    fn a_refund_is_dated_by_its_success_and_other_results_by_their_notice() {
        let time = Some("2026-03-02T09:30:00+08:00");
        assert_eq!(
            refund("SUCCESS", time).unwrap().happened_at.to_string(),
            "2026-03-02T01:30:00Z"
        );
        for status in ["ABNORMAL", "CLOSED", "CLOSE"] {
            assert_eq!(
                refund(status, time).unwrap().happened_at.to_string(),
                "2026-03-02T01:30:01Z"
            );
        }
        assert_eq!(
            refund("CLOSE", None).unwrap().business_key(),
            refund("CLOSED", None).unwrap().business_key()
        );
        assert!(refund("SUCCESS", None).is_err());
        assert!(refund("PROCESSING", time).is_err());
    }
}
