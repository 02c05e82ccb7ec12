//! What shops, customers and providers may do to one order, drawn at random.

use guanxi_kernel::Fen;
use proptest::prelude::*;

use crate::GuanxiEvent;
use crate::order::{
    AfterSaleKind, ApproveAfterSale, Cancel, ConfirmClosed, OrderCommand, OrderEvent, Pieces, ReceiveReturn,
    RecordPayment, RecordRefund, RefundScope, RefundStatus, RegisterPayment, RejectAfterSale,
    RequestAfterSale, RequestClose, RequestRefund, Tender, ThresholdPolicy, ThresholdRule, WithdrawAfterSale,
};

use super::house::House;
use super::{ORDER, at, payable};

/// One thing that somebody does.
#[derive(Debug, Clone)]
pub enum Move {
    Register {
        attempt: u8,
        percent: i64,
    },
    Pay {
        attempt: u8,
        percent: i64,
        tender: Tender,
    },
    Close {
        then_cancel: bool,
    },
    Closed {
        attempt: u8,
    },
    Cancel {
        give_back: bool,
    },
    Refund {
        scope: RefundScope,
        recompute: bool,
    },
    WantBack {
        number: u8,
        line_no: u32,
        quantity: i64,
        with_goods: bool,
    },
    Grant {
        number: u8,
    },
    Deny {
        number: u8,
    },
    TakeBack {
        number: u8,
    },
    Receive {
        number: u8,
    },
    /// The provider answers one of our refunds.
    Answer {
        which: prop::sample::Index,
        status: RefundStatus,
    },
    /// Somebody refunds in the provider's back office, without asking us.
    BackOffice {
        which: prop::sample::Index,
        number: u8,
        percent: i64,
    },
}

fn status() -> impl Strategy<Value = RefundStatus> {
    prop_oneof![
        4 => Just(RefundStatus::Succeeded),
        1 => Just(RefundStatus::Closed),
        1 => Just(RefundStatus::Abnormal),
    ]
}

fn scope() -> impl Strategy<Value = RefundScope> {
    let pieces = |line_no, quantity| Pieces { line_no, quantity };
    prop_oneof![
        1 => Just(RefundScope::Whole),
        4 => (1u32..=3, 1i64..=3).prop_map(move |(line, quantity)| RefundScope::Lines {
            lines: vec![pieces(line, if line == 3 { 0 } else { quantity })],
        }),
        2 => (1i64..3_000).prop_map(|fen| RefundScope::Amount { amount_fen: Fen(fen) }),
    ]
}

/// A move of a customer, a shop or a provider.
pub fn any_move() -> impl Strategy<Value = Move> {
    let percent = prop_oneof![4 => Just(100i64), 1 => Just(50), 1 => Just(49), 1 => Just(120)];
    let tender = prop_oneof![5 => Just(Tender::Wechat), 1 => Just(Tender::Points), 1 => Just(Tender::Cash)];
    prop_oneof![
        3 => (0u8..3, percent.clone()).prop_map(|(attempt, percent)| Move::Register { attempt, percent }),
        6 => (0u8..3, percent.clone(), tender)
            .prop_map(|(attempt, percent, tender)| Move::Pay { attempt, percent, tender }),
        1 => any::<bool>().prop_map(|then_cancel| Move::Close { then_cancel }),
        1 => (0u8..3).prop_map(|attempt| Move::Closed { attempt }),
        1 => any::<bool>().prop_map(|give_back| Move::Cancel { give_back }),
        4 => (scope(), any::<bool>()).prop_map(|(scope, recompute)| Move::Refund { scope, recompute }),
        2 => (0u8..3, 1u32..=2, 1i64..=3, any::<bool>()).prop_map(|(number, line_no, quantity, with_goods)| {
            Move::WantBack { number, line_no, quantity, with_goods }
        }),
        2 => (0u8..3).prop_map(|number| Move::Grant { number }),
        1 => (0u8..3).prop_map(|number| Move::Deny { number }),
        1 => (0u8..3).prop_map(|number| Move::TakeBack { number }),
        2 => (0u8..3).prop_map(|number| Move::Receive { number }),
        6 => (any::<prop::sample::Index>(), status()).prop_map(|(which, status)| Move::Answer { which, status }),
        1 => (any::<prop::sample::Index>(), 0u8..4, percent)
            .prop_map(|(which, number, percent)| Move::BackOffice { which, number, percent }),
    ]
}

