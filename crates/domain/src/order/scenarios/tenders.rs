//! An order that was paid with several payments gives each its share back.

use RefundStatus::{Closed, Succeeded};

use super::*;

fn by(tender: Tender, provider: &str, transaction: &str, fen: i64) -> OrderCommand {
    OrderCommand::RecordPayment(RecordPayment {
        tender,
        provider: provider.to_owned(),
        mchid: None,
        out_trade_no: None,
        ..payment(transaction, "T1", fen, at(1, 1))
    })
}

/// An order of two lines over 4.00 and 6.00 yuan, paid so.
fn paid_by(payments: &[OrderCommand]) -> Scenario<Order> {
    let cart = cart(vec![line("tea", 1, 400), line("cup", 2, 300)]);
    let order = placed(&place(Pricing::Calculated(cart)));
    payments
        .iter()
        .fold(order, |order, payment| order.when(payment).accepted())
}

fn wechat(transaction: &str, fen: i64) -> OrderCommand {
    pay(transaction, &format!("T-{transaction}"), fen, at(1, 1))
}

/// Of which payment how much, in the order of the instructions.
fn shares(requests: &[RefundRequested]) -> Vec<(&str, i64)> {
    let shares = requests.iter();
    shares
        .map(|request| (request.transaction_id.as_str(), request.amount_fen.0))
        .collect()
}

#[test]
fn a_refund_is_divided_pro_rata_to_what_each_payment_paid() {
    let order = paid_by(&[wechat("p1", 700), wechat("p2", 300)]);
    let (order, requests) = asked(order, &ask("R1", pieces(&[(1, 1)])));
    assert_eq!(shares(&requests), [("p1", 280), ("p2", 120)]);
    assert_eq!(lines_of(&requests[0]), [(1, 0, 280)]);
    assert_eq!(
        lines_of(&requests[1]),
        [(1, 1, 120)],
        "pieces go with their last fen"
    );
    let numbers: Vec<_> = requests.iter().map(|it| it.out_refund_no.as_str()).collect();
    assert_eq!(numbers, ["RF1-p1", "RF1-p2"]);
    assert!(
        requests
            .iter()
            .all(|it| it.ask.as_ref().unwrap().total_fen == Fen(400))
    );
    let (_, requests) = asked(order, &ask("R2", RefundScope::Whole));
    assert_eq!(shares(&requests), [("p1", 420), ("p2", 180)]);
}

#[test]
fn what_does_not_divide_goes_to_the_largest_remainder_and_then_to_the_first() {
    let thirds = [wechat("p1", 334), wechat("p2", 333), wechat("p3", 333)];
    let (order, requests) = asked(paid_by(&thirds), &ask("R1", amount(500)));
    assert_eq!(shares(&requests), [("p1", 167), ("p2", 167), ("p3", 166)]);
    let (_, requests) = asked(order, &ask("R2", RefundScope::Whole));
    assert_eq!(shares(&requests), [("p1", 167), ("p2", 166), ("p3", 167)]);
}

#[test]
fn no_payment_gives_back_more_than_it_has_left() {
    let order = paid_by(&[wechat("p1", 500), wechat("p2", 500)]);
    let order = order.when(&refund("r1", "p1", 450, Succeeded)).accepted();
    let (order, requests) = asked(order, &ask("R1", amount(400)));
    assert_eq!(shares(&requests), [("p1", 50), ("p2", 350)]);
    let (order, requests) = asked(order, &ask("R2", RefundScope::Whole));
    assert_eq!(shares(&requests), [("p2", 150)]);
    order.when(&ask("R3", amount(1))).refused("order.refund_exceeds");
}

