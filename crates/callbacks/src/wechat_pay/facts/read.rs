//! From a typed body to facts: nothing impossible passes.

use guanxi_kernel::{Fen, MoneyError};

use super::fact::{Fact, FactError, Openid, Paid, PaymentFact, RefundFact, RefundResult};
use crate::wechat_pay::body::Body;
use crate::wechat_pay::body::payment::{
    CombinedPayment, PartnerPayment, Payment, Promotion, PromotionType, SubOrder, Trade, TradeState,
};
use crate::wechat_pay::body::refund::{Refund, RefundStatus};
use crate::wechat_pay::body::wire::ProviderTime;

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