impl Move {
    /// The command that it is, as things stand; `None` where there is nothing to do it to.
    pub fn command(&self, house: &House, minute: i64) -> Option<OrderCommand> {
        let now = at(minute);
        Some(match self {
            Self::Register { attempt, percent } => OrderCommand::RegisterPayment(RegisterPayment {
                provider: "wechat".to_owned(),
                mchid: "1900000001".parse().unwrap(),
                appid: None,
                out_trade_no: format!("T{attempt}").parse().unwrap(),
                amount_fen: part(*percent),
                expires_at: None,
            }),
            Self::Pay {
                attempt,
                percent,
                tender,
            } => OrderCommand::RecordPayment(payment(*attempt, *percent, *tender)),
            Self::Close { then_cancel } => OrderCommand::RequestClose(RequestClose {
                attempt: None,
                reason: "customer".to_owned(),
                then_cancel: *then_cancel,
                requested_at: now,
            }),
            Self::Closed { attempt } => OrderCommand::ConfirmClosed(ConfirmClosed {
                mchid: "1900000001".parse().unwrap(),
                out_trade_no: format!("T{attempt}").parse().unwrap(),
                closed_at: now,
            }),
            Self::Cancel { give_back } => OrderCommand::Cancel(Cancel {
                reason: "customer".to_owned(),
                give_back: *give_back,
                cancelled_at: now,
            }),
            Self::Refund { scope, recompute } => OrderCommand::RequestRefund(RequestRefund {
                refund_no: format!("R{minute}").parse().unwrap(),
                scope: scope.clone(),
                reason: "customer".to_owned(),
                threshold: threshold(*recompute),
                requested_at: now,
            }),
            Self::Answer { which, status } => OrderCommand::RecordRefund(answer(house, which, *status)?),
            Self::BackOffice {
                which,
                number,
                percent,
            } => OrderCommand::RecordRefund(back_office(house, which, *number, *percent)?),
            _ => self.after_sale(minute),
        })
    }

    fn after_sale(&self, minute: i64) -> OrderCommand {
        let (now, id) = (at(minute), |number: &u8| format!("A{number}").parse().unwrap());
        match self {
            Self::WantBack {
                number,
                line_no,
                quantity,
                with_goods,
            } => OrderCommand::RequestAfterSale(RequestAfterSale {
                after_sale_id: id(number),
                kind: if *with_goods {
                    AfterSaleKind::ReturnAndRefund
                } else {
                    AfterSaleKind::RefundOnly
                },
                lines: vec![Pieces {
                    line_no: *line_no,
                    quantity: *quantity,
                }],
                reason: "size".to_owned(),
                requested_at: now,
            }),
            Self::Grant { number } => OrderCommand::ApproveAfterSale(ApproveAfterSale {
                after_sale_id: id(number),
                threshold: ThresholdPolicy::default(),
                approved_at: now,
            }),
            Self::Deny { number } => OrderCommand::RejectAfterSale(RejectAfterSale {
                after_sale_id: id(number),
                reason: "worn".to_owned(),
                rejected_at: now,
            }),
            Self::Receive { number } => OrderCommand::ReceiveReturn(ReceiveReturn {
                after_sale_id: id(number),
                lines: Vec::new(),
                received_at: now,
            }),
            Self::TakeBack { number } => OrderCommand::WithdrawAfterSale(WithdrawAfterSale {
                after_sale_id: id(number),
                withdrawn_at: now,
            }),
            other => panic!("{other:?} is no after-sale"),
        }
    }

