//! From the source's rows to commands. Ids derive from the source's numbers, so a resumed import repeats nothing.
//!
//! shelf = `sales_value + retail_disc + coupon_match_disc`, promotion = `retail_disc`, coupon = `coupon_disc +
//! coupon_match_disc`; so the customer pays `sales_value − coupon_disc`. `coupon_disc` is the manufacturer's money,
//! `coupon_match_disc` ours.

use guanxi_domain::campaign::{Caps, ClaimCoupon, CouponValidity, CreateCampaign};
use guanxi_domain::coupon::{CouponKind, CouponTerms, Funder, GoodsScope, IssueCoupon};
use guanxi_domain::ids::{CampaignId, CategoryId, CouponId, MerchantId, OutTradeNo, Sku, TransactionId};
use guanxi_domain::order::{
    ImportedCoupon, ImportedLine, ImportedPrices, OrderKind, Place, Pricing, RecordPayment, RegisterPayment,
    Tender,
};
use guanxi_domain::store::{OpenStore, Ownership, StoreTerms};
use guanxi_kernel::{Channel, Fen, IdError, MemberId, OrderId, StoreId, TimeZoneId, Timestamp};

use super::data::{Basket, Campaign, DataSet, Redemption};

/// The zone of all stores: in it the source's weeks begin on Monday at midnight.
pub const ZONE: &str = "America/New_York";
/// The account that receives the payments of all stores.
pub const MCHID: &str = "1900000109";
/// The appid under which households pay.
pub const APPID: &str = "wx0c0de0000000000j";
/// The channel of all orders: the source knows tills only.
const CHANNEL: &str = "counter";

/// A payment as a notice tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Who received the money.
    pub mchid: MerchantId,
    /// Under which appid it was paid.
    pub appid: &'static str,
    /// Our number of the attempt.
    pub out_trade_no: OutTradeNo,
    /// The provider's number.
    pub transaction_id: TransactionId,
    /// What was paid.
    pub amount_fen: Fen,
    /// When.
    pub succeeded_at: Timestamp,
    /// By whom.
    pub openid: String,
}

/// The member that a household becomes.
///
/// # Errors
/// Never for numbers of the source.
pub fn member_of(household: u32) -> Result<MemberId, IdError> {
    MemberId::new(format!("cj-{household}"))
}

/// The openid that stands for a household.
#[must_use]
pub fn openid_of(household: u32) -> String {
    format!("oCompleteJourney{household:012}")
}

pub(super) fn channel() -> Result<Channel, IdError> {
    Channel::new(CHANNEL)
}

pub(super) fn store_id(store: u32) -> Result<StoreId, IdError> {
    StoreId::new(store.to_string())
}

pub(super) fn order_id(basket: u64) -> Result<OrderId, IdError> {
    OrderId::new(format!("cj-{basket}"))
}

pub(super) fn campaign_id(campaign: u32) -> Result<CampaignId, IdError> {
    CampaignId::new(format!("cj-{campaign}"))
}

/// A household may use the same coupon on two days (27 times in the year), so the day is part of the name. A row's
/// number is not: a cut of the data set has others.
pub(super) fn coupon_id(redemption: &Redemption) -> Result<CouponId, IdError> {
    let Redemption {
        household,
        upc,
        campaign,
        day,
        ..
    } = redemption;
    CouponId::new(format!("cj-{campaign}-{upc}-{household}-{day}"))
}

pub(super) fn open_store(store: u32, zone: &TimeZoneId, from: Timestamp) -> Result<OpenStore, IdError> {
    Ok(OpenStore {
        store_id: store_id(store)?,
        name: format!("Store {store}"),
        terms: StoreTerms {
            time_zone: zone.clone(),
            legal_entity: "The Complete Journey".to_owned(),
            ownership: Ownership::Own,
            payee: MerchantId::new(MCHID)?,
        },
        effective_from: from,
    })
}

/// A campaign without caps: the source tells who used a coupon, not how many there were. Nor does it say what a coupon
/// is worth; the orders do.
pub(super) fn create_campaign(campaign: &Campaign, zone: &TimeZoneId) -> CreateCampaign {
    let from = campaign.from.starts_at(zone);
    let until = campaign.until.plus_days(1).starts_at(zone);
    CreateCampaign {
        name: format!("{} campaign {}", campaign.kind, campaign.id),
        terms: CouponTerms {
            kind: CouponKind::Unstated,
            goods: GoodsScope::All,
            threshold_fen: Fen::ZERO,
            // Of the year's coupon money, 26,360 of 30,903 yuan are the manufacturers'.
            funder: Funder::Manufacturer,
        },
        validity: CouponValidity::Fixed { from, until },
        caps: Caps::default(),
        channels: Vec::new(),
        claims_from: from,
        claims_until: Some(until),
        time_zone: zone.clone(),
        shards: None,
    }
}

