//! What orders earn: targets, reversals, and what is paid out.

use super::*;

fn later() -> Timestamp {
    "2026-03-09T16:00:00Z".parse().unwrap()
}

fn reverse(order: &str, base: i64) -> GuideCommand {
    GuideCommand::ReverseCommission(ReverseCommission {
        order_id: order.parse().unwrap(),
        base_fen: Fen(base),
        reversed_at: at(),
        business_date: day(),
    })
}

fn payable(order: &str, at: Timestamp) -> GuideCommand {
    GuideCommand::MakeCommissionPayable(MakeCommissionPayable {
        order_id: order.parse().unwrap(),
        payable_at: at,
        business_date: day(),
    })
}

fn settle(number: &str) -> GuideCommand {
    GuideCommand::SettleCommission(SettleCommission {
        settlement_no: number.parse().unwrap(),
        settled_at: at(),
        business_date: day(),
    })
}

fn reversed(base: i64, back: i64, carried: i64, total: i64) -> GuideEvent {
    CommissionReversed {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        order_id: "o-1".parse().unwrap(),
        rate: BasisPoints(250),
        base_fen: Fen(base),
        commission_fen: Fen(back),
        carried_fen: Fen(carried),
        total_fen: Fen(total),
        reversed_at: at(),
        business_date: day(),
    }
    .into()
}

fn became_payable(fen: i64) -> GuideEvent {
    CommissionBecamePayable {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        order_id: "o-1".parse().unwrap(),
        commission_fen: Fen(fen),
        payable_at: later(),
        business_date: day(),
    }
    .into()
}

fn settled(number: &str, fen: i64) -> GuideEvent {
    CommissionSettled {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        settlement_no: number.parse().unwrap(),
        amount_fen: Fen(fen),
        settled_at: at(),
        business_date: day(),
    }
    .into()
}

/// An order of 99.99 at 2.5 %: 2.49.
fn earned() -> Scenario<GuideRelationship> {
    given([]).when(&accrue(250, 9_999)).accepted()
}

#[test]
fn a_reversal_is_given_less_the_new_target() {
    // 2.5 % of 33.33 is 0.83325, so 0.83 stays: 1.66 goes back, not 2.5 % of what was refunded.
    let part = earned()
        .when(&reverse("o-1", 3_333))
        .then([reversed(3_333, 166, 0, 83)]);
    let none = part
        .when(&reverse("o-1", 3_333))
        .nothing()
        .when(&reverse("o-1", 0))
        .then([reversed(0, 83, 0, 0)]);
    none.when(&reverse("o-1", 0)).nothing();
}

#[test]
fn an_order_that_earned_nothing_has_nothing_to_give_back() {
    given([]).when(&reverse("o-1", 0)).nothing();
    given([]).when(&payable("o-1", later())).nothing();
}

#[test]
fn commission_is_payable_after_the_return_window_and_not_before() {
    let early = "2026-03-09T15:59:59Z".parse().unwrap();
    earned()
        .when(&payable("o-1", early))
        .refused("guide.not_yet_payable");
    earned()
        .when(&payable("o-1", later()))
        .then([became_payable(249)])
        .when(&payable("o-1", later()))
        .nothing();
}

#[test]
fn what_was_reversed_within_the_window_never_becomes_payable() {
    let part = earned().when(&reverse("o-1", 3_333)).accepted();
    part.when(&payable("o-1", later())).then([became_payable(83)]);
    let whole = earned().when(&reverse("o-1", 0)).accepted();
    whole.when(&payable("o-1", later())).nothing();
}

#[test]
fn what_is_payable_is_settled_once() {
    earned()
        .when(&settle("2026-03"))
        .refused("guide.nothing_to_settle");
    let paid = earned()
        .when(&payable("o-1", later()))
        .accepted()
        .when(&settle("2026-03"))
        .then([settled("2026-03", 249)]);
    paid.when(&settle("2026-03"))
        .nothing()
        .when(&settle("2026-04"))
        .refused("guide.nothing_to_settle");
}

#[test]
fn a_reversal_after_the_payment_is_carried_against_the_same_guide() {
    let carried = earned()
        .when(&payable("o-1", later()))
        .accepted()
        .when(&settle("2026-03"))
        .accepted()
        .when(&reverse("o-1", 3_333))
        .then([reversed(3_333, 166, 166, 83)]);
    // Of what the next order earns (2.50), 1.66 is kept back.
    let next = carried
        .when(&accrue_for("o-2", 250, 10_000))
        .accepted()
        .when(&payable("o-2", later()))
        .accepted();
    next.when(&settle("2026-04")).then([settled("2026-04", 84)]);
}

#[test]
fn where_nothing_follows_the_carried_part_is_taken_back() {
    let carried = earned()
        .when(&payable("o-1", later()))
        .accepted()
        .when(&settle("2026-03"))
        .accepted()
        .when(&reverse("o-1", 0))
        .accepted();
    carried.when(&settle("2026-04")).then([settled("2026-04", -249)]);
}

#[test]
fn accrued_commission_stays_with_the_guide_who_hands_the_member_over() {
    let over = given([bound(false)])
        .when(&accrue(250, 9_999))
        .accepted()
        .when(&handing::request("g-2", "h-1"))
        .accepted()
        .when(&handing::complete(Some("h-1"), "2026-03-03T00:00:00Z"))
        .accepted();
    over.when(&reverse("o-1", 3_333))
        .then([reversed(3_333, 166, 0, 83)]);
}

proptest! {
    /// Whatever happens in which order, what was paid and is still to pay is what the orders' last bases earn.
    #[test]
    fn given_payable_and_settled_always_agree(steps in proptest::collection::vec((0u8..4, 0i64..20_000), 1..60)) {
        let mut state = GuideState::default();
        let mut base = std::collections::BTreeMap::<&str, i64>::new();
        for (number, (what, amount)) in steps.iter().enumerate() {
            let order = if amount % 2 == 0 { "o-1" } else { "o-2" };
            let number = format!("s-{number}");
            let command = match what {
                0 if !base.contains_key(order) => { base.insert(order, *amount); accrue_for(order, 333, *amount) }
                0 => continue,
                1 => match base.get_mut(order) {
                    Some(left) => { *left = (*left).min(*amount); reverse(order, *left) }
                    None => continue,
                },
                2 => payable(order, later()),
                _ => settle(&number),
            };
            for event in GuideRelationship::decide(&state, &command).unwrap_or_default() {
                GuideRelationship::evolve(&mut state, &event);
            }
            for (order, left) in &base {
                let given = state.earned.orders.get(&order.parse().unwrap()).map_or(Fen::ZERO, |it| it.given_fen);
                prop_assert_eq!(given, Fen(*left).floor_at(BasisPoints(333)));
            }
        }
        for order in ["o-1", "o-2"] {
            for event in GuideRelationship::decide(&state, &payable(order, later())).unwrap_or_default() {
                GuideRelationship::evolve(&mut state, &event);
            }
        }
        for event in GuideRelationship::decide(&state, &settle("last")).unwrap_or_default() {
            GuideRelationship::evolve(&mut state, &event);
        }
        let due: Fen = base.values().map(|left| Fen(*left).floor_at(BasisPoints(333))).sum();
        prop_assert_eq!(state.earned.settled_fen, due);
    }
}
