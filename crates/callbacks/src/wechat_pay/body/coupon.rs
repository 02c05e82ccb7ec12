//! Coupons on WeChat's side: merchant coupons received (商家券) and cash coupons used (代金券).

use serde::{Deserialize, Serialize};

use super::wire::{ProviderTime, open_enum, optional_text};

open_enum! {
    /// Where a merchant coupon was received.
    SendChannel {
        MiniApp = "BUSICOUPON_SEND_CHANNEL_MINIAPP", Api = "BUSICOUPON_SEND_CHANNEL_API",
        PayGift = "BUSICOUPON_SEND_CHANNEL_PAYGIFT", H5 = "BUSICOUPON_SEND_CHANNEL_H5",
        FaceToFace = "BUSICOUPON_SEND_CHANNEL_FTOF", MemberCard = "BUSICOUPON_SEND_CHANNEL_MEMBERCARD_ACT",
        MemberCardToo = "BUSICOUPON_SEND_CHANNEL_MEMBER_CARD_ACT", Hall = "BUSICOUPON_SEND_CHANNEL_HALL",
        Jsapi = "BUSICOUPON_SEND_CHANNEL_JSAPI", MiniAppLive = "BUSICOUPON_SEND_CHANNEL_MINI_APP_LIVE",
        Search = "BUSICOUPON_SEND_CHANNEL_WECHAT_SEARCH",
        PayHasDiscount = "BUSICOUPON_SEND_CHANNEL_PAY_HAS_DISCOUNT",
        Ad = "BUSICOUPON_SEND_CHANNEL_WECHAT_AD", RightsPlatform = "BUSICOUPON_SEND_CHANNEL_RIGHTS_PLATFORM",
        ReceiveMoneyGift = "BUSICOUPON_SEND_CHANNEL_RECEIVE_MONEY_GIFT",
        MemberPayRight = "BUSICOUPON_SEND_CHANNEL_MEMBER_PAY_RIGHT",
        SmartRetail = "BUSICOUPON_SEND_CHANNEL_BUSI_SMART_RETAIL",
        LiveRoom = "BUSICOUPON_SEND_CHANNEL_FINDER_LIVEROOM",
    }
}

open_enum! {
    /// State of a cash coupon.
    CouponStatus { Sent = "SENDED", Used = "USED", Expired = "EXPIRED", Recovered = "RECOVER" }
}

open_enum! {
    /// Kind of a cash coupon.
    CouponType { Normal = "NORMAL", CutTo = "CUT_TO" }
}

/// A merchant coupon was received. Being used is no notice: that is our own call.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CouponReceived {
    /// Inner constant.
    #[serde(default)]
    pub event_type: String,
    /// Unique within the batch only.
    pub coupon_code: String,
    /// The batch.
    pub stock_id: String,
    /// When it was received.
    pub send_time: ProviderTime,
    /// Filled only if the batch was made with `notify_config.notify_appid`.
    #[serde(default)]
    pub openid: Option<String>,
    /// As `openid`.
    #[serde(default)]
    pub unionid: Option<String>,
    /// Where.
    pub send_channel: SendChannel,
    /// The merchant that sent it.
    #[serde(default)]
    pub send_merchant: String,
    /// More about some channels.
    #[serde(default)]
    pub attach_info: Option<AttachInfo>,
}

/// More about where a merchant coupon came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachInfo {
    /// The payment that a gift came with.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// Activity.
    #[serde(default)]
    pub act_code: Option<String>,
    /// Coupon hall.
    #[serde(default)]
    pub hall_code: Option<String>,
    /// The hall's merchant: a number in one SDK, text in another.
    #[serde(default, deserialize_with = "optional_text")]
    pub hall_belong_mch_id: Option<String>,
    /// Member card.
    #[serde(default)]
    pub card_id: Option<String>,
    /// Member card's code.
    #[serde(default)]
    pub code: Option<String>,
    /// Member-card activity.
    #[serde(default)]
    pub activity_id: Option<String>,
}

/// A cash coupon was used in a payment. It says nothing about who used it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CouponUsed {
    /// The batch's creator.
    pub stock_creator_mchid: String,
    /// The batch.
    pub stock_id: String,
    /// The coupon.
    pub coupon_id: String,
    /// Its name.
    #[serde(default)]
    pub coupon_name: String,
    /// Its state.
    pub status: CouponStatus,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// When it was received.
    pub create_time: ProviderTime,
    /// Kind.
    pub coupon_type: CouponType,
    /// Whether it was not funded beforehand.
    pub no_cash: bool,
    /// Usable from.
    pub available_begin_time: ProviderTime,
    /// Usable until.
    pub available_end_time: ProviderTime,
    /// Whether for single items.
    #[serde(default)]
    pub singleitem: bool,
    /// Terms of a single-item coupon.
    #[serde(default)]
    pub singleitem_discount_off: Option<SinglePriceMax>,
    /// Terms of a fixed price.
    #[serde(default)]
    pub discount_to: Option<DiscountTo>,
    /// Terms of an amount off.
    #[serde(default)]
    pub normal_coupon_information: Option<NormalCoupon>,
    /// The use itself.
    pub consume_information: ConsumeInformation,
    /// `MULTIUSE`: used more than once, a part each time.
    #[serde(default)]
    pub business_type: Option<String>,
}

/// Terms of a single-item coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinglePriceMax {
    /// Fen at most.
    pub single_price_max: i64,
}

/// Terms of a fixed price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountTo {
    /// Fen to pay.
    pub cut_to_price: i64,
    /// Fen the goods may cost at most.
    pub max_price: i64,
}

/// Terms of an amount off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NormalCoupon {
    /// Fen off.
    pub coupon_amount: i64,
    /// Fen to spend at least.
    pub transaction_minimum: i64,
}

/// A use of a cash coupon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsumeInformation {
    /// When.
    pub consume_time: ProviderTime,
    /// Where.
    pub consume_mchid: String,
    /// In which payment.
    pub transaction_id: String,
    /// For which goods.
    #[serde(default)]
    pub goods_detail: Vec<ConsumedGoods>,
    /// Fen used of a `MULTIUSE` coupon.
    #[serde(default)]
    pub consume_amount: Option<i64>,
}

/// Goods that a cash coupon was used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumedGoods {
    /// The merchant's number.
    pub goods_id: String,
    /// Pieces.
    pub quantity: i64,
    /// Fen each.
    pub price: i64,
    /// Fen off.
    pub discount_amount: i64,
}

/// Openid and unionid are personal: a printed body shows none.
impl std::fmt::Debug for CouponReceived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CouponReceived")
            .field("stock_id", &self.stock_id)
            .field("coupon_code", &self.coupon_code)
            .finish_non_exhaustive()
    }
}
