//! How many coupons a campaign gives, changed while it runs.

use std::num::NonZeroU32;

use super::*;

fn total(total: u32) -> Caps {
    Caps {
        total: NonZeroU32::new(total),
        ..Caps::default()
    }
}

fn amend(expected: Caps, caps: Caps) -> CampaignCommand {
    CampaignCommand::AmendBudget(AmendBudget {
        expected,
        caps,
        amended_at: at("2026-03-02T10:00:00+08:00"),
    })
}

fn amended(before: Caps, caps: Caps) -> CampaignEvent {
    BudgetAmended {
        before,
        caps,
        amended_at: at("2026-03-02T10:00:00+08:00"),
    }
    .into()
}

/// Two coupons, both claimed.
fn sold_out() -> Scenario<Campaign> {
    capped(total(2))
        .when(&command(claim("k-1", "m-1")))
        .accepted()
        .when(&command(claim("k-2", "m-2")))
        .accepted()
}

#[test]
fn of_two_who_amend_at_once_one_learns_of_the_other() {
    let amended = capped(total(2))
        .when(&amend(total(2), total(5)))
        .then([amended(total(2), total(5))]);
    amended
        .when(&amend(total(2), total(5)))
        .nothing()
        .when(&amend(total(2), total(9)))
        .refused("campaign.budget_changed");
}

#[test]
fn a_campaign_that_was_sold_out_gives_more_after_an_amendment() {
    sold_out()
        .when(&command(claim("k-3", "m-3")))
        .refused("campaign.sold_out");
    sold_out()
        .when(&amend(total(2), total(3)))
        .accepted()
        .when(&command(claim("k-3", "m-3")))
        .accepted()
        .when(&command(claim("k-4", "m-4")))
        .refused("campaign.sold_out");
}

#[test]
fn a_campaign_never_gives_fewer_than_are_out() {
    sold_out()
        .when(&amend(total(2), total(1)))
        .refused("campaign.budget_below_claimed");
    let one = capped(total(5)).when(&command(claim("k-1", "m-1"))).accepted();
    one.when(&amend(total(5), total(1)))
        .then([amended(total(5), total(1)), CampaignSoldOut { claimed: 1 }.into()]);
}

#[test]
fn a_cap_that_nobody_has_counted_by_is_not_added() {
    let per_member = Caps {
        per_member: NonZeroU32::new(1),
        ..total(5)
    };
    capped(total(5))
        .when(&amend(total(5), per_member))
        .refused("campaign.budget_uncounted");
    capped(per_member).when(&amend(per_member, total(5))).accepted();
}

#[test]
fn what_has_ended_or_does_not_exist_is_not_amended() {
    capped(total(5))
        .when(&end())
        .accepted()
        .when(&amend(total(5), total(6)))
        .refused("campaign.ended");
    given([])
        .when(&amend(total(5), total(6)))
        .refused("campaign.unknown");
}
