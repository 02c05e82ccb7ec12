use proptest::prelude::*;

use super::*;
use crate::coupon::{CouponKind, CouponTerms, GoodsScope};
use crate::order::{ImportedCoupon, ImportedLine, ImportedPrices};

fn line(sku: &str, quantity: i64, price: i64, promotion: i64) -> CartLine {
    CartLine {
        sku: sku.parse().unwrap(),
        category: None,
        quantity,
        unit_price_fen: Fen(price),
        line_promotion_fen: Fen(promotion),
    }
}

fn cart(lines: Vec<CartLine>, promotions: &[i64], coupons: Vec<CartCoupon>) -> Cart {
    Cart {
        lines,
        freight_fen: Fen::ZERO,
        order_promotions_fen: promotions.iter().map(|off| Fen(*off)).collect(),
        coupons,
    }
}

fn coupon(id: &str, kind: CouponKind, goods: GoodsScope, threshold: i64) -> CartCoupon {
    CartCoupon {
        coupon_id: id.parse().unwrap(),
        campaign_id: "spring".parse().unwrap(),
        terms: CouponTerms {
            kind,
            goods,
            threshold_fen: Fen(threshold),
            funder: Funder::Us,
        },
    }
}

fn off(id: &str, fen: i64, threshold: i64) -> CartCoupon {
    coupon(
        id,
        CouponKind::Normal { off_fen: Fen(fen) },
        GoodsScope::All,
        threshold,
    )
}

fn payable(priced: &Priced) -> Vec<i64> {
    priced.lines.iter().map(|line| line.payable_fen.0).collect()
}

fn calculated(cart: Cart) -> Priced {
    price(&Pricing::Calculated(cart)).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn code(cart: Cart) -> &'static str {
    use guanxi_kernel::Refusal;
    price(&Pricing::Calculated(cart))
        .err()
        .map_or("accepted", |refusal| refusal.code())
}

#[test]
fn two_fen_off_three_lines_of_one() {
    let lines = vec![line("a", 1, 1, 0), line("b", 1, 1, 0), line("c", 1, 1, 0)];
    assert_eq!(payable(&calculated(cart(lines, &[2], Vec::new()))), [0, 0, 1]);
}

#[test]
fn two_yuan_off_a_line_then_ten_off_the_order() {
    let lines = vec![line("A", 1, 1_000, 200), line("B", 1, 9_000, 0)];
    assert_eq!(
        payable(&calculated(cart(lines, &[1_000], Vec::new()))),
        [718, 8_082]
    );
}

#[test]
fn a_coupon_is_allocated_over_what_promotions_left() {
    let lines = vec![line("A", 1, 1_000, 200), line("B", 1, 9_000, 0)];
    let priced = calculated(cart(lines, &[], vec![off("c", 1_000, 9_800)]));
    assert_eq!(payable(&priced), [718, 8_082]);
    assert_eq!(priced.totals.promotion_fen, Fen(200));
    assert_eq!(priced.totals.coupon_fen, Fen(1_000));
    assert_eq!(priced.coupons[0].covers, [1, 2]);
}

#[test]
fn a_threshold_looks_at_eligible_goods_after_promotions_and_before_coupons() {
    let lines = || vec![line("A", 1, 10_000, 0)];
    assert_eq!(
        code(cart(lines(), &[1], vec![off("c", 100, 10_000)])),
        "order.coupon_not_eligible"
    );
    assert_eq!(
        code(cart(
            lines(),
            &[],
            vec![off("c", 100, 10_000), off("d", 100, 10_000)]
        )),
        "accepted"
    );
}

#[test]
fn a_coupon_without_eligible_goods_is_refused() {
    let tea = GoodsScope::Sku {
        sku: "tea".parse().unwrap(),
    };
    let coupon = coupon("c", CouponKind::Normal { off_fen: Fen(1) }, tea, 0);
    assert_eq!(
        code(cart(vec![line("cup", 1, 100, 0)], &[], vec![coupon])),
        "order.coupon_not_eligible"
    );
}

#[test]
fn one_coupon_stands_in_a_cart_once() {
    let coupons = vec![off("c", 1, 0), off("c", 1, 0)];
    assert_eq!(
        code(cart(vec![line("a", 1, 100, 0)], &[], coupons)),
        "order.coupon_twice"
    );
}

#[test]
fn a_percentage_is_rounded_once_on_the_sum_and_then_allocated() {
    let lines = vec![line("a", 1, 333, 0), line("b", 1, 333, 0), line("c", 1, 333, 0)];
    let percent = coupon("c", CouponKind::Discount { pay_percent: 88 }, GoodsScope::All, 0);
    let priced = calculated(cart(lines, &[], vec![percent]));
    // 999 − half-up(999 × 88 / 100) = 999 − 879 = 120
    assert_eq!(priced.coupons[0].discount_fen, Some(Fen(120)));
    assert_eq!(payable(&priced), [293, 293, 293]);
}

#[test]
fn an_exchange_sells_one_piece_for_its_price() {
    let exchange = coupon(
        "c",
        CouponKind::Exchange { price_fen: Fen(990) },
        GoodsScope::All,
        0,
    );
    let lines = vec![line("tea", 2, 1_500, 0), line("cup", 1, 2_000, 0)];
    assert_eq!(
        payable(&calculated(cart(lines, &[], vec![exchange]))),
        [3_000, 990]
    );
}

