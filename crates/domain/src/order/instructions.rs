//! Instructions to give money back, each under a number that never changes.

use guanxi_kernel::Fen;

use super::commands::RecordPayment;
use super::events::{OrderEvent, Placed, RefundReason, RefundRequested};
use super::state::{OrderState, Payment};
use crate::ids::{OutRefundNo, TransactionId};

/// What a provider takes as a refund number: digits, letters, `_-|*@`, at most 64.
const MOST_CHARACTERS: usize = 64;
/// `RF50-`: what stands before the payment's number.
const LONGEST_MARK: usize = 5;
/// How much of an unusual payment number is kept for people to recognise; the rest is its hash.
const RECOGNISABLE: usize = 40;

/// Asks for money that is too much, or too late, to be given back. The number is made from the payment's and the
/// reason, so that it is the same however often it is decided: the provider refunds one number once.
pub(super) fn give_back(
    placed: &Placed,
    state: &OrderState,
    fact: &RecordPayment,
    amount_fen: Fen,
    reason: RefundReason,
) -> Option<OrderEvent> {
    let request = RefundRequested {
        out_refund_no: number(mark(reason), &fact.transaction_id)?,
        provider: fact.provider.clone(),
        transaction_id: fact.transaction_id.clone(),
        amount_fen,
        payment_fen: fact.amount_fen,
        reason,
        tender: fact.tender,
        lines: Vec::new(),
        ask: None,
        member_id: fact.member_id.clone().or_else(|| state.member_id.clone()),
        store_id: placed.store_id.clone(),
    };
    Some(request.into())
}

/// Asks for a part of a payment that we know to be given back.
pub(super) fn part_of(
    placed: &Placed,
    state: &OrderState,
    payment: &Payment,
    out_refund_no: OutRefundNo,
    amount_fen: Fen,
    reason: RefundReason,
) -> RefundRequested {
    RefundRequested {
        out_refund_no,
        provider: payment.provider.clone(),
        transaction_id: payment.transaction_id.clone(),
        amount_fen,
        payment_fen: payment.amount_fen,
        reason,
        tender: payment.tender,
        lines: Vec::new(),
        ask: None,
        member_id: state.member_id.clone().or_else(|| payment.member_id.clone()),
        store_id: placed.store_id.clone(),
    }
}

/// How the numbers of a reason begin.
pub(super) fn mark(reason: RefundReason) -> &'static str {
    match reason {
        RefundReason::Surplus => "SP",
        RefundReason::AfterCancel => "AC",
        RefundReason::Requested => "RF",
    }
}

/// Our number of a refund of this payment. Providers want it unique per account, and so is the payment's own.
pub(super) fn number(mark: &str, transaction_id: &TransactionId) -> Option<OutRefundNo> {
    OutRefundNo::new(format!("{mark}{}", accepted(transaction_id.as_str()))).ok()
}

/// A payment number as a part of a refund number. Providers' own fit as they are; one that does not (a till's) is
/// shortened and told apart by its hash, so that two payments never share a refund.
fn accepted(transaction_id: &str) -> String {
    let fits = |character: char| character.is_ascii_alphanumeric() || "_-|*@".contains(character);
    if transaction_id.len() + LONGEST_MARK <= MOST_CHARACTERS && transaction_id.chars().all(fits) {
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
        assert!(accepted(&a).len() + LONGEST_MARK <= MOST_CHARACTERS);
        assert_ne!(accepted("收银台一"), accepted("收银台二"));
    }
}