#[test]
fn points_go_back_as_points_and_stored_value_as_stored_value() {
    let order = paid_by(&[
        by(Tender::Points, "points", "s1", 100),
        by(Tender::Wallet, "wallet", "w1", 300),
        wechat("p1", 600),
    ]);
    let (order, requests) = asked(order, &ask("R1", pieces(&[(2, 1)])));
    let tenders: Vec<_> = requests.iter().map(|it| (it.tender, it.amount_fen.0)).collect();
    assert_eq!(
        tenders,
        [(Tender::Points, 30), (Tender::Wallet, 90), (Tender::Wechat, 180)]
    );
    let mut order = order;
    let mut earning = Vec::new();
    for request in &requests {
        let (next, back) = gave_back(order, request);
        assert_eq!(back.tender, Some(request.tender));
        earning.push(back.earning_base_fen.0);
        order = next;
    }
    assert_eq!(earning, [900, 810, 630], "700 are left, 70 of them points");
}

#[test]
fn what_came_too_much_is_no_part_of_a_refund() {
    let order = paid_by(&[wechat("p1", 1_200)]);
    let (order, requests) = asked(order, &ask("R1", RefundScope::Whole));
    assert_eq!(shares(&requests), [("p1", 1_000)]);
    assert_eq!(requests[0].payment_fen, Fen(1_200));
    assert_eq!(
        requests[0].out_refund_no.as_str(),
        "RF2-p1",
        "its second refund, after SPp1"
    );
    let twice = paid_by(&[wechat("p1", 1_000), wechat("p2", 1_000)]);
    let (_, requests) = asked(twice, &ask("R1", amount(500)));
    assert_eq!(shares(&requests), [("p1", 500)]);
    order.when(&ask("R2", amount(1))).refused("order.refund_exceeds");
}

#[test]
fn the_lines_of_all_parts_sum_to_what_was_asked_for() {
    let order = paid_by(&[wechat("p1", 501), wechat("p2", 499)]);
    let (_, requests) = asked(order, &ask("R1", RefundScope::Whole));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 400), (2, 0, 101)]);
    assert_eq!(lines_of(&requests[1]), [(2, 2, 499)]);
}

#[test]
fn a_part_that_the_provider_closes_leaves_the_other_part_as_it_is() {
    let order = paid_by(&[wechat("p1", 500), wechat("p2", 500)]);
    let (order, requests) = asked(order, &ask("R1", pieces(&[(1, 1)])));
    let order = order.when(&answer(&requests[0], Closed)).accepted();
    let (order, back) = gave_back(order, &requests[1]);
    assert_eq!(back.earning_base_fen, Fen(800));
    let closed = requests[0].out_refund_no.clone();
    let again = RefundScope::Again {
        out_refund_no: closed,
    };
    let (order, requests) = asked(order, &ask("R2", again));
    assert_eq!(shares(&requests), [("p1", 200)]);
    let (_, back) = gave_back(order, &requests[0]);
    assert_eq!(back.earning_base_fen, Fen(600));
}

#[test]
fn a_refund_that_one_of_the_payments_is_too_old_for_is_refused_whole() {
    let early = pay("p1", "T1", 500, at(1, 0));
    let late = pay("p2", "T2", 500, at(10, 0));
    let whole = |day| {
        OrderCommand::RequestRefund(RequestRefund {
            requested_at: at(day, 0),
            ..asking("R1", RefundScope::Whole)
        })
    };
    let order = || paid_by(&[early.clone(), late.clone()]);
    order().when(&whole(367)).refused("order.refund_too_late");
    let (_, requests) = asked(order(), &whole(366));
    assert_eq!(requests.len(), 2);
}

#[test]
fn payments_of_the_same_number_with_two_providers_never_share_a_refund_number() {
    let order = paid_by(&[
        by(Tender::Points, "points", "0001", 100),
        by(Tender::Wallet, "wallet", "0001", 300),
        wechat("0001", 600),
    ]);
    let (order, requests) = asked(order, &ask("R1", RefundScope::Whole));
    let numbers: Vec<_> = requests.iter().map(|it| it.out_refund_no.as_str()).collect();
    assert_eq!(numbers, ["RF1-points*0001", "RF1-wallet*0001", "RF1-0001"]);
    assert_eq!(order.state().asked.len(), 3);
    order.when(&ask("R2", amount(1))).refused("order.refund_exceeds");
}
