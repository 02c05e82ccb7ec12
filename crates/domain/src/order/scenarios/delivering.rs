//! Goods on their way to the customer.

use super::*;

/// Three teas, two cakes, and their delivery.
pub(super) fn ordered() -> Place {
    place(Pricing::Calculated(Cart {
        freight_fen: Fen(800),
        ..cart(vec![line("tea", 3, 1_000), line("cake", 2, 500)])
    }))
}

/// The same with a sample that costs nothing.
fn with_a_gift() -> Place {
    let lines = vec![line("tea", 3, 1_600), line("sample", 1, 0)];
    place(Pricing::Calculated(cart(lines)))
}

fn paid_for(place: &Place) -> Scenario<Order> {
    placed(place).when(&pay("p1", "T1", 4_800, at(1, 1))).accepted()
}

pub(super) fn paid() -> Scenario<Order> {
    paid_for(&ordered())
}

/// An order of which each of these has happened.
pub(super) fn after(place: &Place, commands: &[OrderCommand]) -> Scenario<Order> {
    let done = |order: Scenario<Order>, command| order.when(command).accepted();
    commands.iter().fold(paid_for(place), done)
}

pub(super) fn ship(shipment_no: &str, lines: &[Pieces]) -> OrderCommand {
    OrderCommand::Ship(Ship {
        shipment_no: shipment_no.parse().unwrap(),
        carrier: Some("sf".to_owned()),
        tracking_no: Some(format!("SF-{shipment_no}")),
        lines: lines.to_vec(),
        shipped_at: at(2, 0),
    })
}

pub(super) fn issue(code: &str) -> OrderCommand {
    OrderCommand::IssuePickupCode(IssuePickupCode {
        code: code.parse().unwrap(),
        issued_at: at(1, 5),
        expires_at: Some(at(4, 0)),
    })
}

pub(super) fn fetch(code: &str, picked_up_at: Timestamp) -> OrderCommand {
    OrderCommand::CompletePickup(CompletePickup {
        code: code.parse().unwrap(),
        store_id: None,
        picked_up_at,
    })
}

pub(super) fn receipt() -> OrderCommand {
    OrderCommand::ConfirmReceipt(ConfirmReceipt {
        by_customer: true,
        received_at: at(5, 0),
    })
}

pub(super) fn give_back(refund_no: &str, scope: RefundScope) -> OrderCommand {
    OrderCommand::RequestRefund(RequestRefund {
        refund_no: refund_no.parse().unwrap(),
        scope,
        reason: "customer".to_owned(),
        threshold: ThresholdPolicy::default(),
        requested_at: at(1, 30),
    })
}

fn give_back_pieces(refund_no: &str, lines: &[Pieces]) -> OrderCommand {
    let lines = lines.to_vec();
    give_back(refund_no, RefundScope::Lines { lines })
}

/// Goods that the customer has sent back, from the wish to their arrival.
fn sent_back(id: &str, lines: &[Pieces]) -> [OrderCommand; 3] {
    let after_sale_id = || id.parse().unwrap();
    let wish = RequestAfterSale {
        after_sale_id: after_sale_id(),
        kind: AfterSaleKind::ReturnAndRefund,
        lines: lines.to_vec(),
        reason: "size".to_owned(),
        requested_at: at(3, 0),
    };
    let granted = ApproveAfterSale {
        after_sale_id: after_sale_id(),
        threshold: ThresholdPolicy::default(),
        approved_at: at(3, 5),
    };
    let arrived = ReceiveReturn {
        after_sale_id: after_sale_id(),
        lines: Vec::new(),
        received_at: at(4, 0),
    };
    [
        OrderCommand::RequestAfterSale(wish),
        OrderCommand::ApproveAfterSale(granted),
        OrderCommand::ReceiveReturn(arrived),
    ]
}

/// What a parcel with all that is left would hold.
fn parcel(order: Scenario<Order>) -> (Vec<Pieces>, bool) {
    let events = order.when(&ship("rest", &[])).answer().unwrap();
    let [OrderEvent::Shipped(shipped)] = events.as_slice() else {
        panic!("{events:?}");
    };
    (shipped.lines.clone(), shipped.last)
}

