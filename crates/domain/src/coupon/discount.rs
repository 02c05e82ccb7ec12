//! What a coupon takes off: pure arithmetic, shared by the pricing of orders and by whoever shows a price.
//!
//! Promotions come first, so all amounts here are what promotions have left; coupons before this one do not count for
//! its threshold. Dividing the discount over the lines is the order's business.

use guanxi_kernel::Fen;

use super::terms::{CouponKind, CouponTerms, GoodsScope};
use crate::ids::{CategoryId, Sku};

/// The goods of one order line, as a coupon sees them. Freight is no goods.
#[derive(Debug, Clone, Copy)]
pub struct Goods<'a> {
    /// The article.
    pub sku: &'a Sku,
    /// Its category, if it has one.
    pub category: Option<&'a CategoryId>,
    /// How many pieces.
    pub quantity: i64,
    /// What the line costs after promotions and before coupons.
    pub remaining_fen: Fen,
}

/// The eligible goods do not come to the coupon's threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the goods that the coupon is for come to {eligible_fen}, it takes {threshold_fen}")]
pub struct BelowThreshold {
    /// What they come to.
    pub eligible_fen: Fen,
    /// What it takes.
    pub threshold_fen: Fen,
}

impl GoodsScope {
    /// Whether these goods are meant.
    #[must_use]
    pub fn covers(&self, goods: &Goods<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Category { category } => goods.category == Some(category),
            Self::Sku { sku } => goods.sku == sku,
        }
    }
}

impl CouponTerms {
    /// By line, what the discount is computed on and over which it is divided: the remaining amount of eligible lines,
    /// zero for the others. An exchange covers one piece only: of the dearest eligible line, the first of equals.
    #[must_use]
    pub fn eligible(&self, lines: &[Goods<'_>]) -> Vec<Fen> {
        let whole: Vec<Fen> = lines.iter().map(|line| self.eligible_of(line)).collect();
        if !matches!(self.kind, CouponKind::Exchange { .. }) {
            return whole;
        }
        let pieces: Vec<Fen> = lines
            .iter()
            .zip(&whole)
            .map(|(line, amount)| amount.half_up(1, line.quantity))
            .collect();
        let mut exchanged = vec![Fen::ZERO; lines.len()];
        if let Some(dearest) = (0..pieces.len()).rev().max_by_key(|index| pieces[*index]) {
            exchanged[dearest] = pieces[dearest];
        }
        exchanged
    }

    /// What the eligible goods come to, by which the threshold is judged.
    #[must_use]
    pub fn basis(&self, lines: &[Goods<'_>]) -> Fen {
        lines.iter().map(|line| self.eligible_of(line)).sum()
    }

    /// Checks the threshold.
    ///
    /// # Errors
    /// The eligible goods do not come to it.
    pub fn check_threshold(&self, eligible_fen: Fen) -> Result<(), BelowThreshold> {
        if eligible_fen < self.threshold_fen {
            return Err(BelowThreshold {
                eligible_fen,
                threshold_fen: self.threshold_fen,
            });
        }
        Ok(())
    }

    /// What the coupon takes off eligible goods of this amount: never more than they cost.
    ///
    /// A percentage is rounded once, on the sum: eligible − half-up(eligible × 88 / 100).
    #[must_use]
    pub fn discount(&self, eligible_fen: Fen) -> Fen {
        if eligible_fen <= Fen::ZERO {
            return Fen::ZERO;
        }
        let off = match self.kind {
            CouponKind::Normal { off_fen } => off_fen,
            CouponKind::Discount { pay_percent } => {
                eligible_fen - eligible_fen.half_up(i64::from(pay_percent), 100)
            }
            CouponKind::Exchange { price_fen } => eligible_fen - price_fen,
            CouponKind::Unstated => Fen::ZERO,
        };
        off.at_least(Fen::ZERO).at_most(eligible_fen)
    }

    fn eligible_of(&self, line: &Goods<'_>) -> Fen {
        if self.goods.covers(line) && line.quantity > 0 {
            line.remaining_fen.at_least(Fen::ZERO)
        } else {
            Fen::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coupon::Funder;

    fn terms(kind: CouponKind, goods: GoodsScope) -> CouponTerms {
        CouponTerms {
            kind,
            goods,
            threshold_fen: Fen(100),
            funder: Funder::Us,
        }
    }

    #[test]
    fn eighty_eight_percent_is_rounded_once_half_up() {
        let terms = terms(CouponKind::Discount { pay_percent: 88 }, GoodsScope::All);
        assert_eq!(terms.discount(Fen(10_000)), Fen(1_200));
        // 12.5 × 0.88 = 11.0: a sum of 1,250 fen pays 1,100; one of 1,256 pays 1,105.28, so 1,105.
        assert_eq!(terms.discount(Fen(1_256)), Fen(151));
    }

    #[test]
    fn an_exchange_covers_one_piece_of_the_dearest_line() {
        let (tea, cup): (Sku, Sku) = ("tea".parse().unwrap(), "cup".parse().unwrap());
        let lines = [
            Goods {
                sku: &tea,
                category: None,
                quantity: 2,
                remaining_fen: Fen(3_000),
            },
            Goods {
                sku: &cup,
                category: None,
                quantity: 1,
                remaining_fen: Fen(2_000),
            },
        ];
        let terms = terms(CouponKind::Exchange { price_fen: Fen(990) }, GoodsScope::All);
        assert_eq!(terms.basis(&lines), Fen(5_000));
        assert_eq!(terms.eligible(&lines), [Fen(0), Fen(2_000)]);
        assert_eq!(terms.discount(Fen(2_000)), Fen(1_010));
    }

    #[test]
    fn only_goods_of_the_category_count() {
        let (tea, drinks): (Sku, CategoryId) = ("tea".parse().unwrap(), "drinks".parse().unwrap());
        let line = Goods {
            sku: &tea,
            category: Some(&drinks),
            quantity: 1,
            remaining_fen: Fen(99),
        };
        let other = Goods {
            category: None,
            ..line
        };
        let terms = terms(
            CouponKind::Normal { off_fen: Fen(10) },
            GoodsScope::Category {
                category: drinks.clone(),
            },
        );
        assert_eq!(terms.eligible(&[line, other]), [Fen(99), Fen(0)]);
        assert!(terms.check_threshold(Fen(99)).is_err());
        assert!(terms.check_threshold(Fen(100)).is_ok());
    }

    fn kinds() -> impl Strategy<Value = CouponKind> {
        prop_oneof![
            (1i64..100_000).prop_map(|off| CouponKind::Normal { off_fen: Fen(off) }),
            (1u8..100).prop_map(|pay_percent| CouponKind::Discount { pay_percent }),
            (0i64..100_000).prop_map(|price| CouponKind::Exchange {
                price_fen: Fen(price)
            }),
            Just(CouponKind::Unstated),
        ]
    }

    proptest! {
        #[test]
        fn a_coupon_never_takes_more_than_the_goods_cost(kind in kinds(), eligible in -1_000i64..1_000_000) {
            let off = terms(kind, GoodsScope::All).discount(Fen(eligible));
            prop_assert!(Fen::ZERO <= off && off <= Fen(eligible.max(0)));
        }
    }
}
