//! Goods that the customer fetches with a code.

use super::delivering::{after, completed, fetch, give_back, issue, ordered, paid, receipt, ship};
use super::*;

#[test]
fn the_customer_fetches_the_goods_with_the_code() {
    let issued = || after(&ordered(), &[issue("8341")]);
    let fetched = PickedUp {
        picked_up_at: at(2, 0),
        store_id: "shop".parse().unwrap(),
    };
    issued()
        .when(&fetch("8341", at(2, 0)))
        .then([fetched.into(), completed(at(2, 0)).into()])
        .when(&fetch("8341", at(9, 0)))
        .nothing();
}

#[test]
fn goods_may_be_fetched_at_another_shop_than_the_one_of_the_sale() {
    let elsewhere = OrderCommand::CompletePickup(CompletePickup {
        code: "8341".parse().unwrap(),
        store_id: Some("airport".parse().unwrap()),
        picked_up_at: at(2, 0),
    });
    let events = after(&ordered(), &[issue("8341")])
        .when(&elsewhere)
        .answer()
        .unwrap();
    let [OrderEvent::PickedUp(fetched), OrderEvent::Completed(done)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(fetched.store_id.as_str(), "airport");
    assert_eq!(done.store_id.as_str(), "shop", "the sale stays where it was made");
}

#[test]
fn only_the_newest_code_opens_the_cupboard() {
    paid()
        .when(&fetch("8341", at(2, 0)))
        .refused("order.pickup_code_missing");
    let issued = || after(&ordered(), &[issue("8341")]);
    issued().when(&issue("8341")).nothing();
    issued()
        .when(&fetch("8342", at(2, 0)))
        .refused("order.pickup_code_wrong");
    let replaced = || issued().when(&issue("9000")).accepted();
    replaced()
        .when(&fetch("8341", at(2, 0)))
        .refused("order.pickup_code_wrong");
    assert_eq!(
        story(replaced(), &fetch("9000", at(2, 0))),
        ["picked_up", "completed"]
    );
}

#[test]
fn a_code_is_good_until_its_last_moment_and_a_new_one_after_that() {
    let issued = || after(&ordered(), &[issue("8341")]);
    let just_before = Timestamp::from_second(at(4, 0).as_second() - 1).unwrap();
    assert_eq!(
        story(issued(), &fetch("8341", just_before)),
        ["picked_up", "completed"]
    );
    issued()
        .when(&fetch("8341", at(4, 0)))
        .refused("order.pickup_code_expired");
    let prolonged = OrderCommand::IssuePickupCode(IssuePickupCode {
        code: "8341".parse().unwrap(),
        issued_at: at(4, 1),
        expires_at: None,
    });
    let order = issued().when(&prolonged).accepted();
    assert_eq!(story(order, &fetch("8341", at(9, 0))), ["picked_up", "completed"]);
}

#[test]
fn a_code_is_something_that_can_be_typed() {
    for code in ["123", "12 34", "12-34", "取货码一二", &"7".repeat(33)] {
        paid().when(&issue(code)).refused("order.pickup_code_invalid");
    }
    for code in ["1234", "Ab3Z", &"7".repeat(32)] {
        assert_eq!(story(paid(), &issue(code)), ["pickup_code_issued"]);
    }
}

#[test]
fn goods_go_one_way_only() {
    let fetched = || after(&ordered(), &[issue("8341"), fetch("8341", at(2, 0))]);
    fetched()
        .when(&ship("S1", &[]))
        .refused("order.already_delivered");
    fetched().when(&issue("9000")).refused("order.already_delivered");
    fetched().when(&receipt()).refused("order.not_shipped");
    let sent = || after(&ordered(), &[issue("8341"), ship("S1", &[of_line(2, 1)])]);
    sent().when(&issue("9000")).refused("order.already_delivered");
    sent()
        .when(&fetch("8341", at(2, 0)))
        .refused("order.already_delivered");
}

#[test]
fn nobody_fetches_what_was_refunded_meanwhile() {
    let commands = [issue("8341"), give_back("R1", RefundScope::Whole)];
    after(&ordered(), &commands)
        .when(&fetch("8341", at(2, 0)))
        .refused("order.nothing_to_deliver");
}
