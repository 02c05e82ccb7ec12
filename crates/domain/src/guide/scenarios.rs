//! What happens between a guide and a member, told as given / when / then.

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{BasisPoints, BusinessDate, ClaimChange, ClaimKey, Decider, Fen, MemberId, Timestamp};
use proptest::prelude::*;

mod earning;
mod handing;

use super::*;

fn at() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

fn day() -> BusinessDate {
    "2026-03-02".parse().unwrap()
}

fn binding(exclusive: bool) -> Bind {
    Bind {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        store_id: Some("shop".parse().unwrap()),
        exclusive,
        bound_at: at(),
        expires_at: None,
        handed_over: None,
    }
}

fn bind(exclusive: bool) -> GuideCommand {
    GuideCommand::Bind(binding(exclusive))
}

fn bound(exclusive: bool) -> GuideEvent {
    let Bind {
        guide_id,
        member_id,
        store_id,
        exclusive,
        bound_at,
        expires_at,
        handed_over,
    } = binding(exclusive);
    Bound {
        guide_id,
        member_id,
        store_id,
        exclusive,
        bound_at,
        expires_at,
        handed_over,
    }
    .into()
}

fn unbind() -> GuideCommand {
    GuideCommand::Unbind(Unbind {
        reason: UnbindReason::Member,
        unbound_at: at(),
    })
}

fn unbound(exclusive: bool) -> GuideEvent {
    Unbound {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        exclusive,
        reason: UnbindReason::Member,
        unbound_at: at(),
        dropped_guide_id: None,
    }
    .into()
}

fn accrue(rate: u32, base: i64) -> GuideCommand {
    accrue_for("o-1", rate, base)
}

fn accrue_for(order: &str, rate: u32, base: i64) -> GuideCommand {
    GuideCommand::AccrueCommission(AccrueCommission {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        order_id: order.parse().unwrap(),
        rate: BasisPoints(rate),
        base_fen: Fen(base),
        accrued_at: at(),
        business_date: day(),
        store_id: None,
        payable_at: "2026-03-09T16:00:00Z".parse().unwrap(),
    })
}

fn accrued(rate: u32, base: i64, added: i64, total: i64) -> GuideEvent {
    CommissionAccrued {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        order_id: "o-1".parse().unwrap(),
        rate: BasisPoints(rate),
        base_fen: Fen(base),
        commission_fen: Fen(added),
        total_fen: Fen(total),
        accrued_at: at(),
        business_date: day(),
        store_id: None,
        payable_at: "2026-03-09T16:00:00Z".parse().unwrap(),
    }
    .into()
}

fn given(past: impl IntoIterator<Item = GuideEvent>) -> Scenario<GuideRelationship> {
    Scenario::given(past)
}

#[test]
fn a_guide_is_bound_once() {
    given([])
        .when(&bind(true))
        .then([bound(true)])
        .when(&bind(true))
        .nothing();
    given([bound(true)])
        .when(&bind(false))
        .refused("guide.already_bound");
}

#[test]
fn a_guide_can_be_bound_again_after_unbinding() {
    let apart = given([bound(true)]).when(&unbind()).then([unbound(true)]);
    apart
        .when(&unbind())
        .nothing()
        .when(&bind(false))
        .then([bound(false)]);
    given([]).when(&unbind()).refused("guide.not_bound");
}

#[test]
fn what_comes_too_late_neither_begins_nor_ends_anything() {
    let earlier: Timestamp = "2026-03-01T23:59:59Z".parse().unwrap();
    let old_end = GuideCommand::Unbind(Unbind {
        reason: UnbindReason::Member,
        unbound_at: earlier,
    });
    let old_beginning = GuideCommand::Bind(Bind {
        bound_at: earlier,
        ..binding(false)
    });
    let bound_now = given([bound(true)]).when(&old_end).nothing();
    let apart = bound_now.when(&unbind()).then([unbound(true)]);
    apart
        .when(&old_beginning)
        .nothing()
        .when(&bind(false))
        .then([bound(false)]);
}

#[test]
fn an_exclusive_guide_holds_the_claim_on_the_member() {
    let claim = || ClaimKey::open("guide.exclusive", "m-1");
    assert_eq!(
        GuideRelationship::claims(&bound(true)),
        [ClaimChange::Take(claim())]
    );
    assert_eq!(
        GuideRelationship::claims(&unbound(true)),
        [ClaimChange::Release(claim())]
    );
    assert_eq!(GuideRelationship::claims(&bound(false)), []);
    assert_eq!(GuideRelationship::claims(&unbound(false)), []);
}

#[test]
fn commission_is_the_floor_of_rate_times_goods() {
    given([])
        .when(&accrue(250, 9_999))
        .then([accrued(250, 9_999, 249, 249)]);
}

#[test]
fn commission_accrues_once_per_order() {
    let once = given([]).when(&accrue(250, 10_000)).accepted();
    let once = once.when(&accrue(250, 10_000)).nothing();
    let more = once
        .when(&accrue(250, 20_000))
        .then([accrued(250, 20_000, 250, 500)]);
    let answer = more.when(&accrue(250, 10_000)).answer().unwrap();
    assert!(
        matches!(&answer[..], [GuideEvent::CommissionReversed(back)] if back.commission_fen == Fen(250)),
        "{answer:?}"
    );
}

#[test]
fn commission_needs_no_binding_and_outlives_it() {
    given([bound(true), unbound(true)])
        .when(&accrue(100, 10_000))
        .then([accrued(100, 10_000, 100, 100)]);
}

#[test]
fn an_imported_order_below_zero_earns_nothing() {
    given([]).when(&accrue(250, -10_000)).nothing();
}

#[test]
fn no_rate_is_above_the_whole() {
    given([])
        .when(&accrue(10_001, 100))
        .refused("guide.rate_too_high");
}

#[test]
fn a_sale_to_nobody_known_has_a_stream_too() {
    let member: MemberId = "m-1".parse().unwrap();
    let guide = "g-1".parse().unwrap();
    assert_eq!(GuideRelationship::id(&guide, Some(&member)).unwrap(), "g-1/m-1");
    assert_eq!(GuideRelationship::id(&guide, None).unwrap(), "g-1/anonymous");
    assert!(GuideRelationship::id(&"g".repeat(128).parse().unwrap(), None).is_err());
}

proptest! {
    #[test]
    fn what_is_added_sums_to_the_target(bases in proptest::collection::vec(0i64..1_000_000, 1..20), rate in 0u32..=10_000) {
        let mut state = GuideState::default();
        let mut added = Fen::ZERO;
        for base in &bases {
            for event in GuideRelationship::decide(&state, &accrue(rate, *base)).unwrap_or_default() {
                match &event {
                    GuideEvent::CommissionAccrued(accrued) => added += accrued.commission_fen,
                    GuideEvent::CommissionReversed(reversed) => added -= reversed.commission_fen,
                    _ => {}
                }
                GuideRelationship::evolve(&mut state, &event);
            }
        }
        let last = bases.last().copied().unwrap_or(0);
        prop_assert_eq!(added, Fen(last).floor_at(BasisPoints(rate)));
    }
}
