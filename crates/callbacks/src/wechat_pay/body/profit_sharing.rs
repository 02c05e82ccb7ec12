//! Profit sharing: money that came to one of our accounts from another merchant's payment, or went back.
//!
//! Nothing in the body says which of both: the envelope's summary hints, our own numbers prove.

use serde::{Deserialize, Serialize};

use super::wire::{ProviderTime, open_enum};

open_enum! {
    /// Who receives.
    ReceiverType { Merchant = "MERCHANT_ID", Openid = "PERSONAL_OPENID", SubOpenid = "PERSONAL_SUB_OPENID" }
}

/// A movement on a receiver's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfitSharing {
    /// The merchant that was paid.
    #[serde(default)]
    pub mchid: Option<String>,
    /// The service provider, in the partner form.
    #[serde(default)]
    pub sp_mchid: Option<String>,
    /// The service provider's merchant, in the partner form.
    #[serde(default)]
    pub sub_mchid: Option<String>,
    /// The payment that was shared.
    pub transaction_id: String,
    /// The provider's number of the split or of its return.
    pub order_id: String,
    /// The payer's number of it.
    pub out_order_no: String,
    /// Who received, one object as documented.
    #[serde(default)]
    pub receiver: Option<Receiver>,
    /// Who received, a list in one SDK.
    #[serde(default)]
    pub receivers: Vec<Receiver>,
    /// When.
    pub success_time: ProviderTime,
}

/// A receiver and the amount.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// Kind of account.
    #[serde(rename = "type")]
    pub kind: ReceiverType,
    /// The account: a merchant, or a person's openid.
    pub account: String,
    /// Fen.
    pub amount: i64,
    /// For people.
    #[serde(default)]
    pub description: String,
}

impl ProfitSharing {
    /// All receivers, whichever form was used.
    pub fn all_receivers(&self) -> impl Iterator<Item = &Receiver> {
        self.receiver.iter().chain(&self.receivers)
    }
}

impl Receiver {
    /// The account of a merchant; a person's is an openid and must not stand in a key that is kept in the open.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.kind == ReceiverType::Merchant {
            &self.account
        } else {
            "person"
        }
    }
}

/// An account may be a person's openid: a printed body shows none.
impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver")
            .field("kind", &self.kind)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}
