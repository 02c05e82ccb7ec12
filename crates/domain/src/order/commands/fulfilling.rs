//! Bringing goods to the customer.

use guanxi_kernel::{StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PickupCode, ShipmentNo};

/// Pieces of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pieces {
    /// Which line, from 1.
    pub line_no: u32,
    /// How many pieces; 0 for a line that is not counted in pieces.
    pub quantity: i64,
}

/// Records that goods left for the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ship {
    /// Your number of the parcel; the same number ships once.
    pub shipment_no: ShipmentNo,
    /// Who carries it.
    #[serde(default)]
    pub carrier: Option<String>,
    /// The carrier's number.
    #[serde(default)]
    pub tracking_no: Option<String>,
    /// What is in it; everything that is left, if no line is named.
    #[serde(default)]
    pub lines: Vec<Pieces>,
    /// When.
    pub shipped_at: Timestamp,
}

/// Gives the customer a code to fetch the goods with; a new one replaces the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssuePickupCode {
    /// The code, hard to guess: 4 to 32 letters and digits.
    pub code: PickupCode,
    /// When.
    pub issued_at: Timestamp,
    /// Until when it is good.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// Records that somebody fetched the goods with the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompletePickup {
    /// What was shown.
    pub code: PickupCode,
    /// Where, if not at the store of the sale.
    #[serde(default)]
    pub store_id: Option<StoreId>,
    /// When.
    pub picked_up_at: Timestamp,
}

/// Records that the customer has all parcels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmReceipt {
    /// Whether the customer said so, or enough time has passed.
    pub by_customer: bool,
    /// When.
    pub received_at: Timestamp,
}