/// The claim of a coupon that will be used, at the first instant of that day.
pub(super) fn claim(redemption: &Redemption, zone: &TimeZoneId) -> Result<ClaimCoupon, IdError> {
    Ok(ClaimCoupon {
        campaign_id: campaign_id(redemption.campaign)?,
        coupon_id: coupon_id(redemption)?,
        member_id: member_of(redemption.household)?,
        person_id: None,
        channel: None,
        claimed_at: redemption.day.starts_at(zone),
    })
}

/// What the policy would issue after the claim. The import does so itself and the policy finds it done: the order that
/// uses the coupon is paid on the same day, and must not meet one that is still on its way.
pub(super) fn issue(
    redemption: &Redemption,
    campaign: &Campaign,
    zone: &TimeZoneId,
) -> Result<IssueCoupon, IdError> {
    let (claim, create) = (claim(redemption, zone)?, create_campaign(campaign, zone));
    Ok(IssueCoupon {
        validity: create.validity.window(claim.claimed_at, zone),
        campaign_id: claim.campaign_id,
        member_id: claim.member_id,
        terms: create.terms,
        channel: claim.channel,
        time_zone: create.time_zone,
    })
}

pub(super) fn place(basket: &Basket<'_>, coupons: &[&Redemption], data: &DataSet) -> Result<Place, IdError> {
    let lines = basket.lines.iter().map(|line| {
        let fen = |amount: i32| Fen(i64::from(amount));
        let category = data
            .categories
            .get(&line.product)
            .map(CategoryId::new)
            .transpose()?;
        Ok(ImportedLine {
            sku: Sku::new(line.product.to_string())?,
            category,
            quantity: i64::from(line.quantity),
            shelf_fen: fen(line.sales_fen) + fen(line.promotion_fen) + fen(line.own_fen),
            promotion_fen: fen(line.promotion_fen),
            own_coupon_fen: fen(line.own_fen),
            manufacturer_coupon_fen: fen(line.manufacturer_fen),
        })
    });
    let coupons = coupons.iter().map(|redemption| {
        Ok(ImportedCoupon {
            coupon_id: coupon_id(redemption)?,
            campaign_id: campaign_id(redemption.campaign)?,
        })
    });
    Ok(Place {
        kind: OrderKind::Counter,
        channel: channel()?,
        store_id: store_id(basket.head.store)?,
        time_zone: data.zone.clone(),
        placed_at: basket.head.at(),
        member_id: Some(member_of(basket.head.household)?),
        guide: None,
        expires_at: None,
        pricing: Pricing::Imported(ImportedPrices {
            lines: lines.collect::<Result<_, IdError>>()?,
            freight_fen: Fen::ZERO,
            coupons: coupons.collect::<Result<_, IdError>>()?,
        }),
        test: false,
    })
}

/// What the customer pays for a basket; zero and below are no payments.
pub(super) fn payable(basket: &Basket<'_>) -> Fen {
    basket
        .lines
        .iter()
        .map(|line| Fen(i64::from(line.sales_fen) - i64::from(line.manufacturer_fen)))
        .sum()
}

pub(super) fn notice(basket: &Basket<'_>) -> Result<Notice, IdError> {
    Ok(Notice {
        mchid: MerchantId::new(MCHID)?,
        appid: APPID,
        out_trade_no: OutTradeNo::new(format!("CJ{}", basket.head.basket))?,
        transaction_id: TransactionId::new(format!("4200001{:021}", basket.head.basket))?,
        amount_fen: payable(basket),
        succeeded_at: basket.head.at(),
        openid: openid_of(basket.head.household),
    })
}

pub(super) fn register(notice: &Notice) -> RegisterPayment {
    RegisterPayment {
        provider: "wechat".to_owned(),
        mchid: notice.mchid.clone(),
        appid: Some(notice.appid.to_owned()),
        out_trade_no: notice.out_trade_no.clone(),
        amount_fen: notice.amount_fen,
        expires_at: None,
    }
}

pub(super) fn record(notice: &Notice, member_id: MemberId) -> RecordPayment {
    RecordPayment {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: notice.transaction_id.clone(),
        mchid: Some(notice.mchid.clone()),
        out_trade_no: Some(notice.out_trade_no.clone()),
        amount_fen: notice.amount_fen,
        payer_total_fen: Some(notice.amount_fen),
        succeeded_at: notice.succeeded_at,
        member_id: Some(member_id),
    }
}
