//! Smart business circle (智慧商圈): payments and refunds at the shops of a mall by people who joined it.

use serde::{Deserialize, Serialize};

use super::wire::{ProviderTime, open_enum, optional_text};

open_enum! {
    /// How far a person has joined. One published sample has a blank at the end.
    AuthType {
        Registered = "REGISTERED_MODE", RegisteredAndAuthorized = "REGISTERED_AND_AUTHORIZATION_MODE",
    }
}

/// A person joined.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MallJoined {
    /// The person.
    pub openid: String,
    /// The person's card.
    #[serde(default, deserialize_with = "optional_text")]
    pub code: Option<String>,
    /// The mall.
    pub mchid: String,
    /// How far.
    #[serde(default)]
    pub auth_type: Option<AuthType>,
}

/// A person paid at one of the shops.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MallPayment {
    /// The mall.
    pub mchid: String,
    /// Its name.
    #[serde(default)]
    pub merchant_name: String,
    /// The shop.
    #[serde(default)]
    pub shop_name: String,
    /// The shop's number.
    #[serde(default, deserialize_with = "optional_text")]
    pub shop_number: Option<String>,
    /// Application.
    #[serde(default)]
    pub appid: String,
    /// The person.
    pub openid: String,
    /// Fen.
    pub amount: i64,
    /// When.
    pub time_end: ProviderTime,
    /// The payment.
    pub transaction_id: String,
}

/// A person was refunded at one of the shops.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MallRefund {
    /// The mall.
    pub mchid: String,
    /// Its name.
    #[serde(default)]
    pub merchant_name: String,
    /// The shop.
    #[serde(default)]
    pub shop_name: String,
    /// The shop's number.
    #[serde(default, deserialize_with = "optional_text")]
    pub shop_number: Option<String>,
    /// Application.
    #[serde(default)]
    pub appid: String,
    /// The person.
    pub openid: String,
    /// When.
    pub refund_time: ProviderTime,
    /// Fen paid before.
    pub pay_amount: i64,
    /// Fen given back.
    pub refund_amount: i64,
    /// The payment.
    pub transaction_id: String,
    /// The refund.
    pub refund_id: String,
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for MallJoined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MallJoined")
            .field("mchid", &self.mchid)
            .finish_non_exhaustive()
    }
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for MallPayment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MallPayment")
            .field("transaction_id", &self.transaction_id)
            .finish_non_exhaustive()
    }
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for MallRefund {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MallRefund")
            .field("refund_id", &self.refund_id)
            .finish_non_exhaustive()
    }
}
