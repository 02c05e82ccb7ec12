//! Pay score (支付分) and its smart-retail form: permissions given and taken back, service orders, collections.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{ProviderTime, open_enum, optional_number};

open_enum! {
    /// State of a service order.
    ServiceState { Created = "CREATED", Doing = "DOING", Done = "DONE", Revoked = "REVOKED", Expired = "EXPIRED" }
}

open_enum! {
    /// State of a collection.
    CollectionState { Paying = "USER_PAYING", Paid = "USER_PAID" }
}

/// A person opened or closed the service.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PayscorePermission {
    /// Application.
    #[serde(default)]
    pub appid: Option<String>,
    /// Merchant.
    pub mchid: String,
    /// Service.
    #[serde(default)]
    pub service_id: Option<String>,
    /// The person.
    #[serde(default)]
    pub openid: Option<String>,
    /// Opened or closed.
    #[serde(default)]
    pub user_service_status: Option<String>,
    /// When, in the compact form.
    #[serde(default)]
    pub openorclose_time: Option<ProviderTime>,
    /// When, in an older form of the body.
    #[serde(default)]
    pub create_time: Option<ProviderTime>,
    /// Our number of the request.
    #[serde(default)]
    pub out_request_no: Option<String>,
    /// Our number of the contract, in an older form of the body.
    #[serde(default)]
    pub out_contract_code: Option<String>,
    /// Our code of the authorisation.
    #[serde(default)]
    pub authorization_code: Option<String>,
}

/// A service order was confirmed, accepted or paid.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PayscoreOrder {
    /// Application.
    #[serde(default)]
    pub appid: Option<String>,
    /// Merchant.
    pub mchid: String,
    /// Service.
    #[serde(default)]
    pub service_id: Option<String>,
    /// Our number.
    pub out_order_no: String,
    /// The person.
    #[serde(default)]
    pub openid: Option<String>,
    /// State.
    pub state: ServiceState,
    /// More about the state: `USER_CONFIRM`, `MCH_COMPLETE`.
    #[serde(default)]
    pub state_description: Option<String>,
    /// Fen; a published sample has text.
    #[serde(default, deserialize_with = "optional_number")]
    pub total_amount: Option<i64>,
    /// For people.
    #[serde(default)]
    pub service_introduction: Option<String>,
    /// What is paid for, as sent.
    #[serde(default)]
    pub post_payments: Vec<Value>,
    /// What is taken off, as sent.
    #[serde(default)]
    pub post_discounts: Vec<Value>,
    /// The deposit it is insured by.
    #[serde(default)]
    pub risk_fund: Option<RiskFund>,
    /// When the service is given, in the compact form.
    #[serde(default)]
    pub time_range: Option<ServiceTime>,
    /// Where, as sent.
    #[serde(default)]
    pub location: Option<Value>,
    /// What we sent along.
    #[serde(default)]
    pub attach: Option<String>,
    /// The provider's number.
    #[serde(default)]
    pub order_id: Option<String>,
    /// Whether money is to be collected.
    #[serde(default)]
    pub need_collection: Option<bool>,
    /// The collection.
    #[serde(default)]
    pub collection: Option<Collection>,
}

/// A deposit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskFund {
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub amount: Option<i64>,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
}

/// When a service is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceTime {
    /// From.
    #[serde(default)]
    pub start_time: Option<ProviderTime>,
    /// Until.
    #[serde(default)]
    pub end_time: Option<ProviderTime>,
}

/// The collection of a service order's money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    /// Paying or paid.
    pub state: CollectionState,
    /// Fen in all.
    #[serde(default, deserialize_with = "optional_number")]
    pub total_amount: Option<i64>,
    /// Fen still to come.
    #[serde(default, deserialize_with = "optional_number")]
    pub paying_amount: Option<i64>,
    /// Fen paid.
    #[serde(default, deserialize_with = "optional_number")]
    pub paid_amount: Option<i64>,
    /// Payments.
    #[serde(default)]
    pub details: Vec<CollectionDetail>,
}

/// One payment of a collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionDetail {
    /// Number in the list.
    #[serde(default, deserialize_with = "optional_number")]
    pub seq: Option<i64>,
    /// Fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub amount: Option<i64>,
    /// `NEWTON` (through the provider) or `MCH`.
    #[serde(default)]
    pub paid_type: Option<String>,
    /// When, in the compact form.
    #[serde(default)]
    pub paid_time: Option<ProviderTime>,
    /// The payment.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// Coupons, as sent.
    #[serde(default)]
    pub promotion_detail: Vec<Value>,
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for PayscorePermission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayscorePermission")
            .field("mchid", &self.mchid)
            .finish_non_exhaustive()
    }
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for PayscoreOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayscoreOrder")
            .field("out_order_no", &self.out_order_no)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
