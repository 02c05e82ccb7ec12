//! The import: day by day, many orders at once, each order's steps in their order.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use guanxi_domain::GuanxiEvent;
use guanxi_domain::campaign::{ActivateCampaign, Campaign as CampaignRules, CampaignCommand};
use guanxi_domain::coupon::{Coupon, CouponCommand, RedeemCoupon};
use guanxi_domain::order::{Order, OrderCommand};
use guanxi_domain::store::{Store, StoreCommand};
use guanxi_event_store::{Clock, ClockError, EventStore, Loop};
use guanxi_kernel::{BusinessDate, Fen, Timestamp};
use serde::Serialize;

use super::bus::{Bus, PaymentRoute, unusable};
use super::data::{Basket, DataSet, Line, Redemption, baskets};
use super::plan::{Day, days};
use super::{ImportError, commands, progress};

/// Orders under way at once.
const AT_ONCE: usize = 256;
/// How long followers may take to catch up with a day.
const PATIENCE: Duration = Duration::from_secs(300);
/// Stores are open from here on: before every day of the source.
const STORES_OPEN: &str = "2016-01-01";

/// An import of one data set into one log.
pub struct Import {
    data: DataSet,
    bus: Bus,
    store: EventStore,
    followers: Loop<GuanxiEvent>,
    payments: Option<Arc<dyn PaymentRoute>>,
    clock_stays: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The day that is being imported.
    pub day: BusinessDate,
    /// Lines imported, those of an earlier run included.
    pub lines_done: u64,
    /// Lines of the data set.
    pub lines_total: u64,
}

/// What was done.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Days of this run; those of an earlier run are left out.
    pub days: usize,
    /// Lines of this run.
    pub lines: u64,
    /// Baskets of this run.
    pub baskets: u64,
    /// Payments of this run; baskets of zero and below have none.
    pub payments: u64,
    /// Redemptions of this run.
    pub redemptions: u64,
    /// Those of them that belong to exactly one basket.
    pub redemptions_attributed: u64,
    /// Seconds of this run.
    pub seconds: f64,
}

impl Import {
    /// Prepares an import. Followers must run, here or elsewhere. `payments` delivers payments as their provider would;
    /// without it they go over the bus.
    #[must_use]
    pub fn new(
        data: DataSet,
        store: EventStore,
        followers: Loop<GuanxiEvent>,
        payments: Option<Arc<dyn PaymentRoute>>,
    ) -> Self {
        let bus = Bus::new(store.clone(), data.zone.clone());
        Self {
            data,
            bus,
            store,
            followers,
            payments,
            clock_stays: false,
        }
    }

    /// Leaves the clock of the deadlines at the end of the data, instead of putting it to the wall's time: points and
    /// tiers stand as they stood then, until somebody lets the time go on.
    #[must_use]
    pub fn leave_clock(self) -> Self {
        Self {
            clock_stays: true,
            ..self
        }
    }

    /// Imports everything that no earlier run has finished.
    ///
    /// # Errors
    /// A command is refused, or something fails; a later run goes on from there.
    pub async fn run(&self, tell: &(dyn Fn(Progress) + Send + Sync)) -> Result<Report, ImportError> {
        let started = Instant::now();
        let done = progress::load(self.store.pool(), &self.data.fingerprint).await?;
        let days = days(&self.data);
        let visits = self.data.first_visits();
        let lines_total = self.data.lines.len() as u64;
        let mut report = Report {
            days: 0,
            lines: 0,
            baskets: 0,
            payments: 0,
            redemptions: 0,
            redemptions_attributed: 0,
            seconds: 0.0,
        };
        if let Some(first) = days.first()
            && done.is_none()
        {
            self.open_stores(first).await?;
        }
        let mut lines_before = 0;
        for day in &days {
            if done.is_none_or(|done| day.date > done) {
                let lines_done = AtomicU64::new(lines_before);
                let each = |lines: usize| {
                    let lines_done = lines_done.fetch_add(lines as u64, Ordering::Relaxed) + lines as u64;
                    tell(Progress {
                        day: day.date,
                        lines_done,
                        lines_total,
                    });
                };
                self.day(day, &visits, &each, &mut report).await?;
                progress::save(self.store.pool(), &self.data.fingerprint, day.date).await?;
            }
            lines_before += day.lines.len() as u64;
        }
        if let Some(last) = days.last() {
            self.raise_clock(last.date.plus_days(1).starts_at(&self.data.zone))
                .await?;
        }
        if !self.clock_stays {
            self.followers.set_clock(Clock::Wall, PATIENCE).await?;
        }
        self.followers.settle(PATIENCE).await?;
        report.seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }

