//! Dollars with two decimals, stored as binary fractions, become whole fen of yuan one to one.

/// The nearest cent. The source has at most two decimals, so what is rounded away is only the error of the binary form;
/// anything larger is refused.
pub(super) fn cents(dollars: f64) -> Option<i64> {
    let cents = dollars * 100.0;
    let nearest = cents.round();
    if !nearest.is_finite() || nearest.abs() > 1e12 || (cents - nearest).abs() > 1e-4 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be a whole number below 10^12"
    )]
    Some(nearest as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_exact() {
        assert_eq!(
            [cents(0.29), cents(1.1), cents(-2.675 + 0.005), cents(840.0)].map(Option::unwrap),
            [29, 110, -267, 84_000]
        );
    }

    #[test]
    fn a_third_decimal_is_refused() {
        assert_eq!([cents(0.125), cents(f64::NAN), cents(1e20)], [None; 3]);
    }
}
