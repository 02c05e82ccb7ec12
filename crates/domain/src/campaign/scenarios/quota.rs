//! A campaign that leases its quota to shards.

use std::num::{NonZeroU16, NonZeroU32};

use super::*;

fn in_shards(shards: u16, total: u32) -> Scenario<Campaign> {
    active(|create| {
        create.shards = NonZeroU16::new(shards);
        create.caps.total = NonZeroU32::new(total);
    })
}

fn lease(shard: u16) -> CampaignCommand {
    CampaignCommand::LeaseQuota(LeaseQuota { shard })
}

fn record(shard: u16, returned: u32, issued: u32) -> CampaignCommand {
    CampaignCommand::RecordQuota(RecordQuota {
        shard,
        returned,
        issued,
    })
}

fn leased(shard: u16, amount: u32, leased: u32) -> CampaignEvent {
    QuotaLeased {
        shard,
        amount,
        leased,
    }
    .into()
}

fn returned(shard: u16, returned: u32, issued: u32) -> CampaignEvent {
    QuotaReturned {
        shard,
        returned,
        issued,
    }
    .into()
}

#[test]
fn at_its_start_a_campaign_tells_its_shards_and_leases_half() {
    let mut create = create();
    create.shards = NonZeroU16::new(2);
    create.caps.total = NonZeroU32::new(100);
    let events = draft(create.clone()).when(&activate()).answer().unwrap();
    let names: Vec<_> = events.iter().map(guanxi_kernel::DomainEvent::name).collect();
    assert_eq!(
        names[..2],
        ["campaign.activated.v1", "campaign.shards_informed.v1"]
    );
    assert_eq!(events[2..], [leased(0, 25, 25), leased(1, 25, 25)]);
    // After a pause they are told again, and keep what they have.
    let again = draft(create)
        .when(&activate())
        .accepted()
        .when(&pause())
        .accepted()
        .when(&activate())
        .answer()
        .unwrap();
    match &again[..] {
        [
            CampaignEvent::CampaignActivated(_),
            CampaignEvent::ShardsInformed(informed),
        ] => {
            assert_eq!((informed.revision, informed.status), (3, CampaignStatus::Active));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn leases_never_exceed_the_total_and_get_smaller() {
    in_shards(2, 4)
        .when(&lease(0))
        .then([leased(0, 1, 2)])
        .when(&lease(1))
        .then([leased(1, 1, 2)])
        .when(&lease(0))
        .refused("campaign.quota_leased_out");
    in_shards(2, 4).when(&lease(2)).refused("campaign.unknown_shard");
    capped(Caps::default())
        .when(&lease(0))
        .refused("campaign.unknown_shard");
}

#[test]
fn what_a_shard_gives_back_is_leased_to_another() {
    in_shards(2, 2)
        .when(&lease(0))
        .refused("campaign.quota_leased_out");
    in_shards(2, 2)
        .when(&record(1, 1, 0))
        .then([returned(1, 1, 0)])
        .when(&lease(0))
        .then([leased(0, 1, 2)]);
}

#[test]
fn what_a_shard_tells_late_or_twice_changes_nothing() {
    in_shards(2, 20)
        .when(&record(1, 2, 1))
        .accepted()
        .when(&record(1, 2, 1))
        .nothing()
        .when(&record(1, 1, 0))
        .nothing();
}

#[test]
fn a_campaign_in_shards_is_sold_out_when_every_coupon_is_claimed_and_not_before() {
    in_shards(2, 2)
        .when(&record(0, 0, 1))
        .then([returned(0, 0, 1)])
        .when(&lease(0))
        .refused("campaign.quota_leased_out");
    in_shards(2, 2)
        .when(&record(0, 0, 1))
        .accepted()
        .when(&record(1, 0, 1))
        .then([returned(1, 0, 1), CampaignSoldOut { claimed: 2 }.into()])
        .when(&lease(0))
        .refused("campaign.sold_out");
}

#[test]
fn sums_that_cannot_be_are_an_alarm() {
    in_shards(2, 20)
        .when(&record(0, 3, 3))
        .refused("campaign.quota_mismatch");
}

#[test]
fn its_own_stream_answers_no_claims_and_leases_nothing_while_closed() {
    in_shards(2, 20)
        .when(&command(claim("k-1", "m-1")))
        .refused("campaign.in_shards");
    in_shards(2, 20)
        .when(&pause())
        .accepted()
        .when(&lease(0))
        .refused("campaign.not_active");
    in_shards(2, 20)
        .when(&end())
        .accepted()
        .when(&lease(0))
        .refused("campaign.ended");
}

#[test]
fn a_budget_is_not_cut_below_what_lies_with_the_shards() {
    let caps = |total| Caps {
        total: NonZeroU32::new(total),
        ..Caps::default()
    };
    let amend = |before, after| {
        CampaignCommand::AmendBudget(AmendBudget {
            expected: before,
            caps: after,
            amended_at: at("2026-03-02T10:00:00+08:00"),
        })
    };
    in_shards(2, 100)
        .when(&amend(caps(100), caps(49)))
        .refused("campaign.budget_below_claimed");
    in_shards(2, 100)
        .when(&amend(caps(100), Caps::default()))
        .refused("campaign.invalid_terms");
    let events = in_shards(2, 100)
        .when(&amend(caps(100), caps(50)))
        .accepted()
        .when(&lease(0))
        .answer();
    assert_eq!(events, Err(CampaignRefusal::QuotaLeasedOut));
}

#[test]
fn shards_without_a_total_or_by_day_make_no_sense() {
    let caps = [
        Caps::default(),
        Caps {
            total: NonZeroU32::new(5),
            per_day: NonZeroU32::new(1),
            ..Caps::default()
        },
        Caps {
            total: NonZeroU32::new(5),
            per_person: NonZeroU32::new(1),
            ..Caps::default()
        },
    ];
    for (caps, shards) in caps.into_iter().zip([2; 3]).chain([(
        Caps {
            total: NonZeroU32::new(5),
            ..Caps::default()
        },
        65,
    )]) {
        let wrong = CreateCampaign {
            caps,
            shards: NonZeroU16::new(shards),
            ..create()
        };
        given([])
            .when(&CampaignCommand::CreateCampaign(wrong))
            .refused("campaign.invalid_terms");
    }
}
