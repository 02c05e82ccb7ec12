//! One order with its coupon, its guide and its customer's points, through every rule and policy, whatever the order in
//! which shops, customers and providers do what they do.

pub(super) mod house;
mod law;
mod moves;

use guanxi_kernel::{BasisPoints, Fen, Timestamp};
use proptest::prelude::*;

use crate::coupon::{
    CouponCommand, CouponKind, CouponTerms, Funder, GoodsScope, IssueCoupon, ReserveCoupon, ValidityWindow,
};
use crate::member::{Activate, ConsentGrant, Enrol, EnrolSource, MemberCommand, Profile, Purpose};
use crate::order::{
    Cart, CartCoupon, CartLine, GuideTerms, Order, OrderCommand, OrderKind, OrderState, Place, Pricing,
};
use house::House;
use law::{base, check, commission, points};
use moves::{Move, any_move};

pub(super) const ORDER: &str = "o-1";
pub(super) const COUPON: &str = "k-1";
const MEMBER: &str = "m-1";
const GUIDE: &str = "g-1";
/// 5 %.
const RATE: BasisPoints = BasisPoints(500);

/// Short in the usual run, more than a hundred thousand sequences with `GUANXI_TORTURE`.
fn cases() -> ProptestConfig {
    let torture = std::env::var_os("GUANXI_TORTURE").is_some();
    ProptestConfig {
        cases: if torture { 60_000 } else { 128 },
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Some minutes after noon on the first of March 2026 in Shanghai.
pub(super) fn at(minute: i64) -> Timestamp {
    let noon: Timestamp = "2026-03-01T04:00:00Z".parse().unwrap();
    Timestamp::from_second(noon.as_second() + minute * 60).unwrap()
}

/// Three teas at 14.00 and two cakes at 10.00, 10.00 off by coupon, 8.00 freight.
pub(super) const fn payable() -> i64 {
    3 * 1_400 + 2 * 1_000 - 1_000 + 800
}

fn terms() -> CouponTerms {
    CouponTerms {
        kind: CouponKind::Normal { off_fen: Fen(1_000) },
        goods: GoodsScope::All,
        threshold_fen: Fen(5_000),
        funder: Funder::Us,
    }
}

fn cart() -> Cart {
    let line = |sku: &str, quantity, unit_price_fen| CartLine {
        sku: sku.parse().unwrap(),
        category: None,
        quantity,
        unit_price_fen: Fen(unit_price_fen),
        line_promotion_fen: Fen::ZERO,
    };
    Cart {
        lines: vec![line("tea", 3, 1_400), line("cake", 2, 1_000)],
        freight_fen: Fen(800),
        order_promotions_fen: Vec::new(),
        coupons: vec![CartCoupon {
            coupon_id: COUPON.parse().unwrap(),
            campaign_id: "spring".parse().unwrap(),
            terms: terms(),
        }],
    }
}

fn join(house: &mut House) {
    let enrol = Enrol {
        source: EnrolSource::Application,
        subjects: vec!["s-1".parse().unwrap()],
        identities: Vec::new(),
        profile: Profile::default(),
        store_id: None,
        channel: None,
    };
    let activate = Activate {
        consents: vec![ConsentGrant {
            purpose: Purpose::Membership,
            document: "terms-1".to_owned(),
            granted_at: at(0),
        }],
        profile: Profile::default(),
        store_id: None,
        channel: None,
    };
    house.ask(MEMBER, MemberCommand::Enrol(enrol)).unwrap();
    house.ask(MEMBER, MemberCommand::Activate(activate)).unwrap();
}

/// A member with a coupon reserved for an order that a guide has helped with.
fn placed() -> House {
    placed_until(None)
}

/// The same, to be paid by then.
pub(super) fn placed_until(expires_at: Option<Timestamp>) -> House {
    let mut house = House::new();
    join(&mut house);
    let issue = IssueCoupon {
        campaign_id: "spring".parse().unwrap(),
        member_id: MEMBER.parse().unwrap(),
        terms: terms(),
        validity: ValidityWindow {
            from: at(-60),
            until: at(60 * 24 * 30),
        },
        channel: None,
        time_zone: guanxi_kernel::TimeZoneId::shanghai(),
    };
    house.ask(COUPON, CouponCommand::IssueCoupon(issue)).unwrap();
    let reserve = ReserveCoupon {
        order_id: ORDER.parse().unwrap(),
        member_id: MEMBER.parse().unwrap(),
        reserved_at: at(0),
    };
    house.ask(COUPON, CouponCommand::ReserveCoupon(reserve)).unwrap();
    let place = Place {
        kind: OrderKind::Counter,
        channel: "counter".parse().unwrap(),
        store_id: "shop".parse().unwrap(),
        time_zone: guanxi_kernel::TimeZoneId::shanghai(),
        placed_at: at(0),
        member_id: Some(MEMBER.parse().unwrap()),
        guide: Some(GuideTerms {
            guide_id: GUIDE.parse().unwrap(),
            rate: RATE,
        }),
        pricing: Pricing::Calculated(cart()),
        expires_at,
        test: false,
    };
    house.ask(ORDER, OrderCommand::Place(Box::new(place))).unwrap();
    assert_eq!(order(&house).placed.unwrap().totals.payable_fen, Fen(payable()));
    house
}

pub(super) fn order(house: &House) -> OrderState {
    house.state::<Order>(ORDER)
}

/// Lets things happen one after the other; facts are never turned down.
fn live(moves: &[Move]) -> Result<House, TestCaseError> {
    let mut house = placed();
    for (minute, step) in (1..).zip(moves) {
        let Some(command) = step.command(&house, minute) else {
            continue;
        };
        let answer = house.ask(ORDER, command);
        prop_assert!(
            !step.is_fact() || answer.is_ok(),
            "{step:?} was refused: {answer:?}"
        );
        check(&house)?;
    }
    Ok(house)
}

/// The facts that providers have yet to tell, each by itself, so that they do not contradict each other.
fn outstanding(house: &House, moves: &[Move]) -> Vec<OrderCommand> {
    let (mut facts, mut about): (Vec<OrderCommand>, Vec<String>) = (Vec::new(), Vec::new());
    for step in moves {
        let Some(command) = step.command(house, 500) else {
            continue;
        };
        let name = match &command {
            OrderCommand::RecordPayment(payment) => payment.transaction_id.to_string(),
            // A back office and we may ask for the same money: one refund of a payment at a time.
            OrderCommand::RecordRefund(refund) => format!("refund of {}", refund.transaction_id),
            _ => continue,
        };
        if !about.contains(&name) {
            about.push(name);
            facts.push(command);
        }
    }
    facts
}

fn story() -> impl Strategy<Value = (Vec<Move>, Vec<Move>, Vec<prop::sample::Index>)> {
    (
        prop::collection::vec(any_move(), 1..24),
        prop::collection::vec(any_move(), 1..10),
        prop::collection::vec(any::<prop::sample::Index>(), 20),
    )
}

/// Status, sums, what earns, points, commission; what nobody earned and what was all taken back are the same.
type Summary = (crate::order::OrderStatus, [Fen; 3], Option<Fen>, i64, Fen);

fn summary(house: &House) -> Summary {
    let state = order(house);
    let sums = [state.captured_fen(), state.refunded_fen(), state.surplus_fen()];
    (
        state.status(),
        sums,
        base(house),
        points(house).unwrap_or_default(),
        commission(house).unwrap_or_default(),
    )
}

proptest! {
    #![proptest_config(cases())]

    /// At every step all sums agree, over all streams.
    #[test]
    fn every_sum_agrees_after_every_step(moves in prop::collection::vec(any_move(), 1..40)) {
        let mut house = live(&moves)?;
        // Told everything once more, the policies ask for nothing new.
        let events = house.log.len();
        for event in house.log.clone() {
            house.follow(&event);
        }
        prop_assert_eq!(house.log.len(), events);
    }

    /// The same facts in another order, and some of them twice, end in the same state.
    #[test]
    fn one_state_per_set_of_facts((moves, tail, picks) in story()) {
        let (mut one, mut other) = (live(&moves)?, live(&moves)?);
        let facts = outstanding(&one, &tail);
        for fact in &facts {
            one.ask(ORDER, fact.clone()).unwrap();
            check(&one)?;
        }
        let mut shuffled = facts.clone();
        for pick in picks.iter().take(facts.len()) {
            let fact = shuffled.remove(pick.index(shuffled.len()));
            shuffled.push(fact);
        }
        for fact in shuffled.iter().chain(shuffled.first()) {
            other.ask(ORDER, fact.clone()).unwrap();
            check(&other)?;
        }
        prop_assert_eq!(summary(&one), summary(&other));
    }
}
