//! Money in whole fen, and the two ways it is divided: to the largest remainder, and rounded half up.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount of money in fen (¥0.01, CNY). Negative where a sum may be (imported returns, net figures).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// A rate in ten-thousandths: 1,000 is 10 %.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct BasisPoints(pub u32);

/// An amount that no ledger of a shop can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Beyond [`Fen::LIMIT`].
    #[error("amount is beyond 10^15 fen")]
    OutOfRange,
}

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// No single amount is larger (ten trillion yuan), so that sums of thousands of them stay within `i64`.
    pub const LIMIT: Self = Self(1_000_000_000_000_000);

    /// Checks an amount that comes from outside.
    ///
    /// # Errors
    /// Beyond [`Fen::LIMIT`], either way.
    pub fn checked(fen: i64) -> Result<Self, MoneyError> {
        if fen.unsigned_abs() > Self::LIMIT.0.unsigned_abs() {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self(fen))
    }

    /// ⌊`self` × `numerator` / `denominator` + ½⌋, for a positive denominator.
    ///
    /// Half goes up, also below zero (−0.5 becomes 0). A denominator of zero or less gives zero.
    #[must_use]
    pub fn half_up(self, numerator: i64, denominator: i64) -> Self {
        if denominator <= 0 {
            return Self::ZERO;
        }
        let twice = 2 * i128::from(self.0) * i128::from(numerator) + i128::from(denominator);
        Self(clamp(twice.div_euclid(2 * i128::from(denominator))))
    }

    /// ⌊`self` × rate⌋.
    #[must_use]
    pub fn floor_at(self, rate: BasisPoints) -> Self {
        Self(clamp(
            (i128::from(self.0) * i128::from(rate.0)).div_euclid(10_000),
        ))
    }

    /// The larger of the two.
    #[must_use]
    pub fn at_least(self, least: Self) -> Self {
        self.max(least)
    }

    /// The smaller of the two.
    #[must_use]
    pub fn at_most(self, most: Self) -> Self {
        self.min(most)
    }
}

/// Divides `amount` over `weights` by largest remainder: every part is the floor of its share, what is left goes one
/// fen each to the largest remainders, ties to the lowest index. Weights of zero or less get nothing.
///
/// The parts sum to `amount` exactly, unless no weight is positive: then all parts are zero. No part exceeds its weight
/// when `amount` does not exceed the sum of the weights. `amount` must not be negative; a negative one gives zeros.
#[must_use]
pub fn allocate(amount: Fen, weights: &[Fen]) -> Vec<Fen> {
    let total: i128 = weights.iter().map(|weight| i128::from(weight.0.max(0))).sum();
    let mut parts = vec![Fen::ZERO; weights.len()];
    if total == 0 || amount.0 <= 0 {
        return parts;
    }
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = i128::from(amount.0);
    for (index, weight) in weights.iter().enumerate().filter(|(_, weight)| weight.0 > 0) {
        let product = i128::from(amount.0) * i128::from(weight.0);
        let part = product / total;
        parts[index] = Fen(clamp(part));
        left -= part;
        remainders.push((product % total, index));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in remainders.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[index] += Fen(1);
    }
    parts
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

impl Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
impl Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
impl Neg for Fen {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}
impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl SubAssign for Fen {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Yuan with two decimals, for people: `-12.05`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_fen_over_three_lines_of_one_go_to_the_first_two() {
        assert_eq!(
            allocate(Fen(2), &[Fen(1), Fen(1), Fen(1)]),
            [Fen(1), Fen(1), Fen(0)]
        );
    }

    #[test]
    fn ten_yuan_off_lines_of_8_and_90_yuan() {
        let parts = allocate(Fen(1000), &[Fen(800), Fen(9000)]);
        assert_eq!([Fen(800) - parts[0], Fen(9000) - parts[1]], [Fen(718), Fen(8082)]);
    }

    #[test]
    fn weights_of_zero_get_nothing() {
        assert_eq!(
            allocate(Fen(3), &[Fen(0), Fen(5), Fen(-5)]),
            [Fen(0), Fen(3), Fen(0)]
        );
        assert_eq!(allocate(Fen(3), &[Fen(0)]), [Fen(0)]);
    }

    #[test]
    fn three_pieces_that_paid_seven_yuan_refund_233_234_233() {
        let upto: Vec<_> = (0..=3).map(|pieces| Fen(700).half_up(pieces, 3)).collect();
        let each: Vec<_> = upto.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(each, [Fen(233), Fen(234), Fen(233)]);
    }

    #[test]
    fn half_goes_up_on_both_sides_of_zero() {
        assert_eq!([Fen(1).half_up(1, 2), Fen(-1).half_up(1, 2)], [Fen(1), Fen(0)]);
    }

    #[test]
    fn people_read_yuan() {
        assert_eq!(Fen(-1205).to_string(), "-12.05");
    }
}
