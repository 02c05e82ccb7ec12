//! Instructions to give money back, each under a number that never changes.

use guanxi_kernel::Fen;

use super::commands::RecordPayment;
use super::events::{OrderEvent, Placed, RefundReason, RefundRequested};
use super::state::{OrderState, Payment};
use crate::ids::{OutRefundNo, TransactionId};

/// What a provider takes as a refund number: digits, letters, `_-|*@`, at most 64.
const MOST_CHARACTERS: usize = 64;
/// `RF999-`: what stands before the payment's number.
const LONGEST_MARK: usize = 6;
/// The provider whose numbers stand alone: 28 digits that nobody else's collide with.
const PLAIN: &str = "wechat";
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
        out_refund_no: number(mark(reason), &fact.provider, &fact.transaction_id)?,
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

/// Our number of a refund of this payment. Providers want it unique per account, and so is the payment's own. The work
/// list holds those of all providers, whose payments may have the same number: it tells them apart by their name.
pub(super) fn number(mark: &str, provider: &str, transaction_id: &TransactionId) -> Option<OutRefundNo> {
    OutRefundNo::new(format!("{mark}{}", accepted(provider, transaction_id.as_str()))).ok()
}

/// A payment number as a part of a refund number. WeChat's fits as it is, another's stands behind the provider's name.
/// One that does not fit (a till's), or could be taken for another, is shortened and told apart by its hash, so that
/// two payments never share a refund.
fn accepted(provider: &str, transaction_id: &str) -> String {
    let fits = |character: char| character.is_ascii_alphanumeric() || "_-|".contains(character);
    let whole = if provider == PLAIN {
        transaction_id.to_owned()
    } else {
        format!("{provider}*{transaction_id}")
    };
    let clear = [provider, transaction_id]
        .iter()
        .all(|part| part.chars().all(fits));
    if whole.len() + LONGEST_MARK <= MOST_CHARACTERS && clear {
        return whole;
    }
    let kept: String = whole.chars().filter(|c| fits(*c)).take(RECOGNISABLE).collect();
    // With its length before it, no name and number run into each other like another pair.
    let pair = format!("{}:{provider}{transaction_id}", provider.len());
    format!("{kept}@{:016x}", fnv1a(pair.as_bytes()))
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
        let number = "4200000000202603011000000001";
        assert_eq!(accepted("wechat", number), number);
        assert_eq!(accepted("alipay", number), format!("alipay*{number}"));
    }

    #[test]
    fn numbers_that_would_read_the_same_are_told_apart() {
        let till = |number: &str| accepted("till", number);
        assert_ne!(till("1.2"), till("12"));
        let (a, b) = (format!("{}a", "9".repeat(100)), format!("{}b", "9".repeat(100)));
        assert_ne!(till(&a), till(&b));
        assert!(till(&a).len() + LONGEST_MARK <= MOST_CHARACTERS);
        assert_ne!(till("收银台一"), till("收银台二"));
    }

    #[test]
    fn the_same_number_with_another_provider_is_told_apart() {
        let pairs = [
            ("wechat", "1"),
            ("till", "1"),
            ("till1", ""),
            ("wechat", "till*1"),
            ("a*b", "c"),
            ("a", "b*c"),
            ("a.b", "c"),
            ("a", ".bc"),
        ];
        let numbers: std::collections::BTreeSet<_> = pairs.iter().map(|(a, b)| accepted(a, b)).collect();
        assert_eq!(numbers.len(), pairs.len(), "{numbers:?}");
    }
}
