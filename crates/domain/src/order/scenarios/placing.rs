use super::*;

fn refused(place: &Place, code: &str) {
    Scenario::<Order>::given([])
        .when(&OrderCommand::Place(Box::new(place.clone())))
        .refused(code);
}

#[test]
fn an_order_freezes_what_was_agreed() {
    let place = placing(1_000);
    let order = placed(&place);
    let frozen = order.state().placed.as_deref().unwrap();
    assert_eq!(frozen.guide, place.guide);
    assert_eq!(frozen.store_id, place.store_id);
    assert_eq!(frozen.totals.payable_fen, Fen(1_000));
    assert_eq!(frozen.totals.units, 1);
    assert!(!frozen.imported);
    assert_eq!(order.state().status(), OrderStatus::AwaitingPayment);
}

#[test]
fn the_same_order_again_changes_nothing_and_another_is_refused() {
    let again = OrderCommand::Place(Box::new(placing(1_000)));
    let other = OrderCommand::Place(Box::new(placing(999)));
    placed(&placing(1_000))
        .when(&again)
        .nothing()
        .when(&other)
        .refused("order.already_placed");
}

#[test]
fn nothing_can_be_asked_of_an_order_that_was_not_placed() {
    let commands = [
        register("T1", 1),
        pay("p1", "T1", 1, at(1, 1)),
        refund("r1", "p1", 1, RefundStatus::Succeeded),
        cancel(),
        ask("R1", RefundScope::Whole),
    ];
    for command in commands {
        Scenario::<Order>::given([])
            .when(&command)
            .refused("order.unknown");
    }
    assert_eq!(OrderState::default().status(), OrderStatus::Unknown);
}

#[test]
fn an_order_of_nothing_is_paid_at_placing_by_nothing() {
    let place = placing(0);
    let events = Order::decide(
        &OrderState::default(),
        &OrderCommand::Place(Box::new(place.clone())),
    )
    .unwrap();
    let [OrderEvent::Placed(_), OrderEvent::Paid(paid)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(paid.tenders, [Tender::None]);
    assert_eq!(paid.paid_at, place.placed_at);
    assert_eq!(paid.guide, place.guide);
    assert_eq!(placed(&place).state().status(), OrderStatus::Paid);
}

#[test]
fn money_for_an_order_of_nothing_is_surplus() {
    let order = placed(&placing(0));
    let story = story(order, &pay("p1", "T1", 5, at(1, 1)));
    assert_eq!(
        story,
        ["payment_captured", "surplus_captured", "refund_requested"]
    );
}

#[test]
fn a_test_order_stays_marked_in_everything_that_figures_read() {
    let place = Place {
        test: true,
        ..placing(100)
    };
    let events = placed(&place)
        .when(&pay("p1", "T1", 100, at(1, 1)))
        .answer()
        .unwrap();
    let marked = events.iter().all(|event| match event {
        OrderEvent::PaymentCaptured(captured) => captured.test,
        OrderEvent::Paid(paid) => paid.test,
        _ => false,
    });
    assert!(marked, "{events:?}");
}

#[test]
fn the_day_is_counted_in_the_zone_of_the_store() {
    let place = Place {
        time_zone: guanxi_kernel::TimeZoneId::new("America/New_York").unwrap(),
        ..placing(100)
    };
    let early = "2026-03-02T04:59:00Z".parse().unwrap();
    let order = placed(&place).when(&pay("p1", "T1", 100, early)).accepted();
    assert_eq!(order.state().paid.unwrap().1.to_string(), "2026-03-01");
}

#[test]
fn carts_that_make_no_sense_are_refused() {
    let with = |cart: Cart| place(Pricing::Calculated(cart));
    refused(&with(cart(Vec::new())), "order.line_count");
    refused(&with(cart(vec![line("tea", 1, 1); 501])), "order.line_count");
    refused(&with(cart(vec![line("tea", 0, 1)])), "order.invalid_line");
    refused(&with(cart(vec![line("tea", -1, 1)])), "order.invalid_line");
    refused(&with(cart(vec![line("tea", 1_000_001, 1)])), "order.invalid_line");
    refused(&with(cart(vec![line("tea", 1, -1)])), "order.invalid_line");
    refused(
        &with(cart(vec![line("tea", 1_000_000, i64::MAX)])),
        "order.invalid_line",
    );
    let negative_promotion = CartLine {
        line_promotion_fen: Fen(-1),
        ..line("tea", 1, 10)
    };
    refused(&with(cart(vec![negative_promotion])), "order.invalid_line");
    let negative_freight = Cart {
        freight_fen: Fen(-1),
        ..cart(vec![line("tea", 1, 10)])
    };
    refused(&with(negative_freight), "order.invalid_line");
    let negative_off = Cart {
        order_promotions_fen: vec![Fen(-1)],
        ..cart(vec![line("tea", 1, 10)])
    };
    refused(&with(negative_off), "order.invalid_line");
}

#[test]
fn nothing_is_sold_below_zero() {
    let line_promotion = CartLine {
        line_promotion_fen: Fen(11),
        ..line("tea", 1, 10)
    };
    refused(
        &place(Pricing::Calculated(cart(vec![line_promotion]))),
        "order.discount_too_large",
    );
    let order_promotion = Cart {
        order_promotions_fen: vec![Fen(6), Fen(5)],
        ..cart(vec![line("tea", 1, 10)])
    };
    refused(
        &place(Pricing::Calculated(order_promotion)),
        "order.discount_too_large",
    );
}

#[test]
fn an_imported_order_below_zero_is_kept_and_counts_as_paid() {
    let line = ImportedLine {
        sku: "diapers".parse().unwrap(),
        category: None,
        quantity: 0,
        shelf_fen: Fen(100),
        promotion_fen: Fen(0),
        own_coupon_fen: Fen(0),
        manufacturer_coupon_fen: Fen(150),
    };
    let imported = ImportedPrices {
        lines: vec![line],
        freight_fen: Fen::ZERO,
        coupons: Vec::new(),
    };
    let order = placed(&place(Pricing::Imported(imported)));
    let frozen = order.state().placed.as_deref().unwrap();
    assert_eq!(frozen.totals.payable_fen, Fen(-50));
    assert_eq!(frozen.totals.manufacturer_coupon_fen, Fen(150));
    assert!(frozen.imported);
    assert_eq!(order.state().status(), OrderStatus::Paid);
}
