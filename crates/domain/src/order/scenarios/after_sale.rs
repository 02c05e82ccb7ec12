//! Goods that the customer does not want to keep: asked for, granted or not.

use AfterSaleKind::{RefundOnly, ReturnAndRefund};

use super::*;

/// Three teas that cost 7.00 together after a promotion, two cakes at 5.00, and freight.
pub(super) fn paid() -> Scenario<Order> {
    let teas = CartLine {
        line_promotion_fen: Fen(200),
        ..line("tea", 3, 300)
    };
    let place = place(Pricing::Calculated(Cart {
        freight_fen: Fen(800),
        ..cart(vec![teas, line("cake", 2, 500)])
    }));
    placed(&place).when(&pay("p1", "T1", 2_500, at(1, 1))).accepted()
}

pub(super) fn after(commands: &[OrderCommand]) -> Scenario<Order> {
    commands
        .iter()
        .fold(paid(), |order, command| order.when(command).accepted())
}

pub(super) fn want(id: &str, kind: AfterSaleKind, lines: &[Pieces]) -> OrderCommand {
    OrderCommand::RequestAfterSale(RequestAfterSale {
        after_sale_id: id.parse().unwrap(),
        kind,
        lines: lines.to_vec(),
        reason: "size".to_owned(),
        requested_at: at(3, 0),
    })
}

pub(super) fn grant(id: &str) -> OrderCommand {
    OrderCommand::ApproveAfterSale(ApproveAfterSale {
        after_sale_id: id.parse().unwrap(),
        threshold: ThresholdPolicy::default(),
        approved_at: at(3, 5),
    })
}

pub(super) fn deny(id: &str) -> OrderCommand {
    OrderCommand::RejectAfterSale(RejectAfterSale {
        after_sale_id: id.parse().unwrap(),
        reason: "worn".to_owned(),
        rejected_at: at(3, 5),
    })
}

pub(super) fn take_back(id: &str) -> OrderCommand {
    OrderCommand::WithdrawAfterSale(WithdrawAfterSale {
        after_sale_id: id.parse().unwrap(),
        withdrawn_at: at(3, 6),
    })
}

pub(super) fn arrive(id: &str, lines: &[Pieces]) -> OrderCommand {
    OrderCommand::ReceiveReturn(ReceiveReturn {
        after_sale_id: id.parse().unwrap(),
        lines: lines.to_vec(),
        received_at: at(6, 0),
    })
}

/// What goes back of a story's last step: the refund's number and sum, and each line's part.
pub(super) type GoesBack = Option<(String, Fen, Vec<(u32, i64, Fen)>)>;

pub(super) fn goes_back(order: Scenario<Order>, command: &OrderCommand) -> GoesBack {
    let events = order.when(command).answer().unwrap();
    events.iter().find_map(|event| match event {
        OrderEvent::RefundRequested(refund) => {
            let lines = refund.lines.iter();
            let lines = lines.map(|line| (line.line_no, line.quantity, line.amount_fen));
            Some((
                refund.out_refund_no.to_string(),
                refund.amount_fen,
                lines.collect(),
            ))
        }
        _ => None,
    })
}

#[test]
fn a_wish_is_noted_and_gives_nothing_back_by_itself() {
    let requested = AfterSaleRequested {
        after_sale_id: "A1".parse().unwrap(),
        kind: ReturnAndRefund,
        lines: vec![of_line(1, 2)],
        reason: "size".to_owned(),
        requested_at: at(3, 0),
        store_id: "shop".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
    };
    let wish = want("A1", ReturnAndRefund, &[of_line(1, 2)]);
    let order = paid().when(&wish).then([requested.into()]).when(&wish).nothing();
    assert_eq!(order.state().status(), OrderStatus::Paid);
}

#[test]
fn one_number_is_one_wish() {
    let known = || after(&[want("A1", ReturnAndRefund, &[of_line(1, 2)])]);
    known()
        .when(&want("A1", RefundOnly, &[of_line(1, 2)]))
        .refused("order.after_sale_conflict");
    known()
        .when(&want("A1", ReturnAndRefund, &[of_line(1, 1)]))
        .refused("order.after_sale_conflict");
}

#[test]
fn only_what_was_paid_for_can_be_given_back() {
    let wish = want("A1", ReturnAndRefund, &[of_line(1, 1)]);
    let unpaid = || placed(&placing(100));
    unpaid().when(&wish).refused("order.not_paid");
    let partly = unpaid().when(&pay("p1", "T1", 99, at(1, 1))).accepted();
    partly.when(&wish).refused("order.not_paid");
    let called_off = unpaid().when(&cancel()).accepted();
    called_off.when(&wish).refused("order.already_cancelled");
    Scenario::<Order>::given([]).when(&wish).refused("order.unknown");
}

#[test]
fn a_wish_names_goods_of_the_order_each_once_and_no_more_than_were_bought() {
    for kind in [RefundOnly, ReturnAndRefund] {
        let refused = |lines: &[Pieces], code| paid().when(&want("A1", kind, lines)).refused(code);
        refused(&[], "order.no_lines");
        refused(&[of_line(0, 1)], "order.unknown_line");
        refused(&[of_line(4, 1)], "order.unknown_line");
        refused(&[of_line(1, 1), of_line(1, 1)], "order.line_twice");
        refused(&[of_line(1, 4)], "order.too_many_pieces");
        refused(&[of_line(1, 0)], "order.too_many_pieces");
        refused(&[of_line(1, -1)], "order.too_many_pieces");
        refused(&[of_line(3, 1)], "order.too_many_pieces");
    }
}

