//! What a campaign answers, told as given / when / then.

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{ClaimChange, ClaimKey, Decider, Fen, TimeZoneId, Timestamp};
use proptest::prelude::*;

mod budget;
mod quota;

use super::*;
use crate::coupon::{CouponKind, CouponTerms, Funder, GoodsScope, ValidityWindow};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn create() -> CreateCampaign {
    CreateCampaign {
        name: "20 off 100".to_owned(),
        terms: CouponTerms {
            kind: CouponKind::Normal { off_fen: Fen(2_000) },
            goods: GoodsScope::All,
            threshold_fen: Fen(10_000),
            funder: Funder::Us,
        },
        validity: CouponValidity::AfterClaim {
            wait_days: 0,
            days: 7,
        },
        caps: Caps::default(),
        channels: Vec::new(),
        claims_from: at("2026-03-01T00:00:00+08:00"),
        claims_until: Some(at("2026-04-01T00:00:00+08:00")),
        time_zone: TimeZoneId::shanghai(),
        shards: None,
    }
}

fn claim(coupon: &str, member: &str) -> ClaimCoupon {
    ClaimCoupon {
        campaign_id: "c-1".parse().unwrap(),
        coupon_id: coupon.parse().unwrap(),
        member_id: member.parse().unwrap(),
        person_id: None,
        channel: None,
        claimed_at: at("2026-03-02T10:00:00+08:00"),
    }
}

fn command(claim: ClaimCoupon) -> CampaignCommand {
    CampaignCommand::ClaimCoupon(claim)
}

fn given(past: impl IntoIterator<Item = CampaignEvent>) -> Scenario<Campaign> {
    Scenario::<Campaign>::given(past)
}

fn draft(create: CreateCampaign) -> Scenario<Campaign> {
    given([])
        .when(&CampaignCommand::CreateCampaign(create))
        .accepted()
}

fn active(change: impl FnOnce(&mut CreateCampaign)) -> Scenario<Campaign> {
    let mut create = create();
    change(&mut create);
    draft(create).when(&activate()).accepted()
}

fn capped(caps: Caps) -> Scenario<Campaign> {
    active(|create| create.caps = caps)
}

fn activate() -> CampaignCommand {
    CampaignCommand::ActivateCampaign(ActivateCampaign {})
}

fn pause() -> CampaignCommand {
    CampaignCommand::PauseCampaign(PauseCampaign {
        reason: "stock".to_owned(),
    })
}

fn end() -> CampaignCommand {
    CampaignCommand::EndCampaign(EndCampaign {
        reason: "over".to_owned(),
    })
}

#[test]
fn a_campaign_is_set_up_once() {
    let same = CampaignCommand::CreateCampaign(create());
    draft(create()).when(&same).nothing();
    let other = CreateCampaign {
        name: "30 off 100".to_owned(),
        ..create()
    };
    draft(create())
        .when(&CampaignCommand::CreateCampaign(other))
        .refused("campaign.already_exists");
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let kinds = [
        CouponKind::Normal { off_fen: Fen(0) },
        CouponKind::Normal { off_fen: Fen(10_001) },
        CouponKind::Discount { pay_percent: 0 },
        CouponKind::Discount { pay_percent: 100 },
        CouponKind::Exchange { price_fen: Fen(-1) },
    ];
    for kind in kinds {
        let terms = CouponTerms {
            kind,
            ..create().terms
        };
        let wrong = CampaignCommand::CreateCampaign(CreateCampaign { terms, ..create() });
        given([]).when(&wrong).refused("campaign.invalid_terms");
    }
    let never = CouponValidity::AfterClaim {
        wait_days: 0,
        days: 0,
    };
    let backwards = Some(create().claims_from);
    let wrong = [
        CreateCampaign {
            name: " ".to_owned(),
            ..create()
        },
        CreateCampaign {
            validity: never,
            ..create()
        },
        CreateCampaign {
            claims_until: backwards,
            ..create()
        },
        CreateCampaign {
            terms: CouponTerms {
                threshold_fen: Fen(-1),
                ..create().terms
            },
            ..create()
        },
    ];
    for create in wrong {
        given([])
            .when(&CampaignCommand::CreateCampaign(create))
            .refused("campaign.invalid_terms");
    }
}

