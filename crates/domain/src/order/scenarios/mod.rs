//! What happens to an order, told as given / when / then.

mod after_sale;
mod any_order;
mod asking_again;
mod cancelling;
mod closing;
mod delivering;
mod fetching;
mod instructing;
mod paying;
mod placing;
mod refunding;
mod requesting;
mod returning;
mod tenders;
mod thresholds;

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{BasisPoints, Decider, Fen, Timestamp};

use super::*;

/// Noon on a day of March 2026 in Shanghai, some minutes later.
fn at(day: i64, minute: i64) -> Timestamp {
    let noon: Timestamp = "2026-03-01T04:00:00Z".parse().unwrap();
    Timestamp::from_second(noon.as_second() + (day - 1) * 86_400 + minute * 60).unwrap()
}

fn line(sku: &str, quantity: i64, unit_price: i64) -> CartLine {
    CartLine {
        sku: sku.parse().unwrap(),
        category: None,
        quantity,
        unit_price_fen: Fen(unit_price),
        line_promotion_fen: Fen::ZERO,
    }
}

fn cart(lines: Vec<CartLine>) -> Cart {
    Cart {
        lines,
        freight_fen: Fen::ZERO,
        order_promotions_fen: Vec::new(),
        coupons: Vec::new(),
    }
}

fn place(pricing: Pricing) -> Place {
    Place {
        kind: OrderKind::Counter,
        channel: "counter".parse().unwrap(),
        store_id: "shop".parse().unwrap(),
        time_zone: guanxi_kernel::TimeZoneId::shanghai(),
        placed_at: at(1, 0),
        member_id: Some("m-1".parse().unwrap()),
        guide: Some(GuideTerms {
            guide_id: "g-1".parse().unwrap(),
            rate: BasisPoints(500),
        }),
        pricing,
        expires_at: None,
        test: false,
    }
}

/// An order of one line over so many fen.
fn placing(payable: i64) -> Place {
    place(Pricing::Calculated(cart(vec![line("tea", 1, payable)])))
}

/// The same by nobody that we know.
fn by_a_stranger(payable: i64) -> Place {
    Place {
        member_id: None,
        ..placing(payable)
    }
}

fn placed(place: &Place) -> Scenario<Order> {
    Scenario::given([])
        .when(&OrderCommand::Place(Box::new(place.clone())))
        .accepted()
}

fn attempt(out_trade_no: &str, amount: i64) -> RegisterPayment {
    RegisterPayment {
        provider: "wechat".to_owned(),
        mchid: "1900000001".parse().unwrap(),
        appid: Some("wx0123456789abcdef".to_owned()),
        out_trade_no: out_trade_no.parse().unwrap(),
        amount_fen: Fen(amount),
        expires_at: Some(at(1, 30)),
    }
}

fn register(out_trade_no: &str, amount: i64) -> OrderCommand {
    OrderCommand::RegisterPayment(attempt(out_trade_no, amount))
}

fn payment(transaction: &str, out_trade_no: &str, amount: i64, succeeded_at: Timestamp) -> RecordPayment {
    RecordPayment {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: transaction.parse().unwrap(),
        mchid: Some("1900000001".parse().unwrap()),
        out_trade_no: Some(out_trade_no.parse().unwrap()),
        amount_fen: Fen(amount),
        payer_total_fen: Some(Fen(amount - 1)),
        succeeded_at,
        member_id: None,
    }
}

fn pay(transaction: &str, out_trade_no: &str, amount: i64, succeeded_at: Timestamp) -> OrderCommand {
    OrderCommand::RecordPayment(payment(transaction, out_trade_no, amount, succeeded_at))
}

fn refunded(refund: &str, transaction: &str, amount: i64, status: RefundStatus) -> RecordRefund {
    RecordRefund {
        provider: "wechat".to_owned(),
        refund_id: refund.parse().unwrap(),
        out_refund_no: format!("back-office-{refund}").parse().unwrap(),
        transaction_id: transaction.parse().unwrap(),
        mchid: Some("1900000001".parse().unwrap()),
        out_trade_no: Some("T1".parse().unwrap()),
        amount_fen: Fen(amount),
        payer_refund_fen: Some(Fen(amount)),
        status,
        succeeded_at: (status == RefundStatus::Succeeded).then(|| at(3, 0)),
    }
}