    /// Whether it is something that has happened outside, which nobody may turn down.
    pub fn is_fact(&self) -> bool {
        matches!(
            self,
            Self::Pay { .. } | Self::Answer { .. } | Self::BackOffice { .. }
        )
    }
}

fn threshold(recompute: bool) -> ThresholdPolicy {
    ThresholdPolicy {
        version: 1,
        rule: if recompute {
            ThresholdRule::Recompute
        } else {
            ThresholdRule::Keep
        },
    }
}

fn part(percent: i64) -> Fen {
    Fen((payable() * percent + 99) / 100)
}

/// A payment under an attempt: the same attempt and amount is the same payment.
fn payment(attempt: u8, percent: i64, tender: Tender) -> RecordPayment {
    RecordPayment {
        tender,
        provider: "wechat".to_owned(),
        transaction_id: format!("p{attempt}-{percent}-{tender:?}")
            .to_lowercase()
            .parse()
            .unwrap(),
        mchid: Some("1900000001".parse().unwrap()),
        out_trade_no: Some(format!("T{attempt}").parse().unwrap()),
        amount_fen: part(percent),
        payer_total_fen: None,
        succeeded_at: at(i64::from(attempt) * 10 + percent),
        member_id: None,
    }
}

/// What became of a refund that we asked for: the provider says one thing, and may say it twice.
fn answer(house: &House, which: &prop::sample::Index, status: RefundStatus) -> Option<RecordRefund> {
    let requests: Vec<_> = house
        .log
        .iter()
        .filter_map(|event| match event.own() {
            Some(GuanxiEvent::Order(OrderEvent::RefundRequested(request))) => Some(request),
            _ => None,
        })
        .collect();
    let request = *requests.get(which.index(requests.len().max(1)))?;
    let refund_id = format!("r-{}", request.out_refund_no);
    let known = house.state::<crate::order::Order>(ORDER).refunds;
    let known = known.get(&format!("wechat/{refund_id}"));
    // What was closed or has succeeded stays so.
    let ended = |ended| known.is_some_and(|refund| refund.seen.contains(&ended));
    let status = [RefundStatus::Closed, RefundStatus::Succeeded]
        .into_iter()
        .find(|status| ended(*status))
        .unwrap_or(status);
    Some(RecordRefund {
        provider: request.provider.clone(),
        refund_id: refund_id.parse().unwrap(),
        out_refund_no: request.out_refund_no.clone(),
        transaction_id: request.transaction_id.clone(),
        mchid: None,
        out_trade_no: None,
        amount_fen: request.amount_fen,
        payer_refund_fen: None,
        status,
        succeeded_at: (status == RefundStatus::Succeeded).then(|| at(600)),
    })
}

/// A provider refunds no more of a payment than came by it, whoever asks.
fn back_office(house: &House, which: &prop::sample::Index, number: u8, percent: i64) -> Option<RecordRefund> {
    let state = house.state::<crate::order::Order>(ORDER);
    let payments: Vec<_> = state.payments.iter().collect();
    let (key, payment) = *payments.get(which.index(payments.len().max(1)))?;
    let promised: Fen = super::law::promised(&state, key);
    let left = payment.amount_fen - promised;
    let refund_id = format!("b{number}-{}", payment.transaction_id);
    let known = state.refunds.get(&format!("wechat/{refund_id}"));
    let amount_fen = known.map_or_else(
        || Fen((payment.amount_fen.0 * percent.min(100) / 200).max(1)).at_most(left),
        |refund| refund.amount_fen,
    );
    (amount_fen > Fen::ZERO).then(|| RecordRefund {
        provider: "wechat".to_owned(),
        refund_id: refund_id.parse().unwrap(),
        out_refund_no: format!("office-{number}-{}", payment.transaction_id)
            .parse()
            .unwrap(),
        transaction_id: payment.transaction_id.clone(),
        mchid: None,
        out_trade_no: None,
        amount_fen,
        payer_refund_fen: None,
        status: RefundStatus::Succeeded,
        succeeded_at: Some(at(700 + i64::from(number))),
    })
}