#[test]
fn a_claim_freezes_the_terms_and_the_window() {
    let claimed = CouponClaimed {
        campaign_id: "c-1".parse().unwrap(),
        coupon_id: "k-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        person_id: None,
        terms: create().terms,
        validity: ValidityWindow {
            from: at("2026-03-02T10:00:00+08:00"),
            until: at("2026-03-09T00:00:00+08:00"),
        },
        channel: None,
        claimed_at: at("2026-03-02T10:00:00+08:00"),
        claimed_on: "2026-03-02".parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
    };
    active(|_| {})
        .when(&command(claim("k-1", "m-1")))
        .then([claimed.clone().into()]);
    assert_eq!(
        Campaign::claims(&claimed.into()),
        [ClaimChange::Take(ClaimKey::open("campaign.coupon", "k-1"))]
    );
}

#[test]
fn nothing_can_be_claimed_of_an_unknown_campaign() {
    for command in [command(claim("k-1", "m-1")), activate(), pause(), end()] {
        given([]).when(&command).refused("campaign.unknown");
    }
}

#[test]
fn only_an_active_campaign_gives_coupons() {
    draft(create())
        .when(&command(claim("k-1", "m-1")))
        .refused("campaign.not_active");
    draft(create()).when(&pause()).refused("campaign.not_active");
    let paused = || {
        active(|_| {}).when(&pause()).then([CampaignPaused {
            reason: "stock".to_owned(),
        }
        .into()])
    };
    paused().when(&pause()).nothing();
    paused()
        .when(&command(claim("k-1", "m-1")))
        .refused("campaign.not_active");
    paused()
        .when(&activate())
        .accepted()
        .when(&command(claim("k-1", "m-1")))
        .accepted();
}

#[test]
fn an_ended_campaign_stays_ended() {
    let ended = || {
        active(|_| {}).when(&end()).then([CampaignEnded {
            reason: "over".to_owned(),
        }
        .into()])
    };
    ended().when(&end()).nothing();
    ended().when(&activate()).refused("campaign.ended");
    ended().when(&pause()).refused("campaign.ended");
    ended()
        .when(&command(claim("k-1", "m-1")))
        .refused("campaign.ended");
}

#[test]
fn activating_twice_changes_nothing() {
    active(|_| {}).when(&activate()).nothing();
}

#[test]
fn claims_outside_their_time_are_refused() {
    let early = ClaimCoupon {
        claimed_at: at("2026-02-28T23:59:59+08:00"),
        ..claim("k-1", "m-1")
    };
    active(|_| {})
        .when(&command(early))
        .refused("campaign.not_started");
    let late = ClaimCoupon {
        claimed_at: at("2026-04-01T00:00:00+08:00"),
        ..claim("k-1", "m-1")
    };
    active(|_| {}).when(&command(late)).refused("campaign.ended");
}

#[test]
fn claims_through_another_channel_are_refused() {
    let live = || active(|create| create.channels = vec!["live_room".parse().unwrap()]);
    live()
        .when(&command(claim("k-1", "m-1")))
        .refused("campaign.channel_not_allowed");
    let in_room = ClaimCoupon {
        channel: Some("live_room".parse().unwrap()),
        ..claim("k-1", "m-1")
    };
    live().when(&command(in_room)).accepted();
}