#[test]
fn freight_is_a_line_of_its_own_that_nothing_discounts() {
    let cart = Cart {
        freight_fen: Fen(800),
        ..cart(vec![line("a", 2, 500, 0)], &[1_000], Vec::new())
    };
    let priced = calculated(cart);
    assert_eq!(payable(&priced), [0, 800]);
    assert_eq!(priced.lines[1].kind, LineKind::Freight);
    assert_eq!((priced.totals.units, priced.totals.freight_fen), (2, Fen(800)));
    assert_eq!(priced.totals.payable_fen, Fen(800));
}

#[test]
fn a_second_coupon_takes_from_what_the_first_left() {
    let lines = vec![line("a", 1, 1_000, 0)];
    let priced = calculated(cart(lines, &[], vec![off("c", 700, 0), off("d", 700, 0)]));
    let taken: Vec<_> = priced.coupons.iter().map(|coupon| coupon.discount_fen).collect();
    assert_eq!(taken, [Some(Fen(700)), Some(Fen(300))]);
    assert_eq!(payable(&priced), [0]);
}

#[test]
fn imported_amounts_are_kept_as_they_are() {
    let imported = |quantity, shelf, promotion, own, manufacturer| ImportedLine {
        sku: "x".parse().unwrap(),
        category: None,
        quantity,
        shelf_fen: Fen(shelf),
        promotion_fen: Fen(promotion),
        own_coupon_fen: Fen(own),
        manufacturer_coupon_fen: Fen(manufacturer),
    };
    let prices = ImportedPrices {
        lines: vec![imported(0, 100, 10, 20, 0), imported(89_638, 3_000, 0, 0, 3_500)],
        freight_fen: Fen::ZERO,
        coupons: vec![ImportedCoupon {
            coupon_id: "c".parse().unwrap(),
            campaign_id: "18".parse().unwrap(),
        }],
    };
    let priced = price(&Pricing::Imported(prices)).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(payable(&priced), [70, -500]);
    assert_eq!(priced.totals.units, 89_638);
    assert_eq!(priced.totals.coupon_fen, Fen(3_520));
    assert_eq!(priced.totals.manufacturer_coupon_fen, Fen(3_500));
    assert_eq!(priced.totals.payable_fen, Fen(-430));
    assert_eq!(priced.coupons[0].discount_fen, None);
}

#[test]
fn imported_amounts_beyond_any_till_are_refused() {
    let line = ImportedLine {
        sku: "x".parse().unwrap(),
        category: None,
        quantity: 1,
        shelf_fen: Fen(i64::MAX),
        promotion_fen: Fen::ZERO,
        own_coupon_fen: Fen::ZERO,
        manufacturer_coupon_fen: Fen::ZERO,
    };
    let prices = ImportedPrices {
        lines: vec![line],
        freight_fen: Fen::ZERO,
        coupons: Vec::new(),
    };
    assert!(matches!(
        price(&Pricing::Imported(prices)),
        Err(OrderRefusal::InvalidLine { line_no: 1, .. })
    ));
}

fn kinds() -> impl Strategy<Value = CouponKind> {
    prop_oneof![
        (1i64..5_000).prop_map(|fen| CouponKind::Normal { off_fen: Fen(fen) }),
        (1u8..100).prop_map(|pay_percent| CouponKind::Discount { pay_percent }),
        (0i64..5_000).prop_map(|fen| CouponKind::Exchange { price_fen: Fen(fen) }),
    ]
}

fn carts() -> impl Strategy<Value = Cart> {
    let lines = prop::collection::vec((1i64..20, 0i64..3_000, 0u8..=100), 1..12);
    let promotions = prop::collection::vec(0i64..3_000, 0..3);
    let coupons = prop::collection::vec(kinds(), 0..3);
    (lines, promotions, coupons, 0i64..2_000).prop_map(|(lines, promotions, kinds, freight)| {
        let lines = lines
            .into_iter()
            .enumerate()
            .map(|(index, (quantity, price, percent))| {
                let promotion = quantity * price * i64::from(percent) / 100;
                line(&format!("s{index}"), quantity, price, promotion)
            });
        let coupons = kinds.into_iter().enumerate();
        let coupons = coupons.map(|(index, kind)| coupon(&format!("c{index}"), kind, GoodsScope::All, 0));
        Cart {
            freight_fen: Fen(freight),
            ..cart(lines.collect(), &promotions, coupons.collect())
        }
    })
}

proptest! {
    #[test]
    fn every_fen_is_allocated_and_no_line_is_sold_below_zero(cart in carts()) {
        let promotions: Fen = cart.order_promotions_fen.iter().copied().sum();
        let own: Fen = cart.lines.iter().map(|line| line.line_promotion_fen).sum();
        let priced = match price(&Pricing::Calculated(cart)) {
            Ok(priced) => priced,
            Err(refusal) => {
                use guanxi_kernel::Refusal;
                prop_assert_eq!(refusal.code(), "order.discount_too_large");
                return Ok(());
            }
        };
        for line in &priced.lines {
            prop_assert!(line.payable_fen >= Fen::ZERO && line.promotion_fen >= Fen::ZERO);
            prop_assert!(line.coupon_fen >= Fen::ZERO);
            prop_assert_eq!(line.payable_fen, line.shelf_fen - line.promotion_fen - line.coupon_fen);
        }
        let coupons: Fen = priced.coupons.iter().filter_map(|coupon| coupon.discount_fen).sum();
        prop_assert_eq!(priced.totals.promotion_fen, own + promotions);
        prop_assert_eq!(priced.totals.coupon_fen, coupons);
        let totals = priced.totals;
        prop_assert_eq!(totals.payable_fen, totals.shelf_fen - totals.promotion_fen - totals.coupon_fen);
        prop_assert_eq!(totals.payable_fen, priced.lines.iter().map(|line| line.payable_fen).sum());
    }
}