#[test]
fn a_piece_is_wanted_back_once_at_a_time() {
    let two = want("A1", ReturnAndRefund, &[of_line(1, 2)]);
    let two_more = want("A2", ReturnAndRefund, &[of_line(1, 2)]);
    let the_third = want("A2", ReturnAndRefund, &[of_line(1, 1)]);
    let refused = |commands: &[OrderCommand]| {
        after(commands).when(&two_more).refused("order.too_many_pieces");
    };
    refused(std::slice::from_ref(&two));
    refused(&[two.clone(), grant("A1")]);
    refused(&[two.clone(), grant("A1"), arrive("A1", &[])]);
    assert_eq!(
        story(after(std::slice::from_ref(&two)), &the_third),
        ["after_sale_requested"]
    );
    for ended in [deny("A1"), take_back("A1")] {
        assert_eq!(
            story(after(&[two.clone(), ended]), &two_more),
            ["after_sale_requested"]
        );
    }
}

#[test]
fn freight_goes_back_once() {
    let freight = |id| want(id, RefundOnly, &[of_line(3, 0)]);
    after(&[freight("A1")])
        .when(&freight("A2"))
        .refused("order.too_many_pieces");
    let granted = goes_back(after(&[freight("A1")]), &grant("A1"));
    assert_eq!(
        granted,
        Some(("RF1-p1".to_owned(), Fen(800), vec![(3, 0, Fen(800))]))
    );
    after(&[freight("A1"), grant("A1")])
        .when(&freight("A2"))
        .refused("order.too_many_pieces");
    assert_eq!(
        story(after(&[freight("A1"), deny("A1")]), &freight("A2")),
        ["after_sale_requested"]
    );
}

#[test]
fn money_without_goods_goes_back_as_soon_as_it_is_granted() {
    let wished = || after(&[want("A1", RefundOnly, &[of_line(1, 1), of_line(2, 2)])]);
    assert_eq!(
        story(wished(), &grant("A1")),
        ["after_sale_approved", "refund_requested"]
    );
    let events = wished().when(&grant("A1")).answer().unwrap();
    let [_, OrderEvent::RefundRequested(refund)] = events.as_slice() else {
        panic!("{events:?}");
    };
    let ask = refund.ask.as_ref().unwrap();
    assert_eq!(ask.after_sale_id, Some("A1".parse().unwrap()));
    assert_eq!((refund.amount_fen, refund.payment_fen), (Fen(1_233), Fen(2_500)));
    assert_eq!(refund.reason, RefundReason::Requested);
    let granted = wished().when(&grant("A1")).accepted();
    granted.when(&grant("A1")).nothing();
}

#[test]
fn a_return_that_is_granted_waits_for_the_goods() {
    let wished = || after(&[want("A1", ReturnAndRefund, &[of_line(1, 1)])]);
    assert_eq!(story(wished(), &grant("A1")), ["after_sale_approved"]);
    let granted = wished().when(&grant("A1")).accepted();
    granted.when(&grant("A1")).nothing();
}

#[test]
fn a_wish_is_decided_once_and_saying_so_again_changes_nothing() {
    let wish = || want("A1", ReturnAndRefund, &[of_line(1, 1)]);
    for command in [grant("A1"), deny("A1"), take_back("A1")] {
        paid().when(&command).refused("order.after_sale_unknown");
    }
    after(&[wish(), deny("A1")]).when(&deny("A1")).nothing();
    after(&[wish(), take_back("A1")]).when(&take_back("A1")).nothing();
    let settled = |commands: &[OrderCommand], command: OrderCommand| {
        after(commands).when(&command).refused("order.after_sale_settled");
    };
    settled(&[wish(), deny("A1")], grant("A1"));
    settled(&[wish(), deny("A1")], take_back("A1"));
    settled(&[wish(), take_back("A1")], grant("A1"));
    settled(&[wish(), take_back("A1")], deny("A1"));
    settled(&[wish(), grant("A1")], deny("A1"));
}

#[test]
fn a_customer_may_keep_the_goods_until_they_were_given_back() {
    let wish = || want("A1", ReturnAndRefund, &[of_line(1, 1)]);
    assert_eq!(
        story(after(&[wish()]), &take_back("A1")),
        ["after_sale_withdrawn"]
    );
    assert_eq!(
        story(after(&[wish(), grant("A1")]), &take_back("A1")),
        ["after_sale_withdrawn"]
    );
    for command in [take_back("A1"), deny("A1")] {
        after(&[wish(), grant("A1"), arrive("A1", &[])])
            .when(&command)
            .refused("order.after_sale_settled");
        after(&[want("A1", RefundOnly, &[of_line(1, 1)]), grant("A1")])
            .when(&command)
            .refused("order.after_sale_settled");
    }
}

#[test]
fn a_wish_for_money_that_went_back_meanwhile_is_not_granted() {
    let wish = want("A1", RefundOnly, &[of_line(2, 2)]);
    let by_hand = refund("r1", "p1", 2_500, RefundStatus::Succeeded);
    after(&[wish, by_hand])
        .when(&grant("A1"))
        .refused("order.nothing_to_refund");
}
