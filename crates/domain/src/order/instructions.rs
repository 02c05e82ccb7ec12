//! Instructions to give money back, each under a number that never changes.

use guanxi_kernel::Fen;

use super::commands::RecordPayment;
use super::events::{OrderEvent, RefundReason, RefundRequested};
use crate::ids::OutRefundNo;

/// What a provider takes as a refund number: digits, letters, `_-|*@`, at most 64.
const MOST_CHARACTERS: usize = 64;
/// How much of an unusual payment number is kept for people to recognise; the rest is its hash.
const RECOGNISABLE: usize = 40;

/// Asks for money to be given back. The number is made from the payment's and the reason, so that it is the same
/// however often it is decided: the provider refunds one number once.
pub(super) fn give_back(fact: &RecordPayment, amount_fen: Fen, reason: RefundReason) -> Option<OrderEvent> {
    let mark = match reason {
        RefundReason::Surplus => "SP",
        RefundReason::AfterCancel => "AC",
        RefundReason::Requested => "RF",
    };
    let number = format!("{mark}{}", accepted(fact.transaction_id.as_str()));
    Some(
        RefundRequested {
            out_refund_no: OutRefundNo::new(number).ok()?,
            provider: fact.provider.clone(),
            transaction_id: fact.transaction_id.clone(),
            amount_fen,
            payment_fen: fact.amount_fen,
            reason,
        }
        .into(),
    )
}

/// A payment number as a part of a refund number. Providers' own fit as they are; one that does not (a till's) is
/// shortened and told apart by its hash, so that two payments never share a refund.
fn accepted(transaction_id: &str) -> String {
    let fits = |character: char| character.is_ascii_alphanumeric() || "_-|*@".contains(character);
    if transaction_id.len() + 2 <= MOST_CHARACTERS && transaction_id.chars().all(fits) {
        return transaction_id.to_owned();
    }
    let kept: String = transaction_id
        .chars()
        .filter(|c| fits(*c))
        .take(RECOGNISABLE)
        .collect();
    format!("{kept}@{:016x}", fnv1a(transaction_id.as_bytes()))
}

/// FNV-1a, 64 bits: written out here because the number must be the same in every version of every library.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_providers_number_is_kept() {
        assert_eq!(
            accepted("4200000000202603011000000001"),
            "4200000000202603011000000001"
        );
    }

    #[test]
    fn numbers_that_would_read_the_same_are_told_apart() {
        assert_ne!(accepted("till 1.2"), accepted("till 12"));
        let (a, b) = (format!("{}a", "9".repeat(100)), format!("{}b", "9".repeat(100)));
        assert_ne!(accepted(&a), accepted(&b));
        assert!(accepted(&a).len() + 2 <= MOST_CHARACTERS);
        assert_ne!(accepted("收银台一"), accepted("收银台二"));
    }
}
