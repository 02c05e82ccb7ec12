//! Whatever a provider delivers, in whatever order and however often, ends in the same status and the same sums.

use proptest::prelude::*;

use super::*;

const PAYABLE: i64 = 300;

/// Payments and refunds with ids of their own, so that none contradicts another.
fn facts() -> impl Strategy<Value = Vec<OrderCommand>> {
    let payments = prop::collection::vec((1i64..=PAYABLE, 0i64..5_000, prop::option::of(1u8..4)), 0..4);
    let statuses = prop::sample::subsequence(
        vec![
            RefundStatus::Abnormal,
            RefundStatus::Closed,
            RefundStatus::Succeeded,
        ],
        1..=3,
    );
    let refunds = prop::collection::vec((0usize..4, 1i64..=PAYABLE, statuses), 0..3);
    (payments, refunds).prop_map(|(payments, refunds)| {
        let payments = payments
            .into_iter()
            .enumerate()
            .map(|(index, (amount, minute, payer))| {
                OrderCommand::RecordPayment(RecordPayment {
                    member_id: payer.map(|payer| format!("m-{payer}").parse().unwrap()),
                    ..payment(&format!("p{index}"), &format!("T{index}"), amount, at(1, minute))
                })
            });
        let refunds = refunds
            .into_iter()
            .enumerate()
            .flat_map(|(index, (of, amount, statuses))| {
                statuses
                    .into_iter()
                    .map(move |status| refund(&format!("r{index}"), &format!("p{of}"), amount, status))
            });
        payments.chain(refunds).collect()
    })
}

/// The facts, a shuffle of them, and another shuffle in which each comes once or more.
fn deliveries() -> impl Strategy<Value = (Vec<OrderCommand>, Vec<OrderCommand>)> {
    facts().prop_flat_map(|facts| {
        let repeated = prop::collection::vec(1usize..3, facts.len());
        let once = Just(facts.clone()).prop_shuffle();
        let again = repeated.prop_flat_map(move |times| {
            let copies = facts.iter().zip(times);
            let copies: Vec<_> = copies
                .flat_map(|(fact, times)| std::iter::repeat_n(fact.clone(), times))
                .collect();
            Just(copies).prop_shuffle()
        });
        (once, again)
    })
}

/// Delivers facts and checks after each that the events agree with the state.
fn deliver(place: &Place, facts: &[OrderCommand]) -> (OrderState, Vec<OrderEvent>) {
    let mut state = OrderState::default();
    let mut events = Vec::new();
    for command in [OrderCommand::Place(Box::new(place.clone()))].iter().chain(facts) {
        for event in Order::decide(&state, command).unwrap() {
            Order::evolve(&mut state, &event);
            events.push(event);
        }
    }
    (state, events)
}

fn sums(state: &OrderState) -> (OrderStatus, Fen, Fen, Fen, bool) {
    (
        state.status(),
        state.captured_fen(),
        state.refunded_fen(),
        state.surplus_fen(),
        state.paid.is_some(),
    )
}

fn asked_back(events: &[OrderEvent]) -> Fen {
    let asked = events.iter().map(|event| match event {
        OrderEvent::RefundRequested(request) => request.amount_fen,
        _ => Fen::ZERO,
    });
    asked.sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_same_facts_end_in_the_same_status_and_sums((one, other) in deliveries()) {
        let place = by_a_stranger(PAYABLE);
        let (one, one_events) = deliver(&place, &one);
        let (other, other_events) = deliver(&place, &other);
        prop_assert_eq!(sums(&one), sums(&other));
        prop_assert_eq!(asked_back(&one_events), asked_back(&other_events));
        let beyond = (one.captured_fen() - Fen(PAYABLE)).at_least(Fen::ZERO);
        prop_assert_eq!(one.surplus_fen(), beyond);
        prop_assert_eq!(asked_back(&one_events), beyond);
        let paid = one_events.iter().filter(|event| matches!(event, OrderEvent::Paid(_))).count();
        prop_assert_eq!(paid, usize::from(one.captured_fen() >= Fen(PAYABLE)));
    }

    #[test]
    fn parts_that_sum_to_the_payable_are_dated_by_the_latest_and_owned_by_the_first(
        minutes in prop::collection::vec(0i64..5_000, 3),
        order in Just(vec![0usize, 1, 2]).prop_shuffle(),
    ) {
        let part = |index: usize| OrderCommand::RecordPayment(RecordPayment {
            member_id: Some(format!("m-{}", minutes[index]).parse().unwrap()),
            ..payment(&format!("p{index}"), &format!("T{index}"), PAYABLE / 3, at(1, minutes[index]))
        });
        let facts: Vec<_> = order.into_iter().map(part).collect();
        let (state, _) = deliver(&by_a_stranger(PAYABLE), &facts);
        let latest = minutes.iter().max().copied().unwrap_or_default();
        let first = minutes.iter().min().copied().unwrap_or_default();
        prop_assert_eq!(state.paid.map(|(paid_at, _)| paid_at), Some(at(1, latest)));
        prop_assert_eq!(state.member_id, Some(format!("m-{first}").parse().unwrap()));
    }

    #[test]
    fn after_cancelling_all_that_comes_is_asked_back((one, other) in deliveries()) {
        let place = placing(PAYABLE);
        let late = |facts: Vec<OrderCommand>| [vec![cancel()], facts].concat();
        let (one, one_events) = deliver(&place, &late(one));
        let (other, other_events) = deliver(&place, &late(other));
        prop_assert_eq!(sums(&one), sums(&other));
        prop_assert_eq!(one.status(), OrderStatus::Cancelled);
        prop_assert_eq!(asked_back(&one_events), one.captured_fen());
        prop_assert_eq!(asked_back(&other_events), other.captured_fen());
    }
}
