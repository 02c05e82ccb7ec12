//! Instructions to the payment service, and what it says of them.

use guanxi_kernel::{StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{MerchantId, OutTradeNo};
use crate::order::commands::InstructionNote;

/// An attempt shall be looked up at the provider: an instruction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueryRequested {
    /// At which provider.
    pub provider: String,
    /// Whose attempt.
    pub mchid: MerchantId,
    /// Which.
    pub out_trade_no: OutTradeNo,
    /// Why, in a word.
    pub reason: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Whose sale it is.
    pub store_id: StoreId,
}

/// The payment service said something of an instruction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstructionNoted {
    /// Which: the number of the work list.
    pub number: String,
    /// What it says.
    pub note: InstructionNote,
    /// When.
    pub noted_at: Timestamp,
}
