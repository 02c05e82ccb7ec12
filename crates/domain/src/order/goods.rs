//! Where the goods of an order are: on their way to the customer, and on their way back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::commands::ThresholdPolicy;
use super::events::{AfterSaleRequested, PickedUp, PickupCodeIssued, ReturnReceived, Shipped};
use super::state::OrderState;

/// The goods' way to the customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Parcels by our number.
    pub shipments: BTreeMap<String, Shipped>,
    /// The code to fetch them with.
    pub code: Option<PickupCodeIssued>,
    /// When they were fetched.
    pub picked_up: Option<PickedUp>,
    /// Whether the customer has the parcels.
    pub received: bool,
}

/// A customer's wish to have money back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AfterSale {
    /// As it was asked for.
    pub request: AfterSaleRequested,
    /// How far it is.
    pub step: AfterSaleStep,
    /// The rule for thresholds with which it was granted.
    pub threshold: ThresholdPolicy,
    /// What came back, once something has.
    #[serde(default)]
    pub received: Option<ReturnReceived>,
}

/// How far an after-sale is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterSaleStep {
    /// Asked for.
    Requested,
    /// Granted; the goods are awaited.
    Approved,
    /// The money was asked back.
    Refunded,
    /// Not granted.
    Rejected,
    /// Taken back.
    Withdrawn,
}

impl OrderState {
    /// Returns that have arrived, with or without money for them.
    pub(super) fn returns(&self) -> impl Iterator<Item = &ReturnReceived> {
        let after_sales = self.after_sales.values();
        after_sales.filter_map(|after_sale| after_sale.received.as_ref())
    }
}
