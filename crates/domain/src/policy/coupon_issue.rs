//! A claim in a campaign begins the coupon's own life.

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, Recorded, StreamRef};

use crate::campaign::CampaignEvent;
use crate::coupon::{Coupon, CouponCommand, IssueCoupon};
use crate::{GuanxiCommand, GuanxiEvent};

/// Campaign's claim → coupon issued.
#[derive(Debug)]
pub struct CouponIssue;

impl Policy for CouponIssue {
    const NAME: &'static str = "coupon_issue";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let Some(GuanxiEvent::Campaign(CampaignEvent::CouponClaimed(claimed))) = event.own() else {
            return Vec::new();
        };
        let target = StreamRef::new(Coupon::TYPE, claimed.coupon_id.as_str());
        let command = CouponCommand::IssueCoupon(IssueCoupon::from(claimed));
        vec![Reaction::new("issue", target, command.into())]
    }
}
