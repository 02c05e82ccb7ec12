//! Where an order stands.

use guanxi_kernel::Fen;
use serde::{Deserialize, Serialize};

/// Where an order stands: a function of its facts, whatever their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Nothing was placed.
    #[default]
    Unknown,
    /// Nothing has come.
    AwaitingPayment,
    /// Less has come than is to pay.
    PartlyPaid,
    /// Enough has come.
    Paid,
    /// A part of what came went back.
    PartlyRefunded,
    /// All that came went back.
    Refunded,
    /// Called off.
    Cancelled,
}

impl OrderStatus {
    /// The status that follows from sums: what is to pay (nothing before the order is placed), what came, what went
    /// back, and whether the order was called off. What came too much and went back leaves a paid order paid.
    #[must_use]
    pub fn of(payable_fen: Option<Fen>, captured_fen: Fen, refunded_fen: Fen, cancelled: bool) -> Self {
        let Some(payable_fen) = payable_fen else {
            return Self::Unknown;
        };
        let kept_fen = captured_fen - refunded_fen;
        if cancelled {
            Self::Cancelled
        } else if captured_fen < payable_fen {
            if captured_fen > Fen::ZERO {
                Self::PartlyPaid
            } else {
                Self::AwaitingPayment
            }
        } else if refunded_fen <= Fen::ZERO || captured_fen <= Fen::ZERO || kept_fen >= payable_fen {
            Self::Paid
        } else if refunded_fen < captured_fen {
            Self::PartlyRefunded
        } else {
            Self::Refunded
        }
    }
}
