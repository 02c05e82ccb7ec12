//! Discount cards (先享卡), generation 2: enjoy first, keep the promise later, or pay the benefit back.
//!
//! Generation 1 is in [`super::discount_card_v1`]; the two share names and nothing else.

use serde::{Deserialize, Serialize};

use super::wire::{ProviderTime, open_enum, optional_number, text};

open_enum! {
    /// State of a card: in its period, being settled, kept, or not kept.
    CardState { Ongoing = "ONGOING", Settling = "SETTLING", Finished = "FINISHED", Unfinished = "UNFINISHED" }
}

open_enum! {
    /// Why it was not kept. `DUE_TO_QUIT` means "not met when due", whatever its name says.
    UnfinishedReason { NotMetWhenDue = "DUE_TO_QUIT", LeftEarly = "EARLY_QUIT" }
}

open_enum! {
    /// Whether a record adds or takes back.
    Direction { Increase = "INCREASE", Decrease = "DECREASE" }
}

open_enum! {
    /// State of the claw-back.
    PayState { Paying = "PAYING", Paid = "PAID" }
}

open_enum! {
    /// Whether a reward's uses are limited.
    CountType { Limited = "COUNT_LIMIT", Unlimited = "COUNT_UNLIMITED" }
}

/// A card was taken, its outcome became fixed, or a claw-back changed: the event type says which.
///
/// Published samples contradict themselves (an ongoing card with a reason for leaving): trust event type, state and
/// reason together.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DiscountCard {
    /// The card.
    pub card_id: String,
    /// Its template.
    pub card_template_id: String,
    /// The person, under `appid`.
    pub openid: String,
    /// Our number of the card.
    pub out_card_code: String,
    /// Application.
    pub appid: String,
    /// Merchant.
    pub mchid: String,
    /// Its period.
    #[serde(default)]
    pub time_range: Option<TimeRange>,
    /// Its state.
    pub state: CardState,
    /// When it was taken.
    #[serde(default)]
    pub create_time: Option<ProviderTime>,
    /// What the person promised.
    #[serde(default)]
    pub objectives: Vec<Objective>,
    /// What the person enjoys.
    #[serde(default)]
    pub rewards: Vec<Reward>,
    /// Who shared it.
    #[serde(default)]
    pub sharer_openid: Option<String>,
    /// Benefit enjoyed so far, fen.
    #[serde(default, deserialize_with = "optional_number")]
    pub total_amount: Option<i64>,
    /// Why it was not kept.
    #[serde(default)]
    pub unfinished_reason: Option<UnfinishedReason>,
    /// The claw-back, if there is one.
    #[serde(default)]
    pub pay_information: Option<PayInformation>,
}

/// A period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// From.
    pub begin_time: ProviderTime,
    /// Until.
    pub end_time: ProviderTime,
}

/// A promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub objective_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// How often.
    pub count: i64,
    /// Of what.
    #[serde(default)]
    pub unit: String,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// What has been done.
    #[serde(default)]
    pub objective_completion_records: Vec<CompletionRecord>,
}

/// A step of a promise. A cancelled purchase is a decrease, never an edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompletionRecord {
    /// Makes the record unique.
    pub objective_completion_serial_no: String,
    /// Of which promise.
    #[serde(deserialize_with = "text")]
    pub objective_id: String,
    /// When.
    pub completion_time: ProviderTime,
    /// Adds or takes back.
    pub completion_type: Direction,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// How often.
    pub completion_count: i64,
    /// Free text.
    #[serde(default)]
    pub remark: Option<String>,
}

/// A benefit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reward {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub reward_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Limited or not.
    pub count_type: CountType,
    /// How often.
    #[serde(default)]
    pub count: i64,
    /// Of what.
    #[serde(default)]
    pub unit: String,
    /// Total worth in fen.
    pub amount: i64,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// What has been enjoyed.
    #[serde(default)]
    pub reward_usage_records: Vec<UsageRecord>,
}

/// A use of a benefit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageRecord {
    /// Makes the record unique.
    pub reward_usage_serial_no: String,
    /// Of which benefit.
    #[serde(deserialize_with = "text")]
    pub reward_id: String,
    /// When.
    pub usage_time: ProviderTime,
    /// Adds or takes back.
    pub usage_type: Direction,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// How often.
    pub usage_count: i64,
    /// Worth in fen.
    pub amount: i64,
    /// Free text.
    #[serde(default)]
    pub remark: Option<String>,
}

/// The claw-back from the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayInformation {
    /// Fen.
    pub pay_amount: i64,
    /// Paying or paid.
    pub pay_state: PayState,
    /// Only once it was collected.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// When it was collected.
    #[serde(default)]
    pub pay_time: Option<ProviderTime>,
}

/// Openids are personal: a printed body shows none.
impl std::fmt::Debug for DiscountCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiscountCard")
            .field("out_card_code", &self.out_card_code)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
