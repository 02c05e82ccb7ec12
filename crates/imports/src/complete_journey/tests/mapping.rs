//! What rows mean.

use guanxi_domain::order::{Order, OrderCommand, OrderEvent};
use guanxi_kernel::{Decider, Fen};

use super::files::{Files, Receipt};
use crate::complete_journey::DataSet;
use crate::complete_journey::commands::{coupon_id, payable, place};
use crate::complete_journey::data::baskets;
use crate::complete_journey::plan::days;

const MORNING: &str = "2017-01-05T14:00:00Z";
const NOON: &str = "2017-01-05T17:00:00Z";
const DAY: &str = "2017-01-05T00:00:00Z";

fn receipt(basket: i64, product: i64, amounts: [f64; 4], at: &'static str) -> Receipt {
    (basket, 900, 330, product, 1, amounts, at)
}

#[test]
fn shelf_less_promotion_less_coupons_is_what_the_customer_pays() {
    let files = Files::new(&[receipt(1, 5, [2.0, 0.5, 0.75, 0.25], MORNING)], &[]);
    let data = DataSet::read(&files.0).unwrap();
    let basket = baskets(&data.lines).next().unwrap();
    assert_eq!(payable(&basket), Fen(125));
    let command = OrderCommand::Place(Box::new(place(&basket, &[], &data).unwrap()));
    let events = Order::decide(&Default::default(), &command).unwrap();
    let [OrderEvent::Placed(placed)] = events.as_slice() else {
        panic!("{events:?}");
    };
    let totals = placed.totals;
    assert_eq!(
        [
            totals.shelf_fen,
            totals.promotion_fen,
            totals.coupon_fen,
            totals.manufacturer_coupon_fen
        ],
        [Fen(275), Fen(50), Fen(100), Fen(75)]
    );
    assert_eq!(totals.payable_fen, Fen(125));
    assert!(placed.imported);
}

#[test]
fn baskets_of_zero_and_below_are_paid_by_being_placed() {
    for (amounts, pays) in [([1.0, 0.0, 1.0, 0.0], 0), ([1.0, 0.0, 3.5, 0.0], -250)] {
        let files = Files::new(&[receipt(1, 5, amounts, MORNING)], &[]);
        let data = DataSet::read(&files.0).unwrap();
        let basket = baskets(&data.lines).next().unwrap();
        let command = OrderCommand::Place(Box::new(place(&basket, &[], &data).unwrap()));
        let events = Order::decide(&Default::default(), &command).unwrap();
        let [OrderEvent::Placed(_), OrderEvent::Paid(paid)] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert_eq!(paid.totals.payable_fen, Fen(pays));
        assert_eq!(paid.business_date.to_string(), "2017-01-05");
    }
}

#[test]
fn quantities_are_kept_as_they_are() {
    let mut nothing = receipt(1, 5, [1.0, 0.0, 0.0, 0.0], MORNING);
    nothing.4 = 0;
    let mut fuel = receipt(1, 6, [20.0, 0.0, 0.0, 0.0], MORNING);
    fuel.4 = 89_638;
    let files = Files::new(&[nothing, fuel], &[]);
    let data = DataSet::read(&files.0).unwrap();
    let basket = baskets(&data.lines).next().unwrap();
    let command = OrderCommand::Place(Box::new(place(&basket, &[], &data).unwrap()));
    let events = Order::decide(&Default::default(), &command).unwrap();
    let [OrderEvent::Placed(placed)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(placed.totals.units, 89_638);
    assert_eq!(placed.lines[0].quantity, 0);
}

fn attributed(receipts: &[Receipt]) -> Option<u64> {
    let files = Files::new(receipts, &[(900, DAY)]);
    DataSet::read(&files.0).unwrap().redemptions[0].basket
}

#[test]
fn a_redemption_belongs_to_the_only_basket_with_coupon_money_on_its_product() {
    let (plain, couponed) = ([1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.5, 0.0]);
    assert_eq!(
        attributed(&[receipt(1, 5, plain, MORNING), receipt(2, 6, couponed, NOON)]),
        Some(2)
    );
    // The retailer's part alone is coupon money too.
    assert_eq!(
        attributed(&[receipt(1, 5, [1.0, 0.0, 0.0, 0.5], MORNING)]),
        Some(1)
    );
    // Two baskets fit; none has coupon money; another product has it; another day.
    assert_eq!(
        attributed(&[receipt(1, 5, couponed, MORNING), receipt(2, 6, couponed, NOON)]),
        None
    );
    assert_eq!(attributed(&[receipt(1, 5, plain, MORNING)]), None);
    assert_eq!(attributed(&[receipt(1, 7, couponed, MORNING)]), None);
    assert_eq!(
        attributed(&[receipt(1, 5, couponed, "2017-01-06T14:00:00Z")]),
        None
    );
}

#[test]
fn what_falls_on_a_day_without_receipts_is_not_lost() {
    let plain = [1.0, 0.0, 0.0, 0.0];
    let days_of = [(900, "2017-01-04T00:00:00Z"), (900, "2017-01-30T00:00:00Z")];
    let files = Files::new(&[receipt(1, 5, plain, MORNING)], &days_of);
    let data = DataSet::read(&files.0).unwrap();
    let days = days(&data);
    assert_eq!(days.len(), 1);
    let dates: Vec<_> = days[0].redemptions.iter().map(|it| it.day.to_string()).collect();
    assert_eq!(dates, ["2017-01-04", "2017-01-30"]);
    assert_eq!(days[0].campaigns.len(), 1);
    let names: Vec<_> = days[0]
        .redemptions
        .iter()
        .map(|it| coupon_id(it).unwrap().to_string())
        .collect();
    assert_eq!(names, ["cj-1-77-900-2017-01-04", "cj-1-77-900-2017-01-30"]);
}
