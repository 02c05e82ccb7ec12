//! Discount cards (先享卡), generation 1, deprecated by the provider. Ids are numbers here.

use serde::{Deserialize, Serialize};

use super::discount_card::Direction;
use super::wire::{ProviderTime, open_enum, optional_number, optional_text};

open_enum! {
    /// State of a card.
    OldCardState {
        Created = "CREATED", Settling = "SETTLING", Charging = "CHARGING", Charged = "CHARGED",
        NoCharge = "NO_CHARGE", Revoked = "REVOKED",
    }
}

/// A card was taken or settled: the event type says which. Nearly everything is optional, since only samples
/// describe it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OldDiscountCard {
    /// Application.
    #[serde(default)]
    pub appid: Option<String>,
    /// Template.
    #[serde(default)]
    pub discount_card_id: Option<String>,
    /// The person.
    #[serde(default)]
    pub openid: Option<String>,
    /// The provider's number.
    #[serde(default)]
    pub order_id: Option<String>,
    /// Our number.
    #[serde(default)]
    pub out_order_no: Option<String>,
    /// Our number of the payment.
    #[serde(default)]
    pub out_trade_no: Option<String>,
    /// Service.
    #[serde(default)]
    pub service_id: Option<String>,
    /// State.
    pub state: OldCardState,
    /// Name of the card.
    #[serde(default)]
    pub card_name: Option<String>,
    /// Usable from.
    #[serde(default)]
    pub card_begin_time: Option<ProviderTime>,
    /// Usable until.
    #[serde(default)]
    pub card_end_time: Option<ProviderTime>,
    /// When it was taken.
    #[serde(default)]
    pub create_time: Option<ProviderTime>,
    /// Worth of the benefit as estimated, fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub estimated_reward_amount: Option<i64>,
    /// For people.
    #[serde(default)]
    pub objective_description: Option<String>,
    /// For people.
    #[serde(default)]
    pub reward_description: Option<String>,
    /// For people.
    #[serde(default)]
    pub online_instructions: Option<String>,
    /// For people.
    #[serde(default)]
    pub offline_instructions: Option<String>,
    /// Promises, when taken.
    #[serde(default)]
    pub card_objectives: Vec<OldItem>,
    /// Benefits, when taken.
    #[serde(default)]
    pub card_rewards: Vec<OldItem>,
    /// Steps of promises, when settled.
    #[serde(default)]
    pub objectives: Vec<OldItem>,
    /// Uses of benefits, when settled.
    #[serde(default)]
    pub rewards: Vec<OldItem>,
    /// Benefit enjoyed, fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub total_amount: Option<i64>,
    /// Not clawed back, fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub deduction_amount: Option<i64>,
    /// Clawed back, fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub settlement_amount: Option<i64>,
    /// When it was clawed back.
    #[serde(default)]
    pub pay_time: Option<ProviderTime>,
    /// The claw-back's payment.
    #[serde(default)]
    pub transaction_id: Option<String>,
}

/// A promise, a benefit, or a record of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldItem {
    /// Promise.
    #[serde(default, deserialize_with = "optional_text")]
    pub objective_id: Option<String>,
    /// Makes a step unique.
    #[serde(default)]
    pub objective_serial_no: Option<String>,
    /// Adds or takes back.
    #[serde(default)]
    pub performance_type: Option<Direction>,
    /// When it was done.
    #[serde(default)]
    pub performance_time: Option<ProviderTime>,
    /// For people.
    #[serde(default)]
    pub performance_description: Option<String>,
    /// Benefit.
    #[serde(default, deserialize_with = "optional_text")]
    pub reward_id: Option<String>,
    /// Makes a use unique.
    #[serde(default)]
    pub reward_serial_no: Option<String>,
    /// Kind of benefit, or adds and takes back.
    #[serde(default)]
    pub reward_type: Option<String>,
    /// When it was enjoyed.
    #[serde(default)]
    pub reward_time: Option<ProviderTime>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// How often.
    #[serde(default, deserialize_with = "optional_number")]
    pub count: Option<i64>,
    /// Of what.
    #[serde(default)]
    pub unit: Option<String>,
    /// Worth in fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub amount: Option<i64>,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// Free text.
    #[serde(default)]
    pub remark: Option<String>,
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for OldDiscountCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OldDiscountCard")
            .field("out_order_no", &self.out_order_no)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