fn refund(refund: &str, transaction: &str, amount: i64, status: RefundStatus) -> OrderCommand {
    OrderCommand::RecordRefund(refunded(refund, transaction, amount, status))
}

fn of_line(line_no: u32, quantity: i64) -> Pieces {
    Pieces { line_no, quantity }
}

fn cancel() -> OrderCommand {
    OrderCommand::Cancel(Cancel {
        reason: "customer".to_owned(),
        give_back: false,
        cancelled_at: at(1, 10),
    })
}

fn names(events: &[OrderEvent]) -> Vec<&'static str> {
    let names = events.iter().map(guanxi_kernel::DomainEvent::name);
    names
        .map(|name| name.trim_start_matches("order.").trim_end_matches(".v1"))
        .collect()
}

/// The names of the events that a command causes, which tell the story.
fn story(given: Scenario<Order>, command: &OrderCommand) -> Vec<&'static str> {
    names(&given.when(command).answer().unwrap())
}

/// Pieces of lines, as (line, pieces).
fn pieces(named: &[(u32, i64)]) -> RefundScope {
    let lines = named
        .iter()
        .map(|&(line_no, quantity)| Pieces { line_no, quantity });
    RefundScope::Lines {
        lines: lines.collect(),
    }
}

fn amount(fen: i64) -> RefundScope {
    RefundScope::Amount { amount_fen: Fen(fen) }
}

fn asking(refund_no: &str, scope: RefundScope) -> RequestRefund {
    RequestRefund {
        refund_no: refund_no.parse().unwrap(),
        scope,
        reason: "customer".to_owned(),
        threshold: ThresholdPolicy::default(),
        requested_at: at(2, 0),
    }
}

fn ask(refund_no: &str, scope: RefundScope) -> OrderCommand {
    OrderCommand::RequestRefund(asking(refund_no, scope))
}

/// Goes on after a command, with the events that it caused.
fn told(order: Scenario<Order>, command: &OrderCommand) -> (Scenario<Order>, Vec<OrderEvent>) {
    let events = Order::decide(order.state(), command).unwrap();
    (order.when(command).accepted(), events)
}

/// Goes on after a command, with the refunds that it asks the provider for.
fn asked(order: Scenario<Order>, command: &OrderCommand) -> (Scenario<Order>, Vec<RefundRequested>) {
    let (order, events) = told(order, command);
    let requests = events.into_iter().map(|event| match event {
        OrderEvent::RefundRequested(request) => request,
        other => panic!("{other:?}"),
    });
    (order, requests.collect())
}

/// What the provider says of a refund that we asked for.
fn answer(request: &RefundRequested, status: RefundStatus) -> OrderCommand {
    OrderCommand::RecordRefund(RecordRefund {
        provider: request.provider.clone(),
        refund_id: format!("of-{}", request.out_refund_no).parse().unwrap(),
        out_refund_no: request.out_refund_no.clone(),
        ..refunded("r", request.transaction_id.as_str(), request.amount_fen.0, status)
    })
}

/// Goes on after the provider has given money back, with what is said of it.
fn gave_back(order: Scenario<Order>, request: &RefundRequested) -> (Scenario<Order>, RefundSucceeded) {
    let (order, events) = told(order, &answer(request, RefundStatus::Succeeded));
    let [OrderEvent::RefundSucceeded(back)] = events.as_slice() else {
        panic!("{events:?}");
    };
    (order, back.clone())
}

/// What a refund gives back of which line, as (line, pieces, fen).
fn lines_of(request: &RefundRequested) -> Vec<(u32, i64, i64)> {
    let lines = request.lines.iter();
    lines
        .map(|line| (line.line_no, line.quantity, line.amount_fen.0))
        .collect()
}