#[test]
fn a_parcel_without_a_list_holds_all_goods_and_no_freight() {
    let all = vec![of_line(1, 3), of_line(2, 2)];
    assert_eq!(parcel(paid()), (all.clone(), true));
    let shipped = Shipped {
        shipment_no: "S1".parse().unwrap(),
        carrier: Some("sf".to_owned()),
        tracking_no: Some("SF-S1".to_owned()),
        lines: all,
        shipped_at: at(2, 0),
        last: true,
    };
    paid().when(&ship("S1", &[])).then([shipped.into()]);
}

#[test]
fn goods_leave_in_several_parcels_and_the_last_one_says_so() {
    let first = ship("S1", &[of_line(1, 2)]);
    let events = paid().when(&first).answer().unwrap();
    assert!(matches!(events.as_slice(), [OrderEvent::Shipped(shipped)] if !shipped.last));
    let rest = vec![of_line(1, 1), of_line(2, 2)];
    assert_eq!(parcel(after(&ordered(), &[first])), (rest, true));
}

#[test]
fn the_same_parcel_again_changes_nothing_and_another_under_its_number_is_refused() {
    let sent = || after(&ordered(), &[ship("S1", &[of_line(1, 2)])]);
    sent().when(&ship("S1", &[of_line(1, 2)])).nothing();
    sent().when(&ship("S1", &[])).nothing();
    sent()
        .when(&ship("S1", &[of_line(1, 1)]))
        .refused("order.shipment_conflict");
    let elsewhere = OrderCommand::Ship(Ship {
        shipment_no: "S1".parse().unwrap(),
        carrier: Some("sf".to_owned()),
        tracking_no: Some("SF-9".to_owned()),
        lines: Vec::new(),
        shipped_at: at(2, 0),
    });
    sent().when(&elsewhere).refused("order.shipment_conflict");
}

#[test]
fn a_parcel_holds_goods_of_the_order_each_named_once_and_no_more_than_are_left() {
    let refused = |lines: &[Pieces], code| {
        after(&ordered(), &[ship("S1", &[of_line(1, 2)])])
            .when(&ship("S2", lines))
            .refused(code);
    };
    refused(&[of_line(9, 1)], "order.unknown_line");
    refused(&[of_line(0, 1)], "order.unknown_line");
    refused(&[of_line(2, 1), of_line(2, 1)], "order.line_twice");
    refused(&[of_line(1, 2)], "order.too_many_pieces");
    refused(&[of_line(1, 0)], "order.too_many_pieces");
    refused(&[of_line(1, -1)], "order.too_many_pieces");
    refused(&[of_line(3, 1)], "order.too_many_pieces");
}

#[test]
fn freight_alone_is_no_parcel() {
    let freight = ship("S1", &[of_line(3, 0)]);
    paid().when(&freight).refused("order.too_many_pieces");
}

#[test]
fn when_everything_was_sent_no_other_parcel_leaves() {
    after(&ordered(), &[ship("S1", &[])])
        .when(&ship("S2", &[]))
        .refused("order.nothing_to_deliver");
}

#[test]
fn goods_leave_only_for_an_order_that_is_paid_in_full() {
    let partly = || {
        placed(&ordered())
            .when(&pay("p1", "T1", 4_799, at(1, 1)))
            .accepted()
    };
    let commands = || [ship("S1", &[]), issue("8341"), fetch("8341", at(2, 0)), receipt()];
    for command in commands() {
        placed(&ordered()).when(&command).refused("order.not_paid");
        partly().when(&command).refused("order.not_paid");
    }
    for command in commands() {
        Scenario::<Order>::given([])
            .when(&command)
            .refused("order.unknown");
        let called_off = placed(&ordered()).when(&cancel()).accepted();
        called_off.when(&command).refused("order.already_cancelled");
    }
}

