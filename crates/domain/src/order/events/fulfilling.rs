//! Goods on their way to the customer.

use guanxi_kernel::{BusinessDate, Channel, MemberId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PickupCode, ShipmentNo};
use crate::order::commands::Pieces;

/// Goods left for the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shipped {
    /// Our number of the parcel.
    pub shipment_no: ShipmentNo,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_no: Option<String>,
    /// What is in it.
    pub lines: Vec<Pieces>,
    /// When.
    pub shipped_at: Timestamp,
    /// Whether nothing is left to be sent.
    pub last: bool,
}

/// The customer may fetch the goods with this code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PickupCodeIssued {
    /// What the customer shows.
    pub code: PickupCode,
    /// When.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Option<Timestamp>,
}

/// The customer fetched the goods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PickedUp {
    /// When.
    pub picked_up_at: Timestamp,
    /// Where; another shop than the sale's is possible.
    pub store_id: StoreId,
}

/// The customer has the parcels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptConfirmed {
    /// When.
    pub received_at: Timestamp,
    /// Whether the customer said so, or time did.
    pub by_customer: bool,
}

/// All goods are with the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Completed {
    /// When.
    pub completed_at: Timestamp,
    /// Day of `completed_at` at the store.
    pub business_date: BusinessDate,
    /// Whose sale it is.
    pub store_id: StoreId,
    /// Through which channel.
    pub channel: Channel,
    /// Whose order it is.
    pub member_id: Option<MemberId>,
    /// A try-out.
    pub test: bool,
}
