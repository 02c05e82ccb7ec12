//! Instructions to the payment service: each under a number of its own, however often it is asked for or answered.

use RefundStatus::{Abnormal, Closed, Succeeded};

use super::*;

fn named(out_trade_no: &str) -> AttemptRef {
    AttemptRef {
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: out_trade_no.parse().unwrap(),
    }
}

fn query_at(out_trade_no: &str, minute: i64) -> OrderCommand {
    OrderCommand::RequestQuery(RequestQuery {
        attempt: named(out_trade_no),
        reason: "no_answer".to_owned(),
        requested_at: at(1, minute),
    })
}

fn query(out_trade_no: &str) -> OrderCommand {
    query_at(out_trade_no, 15)
}

fn close() -> OrderCommand {
    OrderCommand::RequestClose(RequestClose {
        attempt: None,
        reason: "timeout".to_owned(),
        then_cancel: false,
        requested_at: at(1, 5),
    })
}

fn closed(out_trade_no: &str) -> OrderCommand {
    OrderCommand::ConfirmClosed(ConfirmClosed {
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: out_trade_no.parse().unwrap(),
        closed_at: at(1, 8),
    })
}

fn note(number: &str, note: InstructionNote) -> OrderCommand {
    OrderCommand::NoteInstruction(NoteInstruction {
        number: number.to_owned(),
        note,
        noted_at: at(1, 20),
    })
}

fn trouble(reason: &str, retry_minute: Option<i64>) -> InstructionNote {
    InstructionNote::Trouble {
        reason: reason.to_owned(),
        retry_at: retry_minute.map(|minute| at(1, minute)),
    }
}

fn with_attempt() -> Scenario<Order> {
    placed(&placing(100)).when(&register("T1", 100)).accepted()
}

/// A paid order of which 30 fen were asked back.
fn with_refund() -> (Scenario<Order>, RefundRequested) {
    let order = placed(&placing(100));
    let order = order.when(&pay("p1", "T1", 100, at(1, 1))).accepted();
    let (order, mut requests) = asked(order, &ask("R1", amount(30)));
    (order, requests.remove(0))
}

const CLOSE: &str = "close:1900000001:T1";
const QUERY: &str = "query:1900000001:T1";
const REFUND: &str = "refund:RF1-p1";

#[test]
fn an_attempt_of_which_nothing_was_heard_is_looked_up_once() {
    let asked = QueryRequested {
        provider: "wechat".to_owned(),
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        reason: "no_answer".to_owned(),
        requested_at: at(1, 15),
        store_id: "shop".parse().unwrap(),
    };
    let order = with_attempt().when(&query("T1")).then([asked.into()]);
    assert_eq!(order.state().instructions(), [QUERY]);
    order
        .when(&query("T1"))
        .nothing()
        .when(&query_at("T1", 30))
        .nothing();
}

#[test]
fn only_an_attempt_of_the_order_is_looked_up() {
    with_attempt().when(&query("T9")).refused("order.attempt_unknown");
    Scenario::<Order>::given([])
        .when(&query("T1"))
        .refused("order.unknown");
}

#[test]
fn an_attempt_of_which_all_is_known_needs_no_looking_up() {
    let paid = with_attempt().when(&pay("p1", "T1", 100, at(1, 1))).accepted();
    paid.when(&query("T1")).nothing();
    let shut = with_attempt().when(&closed("T1")).accepted();
    shut.when(&query("T1")).nothing();
}

#[test]
fn each_instruction_stands_under_a_number_of_its_own() {
    let order = with_attempt().when(&close()).accepted();
    let order = order.when(&query("T1")).accepted();
    let order = order.when(&pay("p1", "T1", 150, at(1, 6))).accepted();
    let order = order.when(&ask("R1", amount(30))).accepted();
    let order = order.when(&ask("R2", amount(30))).accepted();
    assert_eq!(
        order.state().instructions(),
        ["refund:RF2-p1", "refund:RF3-p1", "refund:SPp1", CLOSE, QUERY]
    );
}

#[test]
fn closing_is_instructed_once_however_often_it_is_asked_for() {
    let order = with_attempt().when(&close()).accepted();
    let order = order.when(&close()).nothing();
    assert_eq!(order.state().instructions(), [CLOSE]);
}

#[test]
fn a_refund_is_never_instructed_twice_under_one_number() {
    let (order, first) = with_refund();
    let order = order.when(&ask("R1", amount(30))).nothing();
    let order = order.when(&answer(&first, Closed)).accepted();
    let order = order.when(&ask("R1", amount(30))).nothing();
    let (order, second) = asked(order, &ask("R2", amount(30)));
    let out_refund_no = first.out_refund_no.clone();
    let (order, third) = asked(order, &ask("R3", RefundScope::Again { out_refund_no }));
    let numbers = [&first, &second[0], &third[0]].map(|it| it.out_refund_no.as_str());
    assert_eq!(numbers, ["RF1-p1", "RF2-p1", "RF3-p1"]);
    assert_eq!(order.state().asked.len(), 3);
}

