//! Giving an order up.

use guanxi_kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{MerchantId, OutTradeNo};

/// One attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttemptRef {
    /// Whose.
    pub mchid: MerchantId,
    /// Which.
    pub out_trade_no: OutTradeNo,
}

/// Asks for open attempts to be closed at the provider, so that nobody pays into the void.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestClose {
    /// Which; all that are open if it is left out.
    #[serde(default)]
    pub attempt: Option<AttemptRef>,
    /// Why, in a word: `customer`, `timeout`, `stock`.
    pub reason: String,
    /// Whether the order shall be called off when nothing is open any more: at once if nothing is. Until then it takes
    /// no new attempt. A part that was paid goes back.
    #[serde(default)]
    pub then_cancel: bool,
    /// When.
    pub requested_at: Timestamp,
}

/// Reports that the provider has closed an attempt, whether we asked for it or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmClosed {
    /// Whose attempt.
    pub mchid: MerchantId,
    /// Which.
    pub out_trade_no: OutTradeNo,
    /// When.
    pub closed_at: Timestamp,
}

/// Calls an order off that nobody has paid for. Its attempts are closed by then; money that comes all the same is
/// recorded and given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cancel {
    /// Why, in a word: `customer`, `timeout`, `stock`.
    pub reason: String,
    /// Whether a part that was paid is given back; without this, an order that holds money is not called off.
    #[serde(default)]
    pub give_back: bool,
    /// When.
    pub cancelled_at: Timestamp,
}