#[test]
fn the_last_coupon_sells_the_campaign_out() {
    let caps = Caps {
        total: 1.try_into().ok(),
        ..Caps::default()
    };
    let answer = capped(caps).when(&command(claim("k-1", "m-1"))).answer().unwrap();
    assert_eq!(answer.last(), Some(&CampaignSoldOut { claimed: 1 }.into()));
    let sold_out = capped(caps).when(&command(claim("k-1", "m-1"))).accepted();
    sold_out
        .when(&command(claim("k-2", "m-2")))
        .refused("campaign.sold_out");
}

#[test]
fn the_cap_per_day_starts_anew_at_the_campaigns_midnight() {
    let caps = Caps {
        per_day: 1.try_into().ok(),
        ..Caps::default()
    };
    let one = || capped(caps).when(&command(claim("k-1", "m-1"))).accepted();
    one()
        .when(&command(claim("k-2", "m-2")))
        .refused("campaign.day_cap_reached");
    let next = ClaimCoupon {
        claimed_at: at("2026-03-03T00:00:00+08:00"),
        ..claim("k-2", "m-2")
    };
    one().when(&command(next)).accepted();
}

#[test]
fn the_cap_per_member_is_exact() {
    let caps = Caps {
        per_member: 2.try_into().ok(),
        ..Caps::default()
    };
    let two = capped(caps).when(&command(claim("k-1", "m-1"))).accepted();
    let two = two.when(&command(claim("k-2", "m-1"))).accepted();
    let two = two.when(&command(claim("k-3", "m-2"))).accepted();
    two.when(&command(claim("k-4", "m-1")))
        .refused("campaign.member_cap_reached");
}

#[test]
fn the_cap_per_person_counts_over_members() {
    let caps = Caps {
        per_person: 1.try_into().ok(),
        ..Caps::default()
    };
    let of = |coupon, member| {
        command(ClaimCoupon {
            person_id: Some("p-1".parse().unwrap()),
            ..claim(coupon, member)
        })
    };
    capped(caps)
        .when(&of("k-1", "m-1"))
        .accepted()
        .when(&of("k-2", "m-2"))
        .refused("campaign.person_cap_reached");
    capped(caps)
        .when(&command(claim("k-1", "m-1")))
        .refused("campaign.person_required");
}

proptest! {
    #[test]
    fn no_order_of_claims_exceeds_a_cap(
        total in 1u32..20, per_day in 1u32..8, per_member in 1u32..4, per_person in 1u32..5,
        claims in proptest::collection::vec((0usize..6, 0usize..3, 0i32..4), 0..80),
    ) {
        let caps = Caps {
            total: total.try_into().ok(),
            per_day: per_day.try_into().ok(),
            per_member: per_member.try_into().ok(),
            per_person: per_person.try_into().ok(),
        };
        let mut state = capped(caps).state().clone();
        let mut given: Vec<CouponClaimed> = Vec::new();
        for (number, (member, person, day)) in claims.into_iter().enumerate() {
            let day = "2026-03-02".parse::<guanxi_kernel::BusinessDate>().unwrap().plus_days(day);
            let asked = ClaimCoupon {
                person_id: Some(format!("p-{person}").parse().unwrap()),
                claimed_at: day.starts_at(&TimeZoneId::shanghai()),
                ..claim(&format!("k-{number}"), &format!("m-{member}"))
            };
            for event in Campaign::decide(&state, &command(asked)).unwrap_or_default() {
                Campaign::evolve(&mut state, &event);
                if let CampaignEvent::CouponClaimed(claimed) = event { given.push(claimed); }
            }
        }
        prop_assert!(given.len() <= total as usize);
        prop_assert_eq!(given.len(), state.claimed.total as usize);
        for one in &given {
            let count = |same: &dyn Fn(&CouponClaimed) -> bool| given.iter().filter(|it| same(it)).count();
            prop_assert!(count(&|it| it.claimed_on == one.claimed_on) <= per_day as usize);
            prop_assert!(count(&|it| it.member_id == one.member_id) <= per_member as usize);
            prop_assert!(count(&|it| it.person_id == one.person_id) <= per_person as usize);
        }
    }
}
