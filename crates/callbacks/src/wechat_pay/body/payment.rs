//! A payment: direct, through a service provider (partner), or one of several in a combined order.
//!
//! Only success is ever announced.

use serde::{Deserialize, Serialize};

use super::wire::{ProviderTime, open_enum};

open_enum! {
    /// State of a payment.
    TradeState {
        Success = "SUCCESS", Refund = "REFUND", NotPay = "NOTPAY", Closed = "CLOSED", Revoked = "REVOKED",
        UserPaying = "USERPAYING", PayError = "PAYERROR", Accept = "ACCEPT",
    }
}

open_enum! {
    /// How the payment was started.
    TradeType {
        Jsapi = "JSAPI", Native = "NATIVE", App = "APP", Micropay = "MICROPAY", Mweb = "MWEB",
        Facepay = "FACEPAY", Entrusted = "PAP",
    }
}

open_enum! {
    /// Whether the provider's coupon was funded beforehand.
    PromotionType { Cash = "CASH", NoCash = "NOCASH" }
}

/// A direct merchant's payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// The merchant's application.
    pub appid: String,
    /// The merchant, and the payee.
    pub mchid: String,
    /// Who paid. There is no unionid here.
    pub payer: Payer,
    /// The rest, alike in both forms.
    #[serde(flatten)]
    pub trade: Trade,
}

/// The payer of a direct merchant.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// Openid under the notice's `appid`.
    pub openid: String,
}

/// A payment made through a service provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartnerPayment {
    /// The service provider's application.
    pub sp_appid: String,
    /// The service provider.
    pub sp_mchid: String,
    /// The merchant's application, if it has one.
    #[serde(default)]
    pub sub_appid: Option<String>,
    /// The merchant, and the payee.
    pub sub_mchid: String,
    /// Who paid.
    #[serde(default)]
    pub payer: PartnerPayer,
    /// The rest, alike in both forms.
    #[serde(flatten)]
    pub trade: Trade,
}

/// The payer of a service provider's merchant, under either application or both.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerPayer {
    /// Openid under `sp_appid`.
    #[serde(default)]
    pub sp_openid: Option<String>,
    /// Openid under `sub_appid`.
    #[serde(default)]
    pub sub_openid: Option<String>,
}

/// What every payment says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trade {
    /// Our number of the attempt.
    pub out_trade_no: String,
    /// The provider's number of the payment.
    pub transaction_id: String,
    /// How it was started.
    pub trade_type: TradeType,
    /// Always success in a notice.
    pub trade_state: TradeState,
    /// For people.
    #[serde(default)]
    pub trade_state_desc: String,
    /// Bank, or `OTHERS`.
    #[serde(default)]
    pub bank_type: String,
    /// What we sent along.
    #[serde(default)]
    pub attach: Option<String>,
    /// When it was paid.
    pub success_time: ProviderTime,
    /// How much.
    pub amount: PaymentAmount,
    /// Where.
    #[serde(default)]
    pub scene_info: Option<SceneInfo>,
    /// Coupons of the provider that took part.
    #[serde(default)]
    pub promotion_detail: Vec<Promotion>,
}

/// Amounts of a payment in fen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentAmount {
    /// Of the order: what ours is compared with.
    pub total: i64,
    /// Paid by the person after the provider's coupons.
    #[serde(default)]
    pub payer_total: Option<i64>,
    /// `CNY`.
    #[serde(default = "cny")]
    pub currency: String,
    /// `CNY`.
    #[serde(default = "cny")]
    pub payer_currency: String,
}

/// Where it was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneInfo {
    /// Terminal.
    #[serde(default)]
    pub device_id: Option<String>,
}

/// A coupon of the provider's in a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promotion {
    /// The coupon.
    pub coupon_id: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// `GLOBAL` or `SINGLE`.
    #[serde(default)]
    pub scope: Option<String>,
    /// Funded or not.
    #[serde(default, rename = "type")]
    pub kind: Option<PromotionType>,
    /// Money off in fen.
    pub amount: i64,
    /// Its batch.
    #[serde(default)]
    pub stock_id: Option<String>,
    /// The provider's part in fen.
    #[serde(default)]
    pub wechatpay_contribute: Option<i64>,
    /// The merchant's part in fen.
    #[serde(default)]
    pub merchant_contribute: Option<i64>,
    /// Somebody else's part in fen.
    #[serde(default)]
    pub other_contribute: Option<i64>,
    /// `CNY`.
    #[serde(default)]
    pub currency: Option<String>,
    /// Goods that it was given for.
    #[serde(default)]
    pub goods_detail: Vec<PromotedGoods>,
}

/// Goods that a coupon was given for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotedGoods {
    /// The merchant's number.
    pub goods_id: String,
    /// Pieces.
    pub quantity: i64,
    /// Fen each.
    pub unit_price: i64,
    /// Fen off.
    pub discount_amount: i64,
    /// Free text.
    #[serde(default)]
    pub goods_remark: Option<String>,
}

/// Several payees paid at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CombinedPayment {
    /// The initiator's application.
    pub combine_appid: String,
    /// The initiator.
    pub combine_mchid: String,
    /// The initiator's number of the whole.
    pub combine_out_trade_no: String,
    /// Where.
    #[serde(default)]
    pub scene_info: Option<SceneInfo>,
    /// Who paid, under `combine_appid`.
    pub combine_payer_info: Payer,
    /// The payments, at most fifty.
    pub sub_orders: Vec<SubOrder>,
}

/// One payment of a combined order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubOrder {
    /// The merchant, or the service provider where `sub_mchid` is there.
    pub mchid: String,
    /// The merchant of a service provider.
    #[serde(default)]
    pub sub_mchid: Option<String>,
    /// How it was started.
    pub trade_type: TradeType,
    /// Always success in a notice.
    pub trade_state: TradeState,
    /// Bank, or `OTHERS`.
    #[serde(default)]
    pub bank_type: Option<String>,
    /// What we sent along.
    #[serde(default)]
    pub attach: Option<String>,
    /// When it was paid.
    pub success_time: ProviderTime,
    /// The provider's number of this payment.
    pub transaction_id: String,
    /// Our number of this attempt.
    pub out_trade_no: String,
    /// How much.
    pub amount: SubAmount,
}

/// Amounts of a sub order in fen; the fields have other names here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubAmount {
    /// Of the order.
    pub total_amount: i64,
    /// Paid by the person.
    #[serde(default)]
    pub payer_amount: Option<i64>,
    /// `CNY`.
    #[serde(default = "cny")]
    pub currency: String,
    /// `CNY`.
    #[serde(default = "cny")]
    pub payer_currency: String,
    /// Scaled by 10^8.
    #[serde(default)]
    pub settlement_rate: Option<i64>,
}

impl SubOrder {
    /// Whose money it is: the service provider's merchant where there is one.
    #[must_use]
    pub fn payee(&self) -> &str {
        self.sub_mchid.as_deref().unwrap_or(&self.mchid)
    }
}

fn cny() -> String {
    "CNY".to_owned()
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for Payer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Payer(…)")
    }
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for PartnerPayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PartnerPayer(…)")
    }
}
