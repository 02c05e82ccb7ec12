//! What happens to a store.

use guanxi_kernel::{StoreId, TimeZoneId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::MerchantId;

domain_events! {
    /// What happens to a store.
    pub enum StoreEvent {
        /// It opened.
        StoreOpened(StoreOpened) = "store.opened.v1",
        /// Its terms change from a date on.
        StoreAmended(StoreAmended) = "store.amended.v1",
        /// It closed.
        StoreClosed(StoreClosed) = "store.closed.v1",
    }
}

/// Who owns goods, customers and money of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// Ours.
    Own,
    /// An agent's or franchisee's.
    Agent,
    /// A concession in somebody's department store.
    Concession,
}

/// What holds for a store from a date on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreTerms {
    /// By which its days are counted.
    pub time_zone: TimeZoneId,
    /// Who is the contract partner of its customers.
    pub legal_entity: String,
    /// Whose store it is.
    pub ownership: Ownership,
    /// Who receives its payments.
    pub payee: MerchantId,
}

/// A store opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreOpened {
    /// Which.
    pub store_id: StoreId,
    /// Its name for people.
    pub name: String,
    /// What holds from `effective_from` on.
    pub terms: StoreTerms,
    /// From when.
    pub effective_from: Timestamp,
}

/// A store's terms change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreAmended {
    /// What holds then, whole.
    pub terms: StoreTerms,
    /// From when.
    pub effective_from: Timestamp,
}

/// A store closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreClosed {
    /// From when it sells nothing.
    pub effective_from: Timestamp,
}