    async fn open_stores(&self, first: &Day<'_>) -> Result<(), ImportError> {
        let opened: BusinessDate = STORES_OPEN.parse().unwrap_or(first.date);
        let from = opened.starts_at(&self.data.zone);
        let steps = self.data.stores().into_iter().map(|store| async move {
            let open =
                commands::open_store(store, &self.data.zone, from).map_err(|error| unusable(&error))?;
            let (id, place) = (open.store_id.to_string(), self.bus.till(store, from)?);
            let step = format!("store/{store}");
            self.bus
                .execute::<Store>(&step, &id, &StoreCommand::OpenStore(open), place)
                .await
        });
        at_once(steps).await
    }

    async fn day(
        &self,
        day: &Day<'_>,
        visits: &BTreeMap<u32, Line>,
        each: &(dyn Fn(usize) + Send + Sync),
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let midnight = day.date.starts_at(&self.data.zone);
        self.raise_clock(midnight).await?;
        self.begin_campaigns(day).await?;
        self.claim_coupons(day).await?;
        let newcomers = visits.values().filter(|visit| {
            day.lines.first().is_some_and(|first| {
                self.data.zone.business_date(visit.at()) == day.date && visit.at_us >= first.at_us
            })
        });
        at_once(newcomers.map(|visit| self.bus.enrol(visit))).await?;

        let mut coupons: HashMap<u64, Vec<&Redemption>> = HashMap::new();
        for redemption in &day.redemptions {
            if let Some(basket) = redemption.basket {
                coupons.entry(basket).or_default().push(redemption);
            }
        }
        // One household's receipts keep their order: what the first earns decides what the second earns.
        let mut households: BTreeMap<u32, Vec<Basket<'_>>> = BTreeMap::new();
        for basket in baskets(day.lines) {
            households.entry(basket.head.household).or_default().push(basket);
        }
        let coupons = &coupons;
        let receipts = households.into_values().map(|baskets| async move {
            for basket in baskets {
                let coupons = coupons.get(&basket.head.basket).map_or(&[][..], Vec::as_slice);
                self.order(&basket, coupons).await?;
                each(basket.lines.len());
            }
            Ok(())
        });
        at_once(receipts).await?;
        self.redeem_elsewhere(day).await?;
        if let Some(payments) = &self.payments {
            payments.settle().await?;
        }

        report.days += 1;
        report.lines += day.lines.len() as u64;
        report.redemptions += day.redemptions.len() as u64;
        report.redemptions_attributed += coupons.values().map(|coupons| coupons.len() as u64).sum::<u64>();
        for basket in baskets(day.lines) {
            report.baskets += 1;
            report.payments += u64::from(commands::payable(&basket) > Fen::ZERO);
        }
        Ok(())
    }

    async fn begin_campaigns(&self, day: &Day<'_>) -> Result<(), ImportError> {
        for campaign in &day.campaigns {
            let id = commands::campaign_id(campaign.id).map_err(|error| unusable(&error))?;
            let place = self.bus.nowhere(campaign.from.starts_at(&self.data.zone));
            let create =
                CampaignCommand::CreateCampaign(commands::create_campaign(campaign, &self.data.zone));
            let activate = CampaignCommand::ActivateCampaign(ActivateCampaign {});
            for (step, command) in [("create", create), ("activate", activate)] {
                let step = format!("campaign-{step}/{}", campaign.id);
                self.bus
                    .execute::<CampaignRules>(&step, id.as_str(), &command, place.clone())
                    .await?;
            }
        }
        Ok(())
    }