#[test]
fn what_the_payment_service_says_is_noted_once() {
    let (order, _) = with_refund();
    let noted = InstructionNoted {
        number: REFUND.to_owned(),
        note: InstructionNote::Acknowledged,
        noted_at: at(1, 20),
    };
    order
        .when(&note(REFUND, InstructionNote::Acknowledged))
        .then([noted.into()])
        .when(&note(REFUND, InstructionNote::Acknowledged))
        .nothing();
}

#[test]
fn another_trouble_and_another_try_are_news() {
    let (order, _) = with_refund();
    let system = note(REFUND, trouble("SYSTEM_ERROR", Some(30)));
    let later = note(REFUND, trouble("SYSTEM_ERROR", Some(40)));
    let order = order.when(&system).accepted();
    let order = order.when(&system).nothing();
    let (order, events) = told(order, &later);
    assert_eq!(names(&events), ["instruction_noted"]);
    let (order, events) = told(order, &note(REFUND, trouble("NOT_ENOUGH", None)));
    assert_eq!(names(&events), ["instruction_noted"]);
    let (_, events) = told(order, &note(REFUND, InstructionNote::Acknowledged));
    assert_eq!(names(&events), ["instruction_noted"], "it has it in hand again");
}

#[test]
fn trouble_changes_nothing_about_the_money() {
    let (order, request) = with_refund();
    let order = order.when(&note(REFUND, trouble("NOT_ENOUGH", None))).accepted();
    let order = order.when(&ask("R1", amount(30))).nothing();
    let refused = Order::decide(order.state(), &ask("R2", amount(71)));
    assert_eq!(refused, Err(OrderRefusal::RefundExceeds { left_fen: 70 }));
    let (order, back) = gave_back(order, &request);
    assert_eq!(back.amount_fen, Fen(30));
    assert_eq!(order.state().refunded_fen(), Fen(30));
}

#[test]
fn nothing_is_noted_of_an_instruction_that_the_order_never_gave() {
    let unknown = |number| {
        with_attempt()
            .when(&note(number, InstructionNote::Acknowledged))
            .refused("order.instruction_unknown");
    };
    [CLOSE, QUERY, REFUND, "", "T1"].into_iter().for_each(unknown);
    let (order, _) = with_refund();
    order
        .when(&note("refund:RF2-p1", InstructionNote::Acknowledged))
        .refused("order.instruction_unknown");
}

#[test]
fn a_result_that_is_reported_twice_counts_once() {
    let (order, request) = with_refund();
    let (order, _) = gave_back(order, &request);
    let order = order.when(&answer(&request, Succeeded)).nothing();
    assert_eq!(order.state().refunded_fen(), Fen(30));
    let order = with_attempt().when(&close()).accepted();
    let order = order.when(&closed("T1")).accepted();
    order.when(&closed("T1")).nothing();
}

#[test]
fn a_result_that_comes_late_is_a_fact_whatever_was_said_before() {
    let (order, request) = with_refund();
    let order = order.when(&answer(&request, Abnormal)).accepted();
    let order = order.when(&answer(&request, Closed)).accepted();
    assert_eq!(order.state().refunded_fen(), Fen::ZERO);
    let (order, back) = gave_back(order, &request);
    assert!(back.sale_date.is_some());
    assert_eq!(order.state().refunded_fen(), Fen(30));
    order.when(&ask("R2", amount(71))).refused("order.refund_exceeds");
}

#[test]
fn a_result_of_another_amount_under_our_number_is_not_our_refund() {
    let (order, request) = with_refund();
    let other = RecordRefund {
        out_refund_no: request.out_refund_no.clone(),
        ..refunded("r1", "p1", 40, Succeeded)
    };
    let (order, events) = told(order, &OrderCommand::RecordRefund(other));
    let [OrderEvent::RefundSucceeded(back)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert!(back.lines.is_empty() && !back.allocated);
    assert_eq!(back.earning_base_fen, Fen(60));
    order.when(&ask("R2", amount(61))).refused("order.refund_exceeds");
}

#[test]
fn a_note_after_the_result_is_kept_and_changes_no_figure() {
    let (order, request) = with_refund();
    let (order, _) = gave_back(order, &request);
    let (order, events) = told(order, &note(REFUND, trouble("LATE", None)));
    assert_eq!(names(&events), ["instruction_noted"]);
    assert_eq!(order.state().status(), OrderStatus::PartlyRefunded);
    assert_eq!(order.state().refunded_fen(), Fen(30));
}
