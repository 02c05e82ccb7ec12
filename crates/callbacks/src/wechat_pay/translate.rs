//! From what a notice says to what is asked of the house.
//!
//! | notice | its attempt is registered | it is not |
//! | --- | --- | --- |
//! | payment | `RecordPayment` to the order | `Park` to suspense |
//! | refund | `RecordRefund` to the order | `Park` to suspense |
//! | anything else | nothing | nothing |
//!
//! The id of each command is made of the business key, so a notice that comes twice, or is translated twice, asks
//! the same thing again and changes nothing. Its digest is made of what the notice says about the money, so the same
//! key with other content is an alarm. What is found out only on the way (who the payer is, where the order lies) is
//! in neither.

use guanxi_domain::ids::{MerchantId, OutRefundNo, OutTradeNo, RefundId, TransactionId};
use guanxi_domain::order::{OrderCommand, RecordPayment, RecordRefund, RefundStatus, Tender, attempt_key};
use guanxi_domain::suspense::{MoneyFact, SuspenseCommand};
use guanxi_kernel::{CommandId, IdError, MemberId, OrderId};

use super::SOURCE;
use super::facts::{Fact, Paid, RefundFact, RefundResult};

/// The provider's name in orders: attempts are registered under it.
pub const PROVIDER: &str = "wechat";

/// What is asked, of which stream, under which id.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Whom.
    pub target: Target,
    /// The command's id: the same for the same money, wherever the notice is translated.
    pub command_id: CommandId,
}

/// Whom a notice's money concerns.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The order that registered the attempt.
    Order(OrderId, OrderCommand),
    /// Nobody registered it yet; the id is that of the attempt.
    Suspense(String, SuspenseCommand),
}

/// Our number of the attempt at the account that received the money: by it the order is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    mchid: MerchantId,
    out_trade_no: OutTradeNo,
}

impl Attempt {
    /// The attempt that a fact names.
    ///
    /// # Errors
    /// A number that is no id.
    pub fn of(fact: &Fact) -> Result<Self, IdError> {
        let (mchid, out_trade_no) = match fact {
            Fact::Payment(payment) => (&payment.paid.payee_mchid, &payment.paid.out_trade_no),
            Fact::Refund(refund) => (&refund.payee_mchid, &refund.out_trade_no),
        };
        Ok(Self {
            mchid: MerchantId::new(mchid)?,
            out_trade_no: OutTradeNo::new(out_trade_no)?,
        })
    }

    /// The key of its claim, and the id of its suspense stream.
    #[must_use]
    pub fn key(&self) -> String {
        attempt_key(&self.mchid, &self.out_trade_no)
    }
}

/// What is asked because of a fact. `order` is who registered the attempt; `payer` is whom the payer was recognised
/// as, and means nothing for a refund.
///
/// # Errors
/// A number that is no id.
pub fn request(fact: &Fact, order: Option<OrderId>, payer: Option<MemberId>) -> Result<Request, IdError> {
    let attempt = Attempt::of(fact)?;
    let (money, key) = match fact {
        Fact::Payment(payment) => {
            let money = MoneyFact::Payment(record_payment(&payment.paid, &attempt, payer)?);
            (money, payment.paid.business_key())
        }
        Fact::Refund(refund) => (
            MoneyFact::Refund(record_refund(refund, &attempt)?),
            refund.business_key(),
        ),
    };
    let (purpose, target) = match order {
        Some(order) => {
            let command = match money {
                MoneyFact::Payment(payment) => OrderCommand::RecordPayment(payment),
                MoneyFact::Refund(refund) => OrderCommand::RecordRefund(refund),
            };
            ("record", Target::Order(order, command))
        }
        None => {
            let id = attempt.key();
            let Attempt { mchid, out_trade_no } = attempt;
            (
                "park",
                Target::Suspense(
                    id,
                    SuspenseCommand::Park {
                        mchid,
                        out_trade_no,
                        money,
                    },
                ),
            )
        }
    };
    let command_id = CommandId::new(format!("{SOURCE}/{purpose}/{}", key.as_str()))?;
    Ok(Request { target, command_id })
}

fn record_payment(
    paid: &Paid,
    attempt: &Attempt,
    member_id: Option<MemberId>,
) -> Result<RecordPayment, IdError> {
    Ok(RecordPayment {
        tender: Tender::Wechat,
        provider: PROVIDER.to_owned(),
        transaction_id: TransactionId::new(&paid.transaction_id)?,
        mchid: Some(attempt.mchid.clone()),
        out_trade_no: Some(attempt.out_trade_no.clone()),
        amount_fen: paid.total,
        payer_total_fen: paid.payer_total,
        succeeded_at: paid.success_time,
        member_id,
    })
}

fn record_refund(refund: &RefundFact, attempt: &Attempt) -> Result<RecordRefund, IdError> {
    let (status, succeeded_at) = match refund.result {
        RefundResult::Succeeded => (RefundStatus::Succeeded, Some(refund.happened_at)),
        RefundResult::Closed => (RefundStatus::Closed, None),
        RefundResult::Abnormal => (RefundStatus::Abnormal, None),
    };
    Ok(RecordRefund {
        provider: PROVIDER.to_owned(),
        refund_id: RefundId::new(&refund.refund_id)?,
        out_refund_no: OutRefundNo::new(&refund.out_refund_no)?,
        transaction_id: TransactionId::new(&refund.transaction_id)?,
        mchid: Some(attempt.mchid.clone()),
        out_trade_no: Some(attempt.out_trade_no.clone()),
        amount_fen: refund.refund,
        payer_refund_fen: refund.payer_refund,
        status,
        succeeded_at,
    })
}