    /// Followers and deadlines catch up with the day before; then it is this day, and what is due at its midnight is
    /// done before anything else happens.
    async fn raise_clock(&self, midnight: Timestamp) -> Result<(), ImportError> {
        let watermark = Clock::Watermark(midnight);
        match self.followers.set_clock(watermark, PATIENCE).await {
            // Another cut of the data set has been further: time does not go back for this one.
            Ok(()) | Err(ClockError::Backwards(_)) => Ok(self.followers.settle(PATIENCE).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// Claims and issues what will be redeemed: orders use it today.
    async fn claim_coupons(&self, day: &Day<'_>) -> Result<(), ImportError> {
        let claims = day.redemptions.iter().map(|redemption| async {
            let campaign = self
                .data
                .campaigns
                .iter()
                .find(|campaign| campaign.id == redemption.campaign && campaign.from <= redemption.day)
                .ok_or(ImportError::Campaign(redemption.campaign))?;
            let zone = &self.data.zone;
            let claim = commands::claim(redemption, zone).map_err(|error| unusable(&error))?;
            let issue = commands::issue(redemption, campaign, zone).map_err(|error| unusable(&error))?;
            let (coupon, campaign) = (claim.coupon_id.to_string(), claim.campaign_id.to_string());
            let place = self.bus.nowhere(claim.claimed_at);
            let (step, claim) = (format!("claim/{coupon}"), CampaignCommand::ClaimCoupon(claim));
            self.bus
                .execute::<CampaignRules>(&step, &campaign, &claim, place.clone())
                .await?;
            let (step, issue) = (format!("issue/{coupon}"), CouponCommand::IssueCoupon(issue));
            self.bus.execute::<Coupon>(&step, &coupon, &issue, place).await
        });
        at_once(claims).await
    }

    async fn order(&self, basket: &Basket<'_>, coupons: &[&Redemption]) -> Result<(), ImportError> {
        let number = basket.head.basket;
        let id = commands::order_id(number).map_err(|error| unusable(&error))?;
        let place = commands::place(basket, coupons, &self.data).map_err(|error| unusable(&error))?;
        let at = self.bus.till(basket.head.store, basket.head.at())?;
        let command = OrderCommand::Place(Box::new(place));
        self.bus
            .execute::<Order>(&format!("place/{number}"), id.as_str(), &command, at.clone())
            .await?;
        if commands::payable(basket) <= Fen::ZERO {
            return Ok(());
        }
        let notice = commands::notice(basket).map_err(|error| unusable(&error))?;
        let command = OrderCommand::RegisterPayment(commands::register(&notice));
        self.bus
            .execute::<Order>(&format!("register/{number}"), id.as_str(), &command, at.clone())
            .await?;
        if let Some(payments) = &self.payments {
            return payments.deliver(&notice).await;
        }
        let member = commands::member_of(basket.head.household).map_err(|error| unusable(&error))?;
        let command = OrderCommand::RecordPayment(commands::record(&notice, member));
        self.bus
            .execute::<Order>(&format!("pay/{number}"), id.as_str(), &command, at)
            .await
    }

    /// Redemptions whose basket nobody can tell: used up on their day, at no store.
    async fn redeem_elsewhere(&self, day: &Day<'_>) -> Result<(), ImportError> {
        let unknown = day
            .redemptions
            .iter()
            .filter(|redemption| redemption.basket.is_none());
        let steps = unknown.map(|redemption| async move {
            let id = commands::coupon_id(redemption).map_err(|error| unusable(&error))?;
            let midnight = redemption.day.starts_at(&self.data.zone);
            let command = CouponCommand::RedeemCoupon(RedeemCoupon {
                order_id: None,
                discount_fen: None,
                redeemed_at: midnight,
                business_date: redemption.day,
                store_id: None,
                channel: None,
                campaign_id: None,
            });
            let step = format!("redeem/{id}");
            self.bus
                .execute::<Coupon>(&step, id.as_str(), &command, self.bus.nowhere(midnight))
                .await
        });
        at_once(steps).await
    }
}

/// Carries out steps of different streams, many at once; the first failure ends it.
async fn at_once<F>(steps: impl Iterator<Item = F>) -> Result<(), ImportError>
where
    F: Future<Output = Result<(), ImportError>>,
{
    stream::iter(steps)
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, |step| step)
        .await
}

impl std::fmt::Debug for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Import")
    }
}