#[test]
fn what_was_refunded_before_it_was_sent_stays_here() {
    let refunded = || after(&ordered(), &[give_back_pieces("R1", &[of_line(1, 2)])]);
    assert_eq!(parcel(refunded()), (vec![of_line(1, 1), of_line(2, 2)], true));
    refunded()
        .when(&ship("S1", &[of_line(1, 2)]))
        .refused("order.too_many_pieces");
    let sent = refunded().when(&ship("S1", &[])).accepted();
    sent.when(&ship("S2", &[])).refused("order.nothing_to_deliver");
}

#[test]
fn what_was_refunded_instead_of_being_sent_is_not_sent_after_all() {
    let short = [
        ship("S1", &[of_line(1, 2), of_line(2, 2)]),
        give_back_pieces("R1", &[of_line(1, 1)]),
    ];
    after(&ordered(), &short)
        .when(&ship("S2", &[]))
        .refused("order.nothing_to_deliver");
    assert_eq!(
        story(after(&ordered(), &short), &receipt()),
        ["receipt_confirmed", "completed"]
    );
}

#[test]
fn a_piece_that_came_back_leaves_the_others_to_be_sent() {
    let mut commands = vec![ship("S1", &[of_line(1, 2), of_line(2, 2)])];
    commands.extend(sent_back("A1", &[of_line(1, 1)]));
    assert_eq!(parcel(after(&ordered(), &commands)), (vec![of_line(1, 1)], true));
}

#[test]
fn a_refund_that_the_provider_closed_lets_the_goods_leave_after_all() {
    let asked = after(&ordered(), &[give_back_pieces("R1", &[of_line(1, 3)])]);
    let closed = RecordRefund {
        out_refund_no: "RF1-p1".parse().unwrap(),
        ..refunded("r1", "p1", 3_000, RefundStatus::Closed)
    };
    let order = asked.when(&OrderCommand::RecordRefund(closed)).accepted();
    assert_eq!(parcel(order), (vec![of_line(1, 3), of_line(2, 2)], true));
}

#[test]
fn an_order_that_was_refunded_whole_sends_nothing() {
    let whole = || after(&ordered(), &[give_back("R1", RefundScope::Whole)]);
    for command in [ship("S1", &[]), issue("8341")] {
        whole().when(&command).refused("order.nothing_to_deliver");
    }
    let by_hand = after(&ordered(), &[refund("r1", "p1", 4_800, RefundStatus::Succeeded)]);
    by_hand.when(&ship("S1", &[])).refused("order.nothing_to_deliver");
}

#[test]
fn a_gift_leaves_with_the_goods_and_stays_here_when_they_are_all_refunded() {
    let all = vec![of_line(1, 3), of_line(2, 1)];
    assert_eq!(parcel(paid_for(&with_a_gift())), (all, true));
    let some_back = after(&with_a_gift(), &[give_back_pieces("R1", &[of_line(1, 2)])]);
    assert_eq!(parcel(some_back), (vec![of_line(1, 1), of_line(2, 1)], true));
    after(&with_a_gift(), &[give_back_pieces("R1", &[of_line(1, 3)])])
        .when(&ship("S1", &[]))
        .refused("order.nothing_to_deliver");
}

pub(super) fn completed(completed_at: Timestamp) -> Completed {
    Completed {
        completed_at,
        business_date: guanxi_kernel::TimeZoneId::shanghai().business_date(completed_at),
        store_id: "shop".parse().unwrap(),
        channel: "counter".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        test: false,
    }
}

#[test]
fn an_order_is_complete_when_the_customer_has_every_parcel() {
    paid().when(&receipt()).refused("order.not_shipped");
    after(&ordered(), &[ship("S1", &[of_line(1, 3)])])
        .when(&receipt())
        .refused("order.not_shipped");
    let sent = after(&ordered(), &[ship("S1", &[of_line(1, 3)]), ship("S2", &[])]);
    let confirmed = ReceiptConfirmed {
        received_at: at(5, 0),
        by_customer: true,
    };
    sent.when(&receipt())
        .then([confirmed.into(), completed(at(5, 0)).into()])
        .when(&receipt())
        .nothing();
}
