//! What the funnel promises.

use guanxi_domain::campaign::{CampaignEvent, CouponClaimed};
use guanxi_domain::coupon::{
    CouponEvent, CouponExpired, CouponIssued, CouponKind, CouponRedeemed, CouponReserved, CouponReturned,
    CouponTerms, Funder, GoodsScope, RedemptionAwaited, ValidityWindow,
};
use guanxi_kernel::{Fen, TimeZoneId};

use super::*;
use crate::story::{Story, noon};

const DAY: &str = "2026-03-01";
const END: &str = "2026-04-01";

fn terms() -> CouponTerms {
    CouponTerms {
        kind: CouponKind::Normal { off_fen: Fen(1_000) },
        goods: GoodsScope::All,
        threshold_fen: Fen(0),
        funder: Funder::Us,
    }
}

fn validity() -> ValidityWindow {
    ValidityWindow {
        from: noon(DAY),
        until: noon(END),
    }
}

fn claimed(story: Story, coupon: &str) -> Story {
    let claimed = CouponClaimed {
        campaign_id: "spring".parse().unwrap(),
        coupon_id: coupon.parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        person_id: None,
        terms: terms(),
        validity: validity(),
        channel: Some("live_room".parse().unwrap()),
        claimed_at: noon(DAY),
        claimed_on: DAY.parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
    };
    story.add("campaign", "spring", DAY, CampaignEvent::from(claimed))
}

fn issued() -> CouponEvent {
    CouponIssued {
        campaign_id: "spring".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        terms: terms(),
        validity: validity(),
        channel: Some("live_room".parse().unwrap()),
        time_zone: TimeZoneId::shanghai(),
    }
    .into()
}

fn redeemed() -> CouponEvent {
    CouponRedeemed {
        order_id: Some("o-1".parse().unwrap()),
        campaign_id: "spring".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        funder: Funder::Us,
        discount_fen: Some(Fen(1_000)),
        redeemed_at: noon(DAY),
        business_date: DAY.parse().unwrap(),
        store_id: None,
        channel: Some("counter".parse().unwrap()),
    }
    .into()
}

fn steps(story: &Story, channel: &str) -> Steps {
    let cell = ("spring".to_owned(), channel.to_owned());
    story.totals(&CouponFunnel).remove(&cell).unwrap_or_default()
}

#[test]
fn coupons_are_counted_where_they_were_claimed_not_where_they_were_used() {
    let story = claimed(claimed(Story::default(), "k-1"), "k-2")
        .add("coupon", "k-1", DAY, issued())
        .add("coupon", "k-2", DAY, issued())
        .add(
            "coupon",
            "k-1",
            DAY,
            CouponEvent::from(CouponReserved {
                order_id: "o-1".parse().unwrap(),
                reserved_at: noon(DAY),
            }),
        )
        .add("coupon", "k-1", DAY, redeemed());
    let seen = steps(&story, "live_room");
    assert_eq!(
        (seen.claimed, seen.issued, seen.reserved, seen.redeemed),
        (2, 2, 1, 1)
    );
    assert_eq!(seen.discount_fen, 1_000);
    assert_eq!(steps(&story, "counter"), Steps::default());
}

#[test]
fn a_coupon_that_came_back_too_late_is_returned_and_expired() {
    let returned = CouponReturned {
        order_id: "o-1".parse().unwrap(),
        campaign_id: "spring".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        returned_at: noon(END),
        business_date: END.parse().unwrap(),
        store_id: None,
        channel: None,
        valid_until: noon(END),
    };
    let expired = CouponExpired {
        campaign_id: "spring".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        expired_at: noon(END),
        business_date: END.parse().unwrap(),
    };
    let story = claimed(Story::default(), "k-1")
        .add("coupon", "k-1", DAY, issued())
        .add("coupon", "k-1", DAY, redeemed())
        .add("coupon", "k-1", END, CouponEvent::from(returned))
        .add("coupon", "k-1", END, CouponEvent::from(expired));
    let seen = steps(&story, "live_room");
    assert_eq!(
        (seen.redeemed, seen.returned, seen.expired, seen.discount_fen),
        (1, 1, 1, 0)
    );
}

#[test]
fn what_was_awaited_before_the_claim_moves_to_the_channel_of_the_claim() {
    let awaited = RedemptionAwaited {
        order_id: "o-1".parse().unwrap(),
        campaign_id: "spring".parse().unwrap(),
        discount_fen: Some(Fen(1_000)),
        redeemed_at: noon(DAY),
        business_date: DAY.parse().unwrap(),
        store_id: None,
        channel: None,
    };
    let early = Story::default().add("coupon", "k-1", DAY, CouponEvent::from(awaited));
    let story =
        claimed(early, "k-1")
            .add("coupon", "k-1", DAY, issued())
            .add("coupon", "k-1", DAY, redeemed());
    assert_eq!(steps(&story, "live_room").redeemed, 1);
    assert_eq!(steps(&story, "unattributed"), Steps::default());
}
