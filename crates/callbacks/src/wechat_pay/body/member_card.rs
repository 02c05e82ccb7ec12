//! Member cards: those in WeChat's card package, and brand cards (商家名片会员).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{ProviderTime, open_enum, optional_number};

open_enum! {
    /// What happened to a card in the card package. The inner word for taking a card is not documented reliably.
    CardEvent {
        Activated = "MEMBER_CARD_ACTIVATE", Viewed = "USER_VIEW_MEMBERCARD", Deleted = "USER_DELETE_MEMBERCARD",
        Modified = "USER_MODIFY_INFORMATION",
    }
}

open_enum! {
    /// How a card was activated.
    ActivateScene { New = "NEW_ACTIVATE", Recovered = "RECOVER" }
}

open_enum! {
    /// State of a card.
    UserCardState {
        NotActivated = "NOT_ACTIVATE", Effective = "EFFECTIVE", Expired = "EXPIRE", Unavailable = "UNAVAILABLE",
        Deleted = "DELETE",
    }
}

/// A card in the card package was taken, activated or managed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberCard {
    /// What happened.
    pub event_type: CardEvent,
    /// When.
    pub event_time: ProviderTime,
    /// The template.
    pub card_id: String,
    /// The person's card.
    #[serde(default)]
    pub code: Option<String>,
    /// The person.
    pub openid: String,
    /// The person, over all applications.
    #[serde(default)]
    pub unionid: Option<String>,
    /// How it was activated.
    #[serde(default)]
    pub activate_scene: Option<ActivateScene>,
    /// Our tag of the channel.
    #[serde(default)]
    pub outer_str: Option<String>,
}

/// A brand's card was made or deleted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BrandCard {
    /// The brand.
    pub brand_id: String,
    /// The template.
    pub card_id: String,
    /// The person's card.
    pub user_card_code: String,
    /// Its state.
    #[serde(default)]
    pub user_card_state: Option<UserCardState>,
    /// The person.
    pub openid: String,
    /// The person's phone.
    #[serde(default)]
    pub phone_number: Option<String>,
    /// Level, text or number.
    #[serde(default)]
    pub level: Option<Value>,
    /// When it was taken.
    #[serde(default)]
    pub pickup_time: Option<ProviderTime>,
    /// When it was made.
    #[serde(default)]
    pub create_time: Option<ProviderTime>,
    /// When it was changed.
    #[serde(default)]
    pub modify_time: Option<ProviderTime>,
    /// How long it is good.
    #[serde(default)]
    pub valid_date_information: Option<ValidDate>,
    /// Why it is no longer good.
    #[serde(default)]
    pub invalid_reason: Option<String>,
    /// Since when.
    #[serde(default)]
    pub invalid_time: Option<ProviderTime>,
    /// What the person filled in.
    #[serde(default)]
    pub user_information: Option<UserInformation>,
    /// What we sent along.
    #[serde(default)]
    pub attach: Option<String>,
}

/// How long a brand's card is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidDate {
    /// Fixed range, fixed term, permanent.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// From.
    #[serde(default)]
    pub available_begin_time: Option<ProviderTime>,
    /// Until.
    #[serde(default)]
    pub available_end_time: Option<ProviderTime>,
    /// Days after taking.
    #[serde(default, deserialize_with = "optional_number")]
    pub available_day_after_receive: Option<i64>,
}

/// What a person filled in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInformation {
    /// The provider's fields.
    #[serde(default)]
    pub common_field_list: Vec<CommonField>,
    /// The merchant's fields.
    #[serde(default)]
    pub custom_field_list: Vec<CustomField>,
}

/// A field of the provider's form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonField {
    /// Its name.
    pub name: String,
    /// What was filled in.
    #[serde(default)]
    pub value: Option<String>,
}

/// A field of the merchant's form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// Its name.
    pub name: String,
    /// What was chosen.
    #[serde(default)]
    pub user_chosen_values: Vec<String>,
}

/// A person's details: a printed body shows none.
impl std::fmt::Debug for MemberCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemberCard")
            .field("event_type", &self.event_type)
            .field("card_id", &self.card_id)
            .finish_non_exhaustive()
    }
}

/// A person's details: a printed body shows none.
impl std::fmt::Debug for BrandCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrandCard")
            .field("brand_id", &self.brand_id)
            .finish_non_exhaustive()
    }
}

/// A person's details: printed without what was filled in.
impl std::fmt::Debug for UserInformation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserInformation(…)")
    }
}
