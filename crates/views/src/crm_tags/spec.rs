//! What tags promise, told as events and the spans that follow.

use std::sync::Arc;

use guanxi_domain::member::{
    TagAssigned, TagRemoved, TagSource, Touchpoint, TouchpointKind, TouchpointRecorded,
};
use guanxi_domain::order::{Paid, PaidLine, RefundLine, RefundSucceeded};
use guanxi_kernel::Fen;
use proptest::prelude::*;

use super::*;
use crate::story::{Story, bought, erased, given_back, joined, noon, paid, walked_in};

/// The tags of `m-1`, each as `tag from..until`.
fn tags(story: &Story, rules: &str) -> Vec<String> {
    let text = format!("rules = \"tags\"\nversion = 3\n{rules}");
    let view = CrmTags::new(Arc::new(TagRules::parse(&text).unwrap()));
    let rows = story.rows(&view);
    let tags = rows.get("m-1").map_or(&[][..], |row| &row.tags);
    let shown = |tag: &Tag| {
        let until = tag.until.map(|until| until.to_string()).unwrap_or_default();
        format!("{} {}..{until}", tag.tag, tag.from)
    };
    tags.iter().map(shown).collect()
}

fn rule(id: &str, condition: &str, fields: &str) -> String {
    format!("[[tag]]\nid = \"{id}\"\nname = \"{id}\"\n[tag.when.{condition}]\n{fields}\n")
}

/// An order with one line of these pieces.
fn of(day: &str, sku: &str, category: &str, pieces: i64) -> Paid {
    Paid {
        lines: vec![PaidLine {
            line_no: 1,
            sku: sku.parse().unwrap(),
            category: Some(category.parse().unwrap()),
            quantity: pieces,
        }],
        ..bought(day, "m-1", 1_000)
    }
}

fn pieces_back(day: &str, pieces: i64, amount_fen: i64) -> RefundSucceeded {
    RefundSucceeded {
        lines: vec![RefundLine {
            line_no: 1,
            quantity: pieces,
            amount_fen: Fen(amount_fen),
        }],
        ..given_back(day, "m-1", amount_fen)
    }
}

#[test]
fn who_spends_enough_is_of_high_value_until_the_window_has_passed() {
    let story = Story::default()
        .order("o-1", "2026-03-01", bought("2026-03-01", "m-1", 60_000))
        .order("o-2", "2026-03-11", bought("2026-03-11", "m-1", 40_000));
    let rules = rule("high", "high_value", "spent_fen = 100000\nwithin_days = 30");
    assert_eq!(tags(&story, &rules), ["high 2026-03-11..2026-03-31"]);
}

#[test]
fn a_tag_names_its_rule_its_version_and_the_events_behind_it() {
    let story = Story::default()
        .member("m-1", "2026-03-01", walked_in("s-1"))
        .order("o-1", "2026-03-01", bought("2026-03-01", "m-1", 60_000))
        .order("o-2", "2026-03-11", bought("2026-03-11", "m-1", 40_000));
    let text = format!(
        "rules = \"tags\"\nversion = 3\n{}",
        rule("high", "high_value", "spent_fen = 100000")
    );
    let rows = story.rows(&CrmTags::new(Arc::new(TagRules::parse(&text).unwrap())));
    let tag = &rows["m-1"].tags[0];
    assert_eq!((tag.rule.as_deref(), tag.rule_version), (Some("high"), Some(3)));
    assert_eq!(
        (&tag.evidence.positions[..], tag.evidence.count),
        (&[2, 3][..], 2)
    );
    assert_eq!(&*rows["m-1"].home.store, "s-1");
}

#[test]
fn what_went_back_counts_in_nothing() {
    let story = Story::default()
        .order("o-1", "2026-03-01", bought("2026-03-01", "m-1", 60_000))
        .order("o-2", "2026-03-11", bought("2026-03-11", "m-1", 40_000))
        .order("o-1", "2026-03-12", given_back("2026-03-12", "m-1", 1));
    let rules = rule("high", "high_value", "spent_fen = 100000") + &rule("often", "frequent", "orders = 2");
    assert_eq!(tags(&story, &rules), ["often 2026-03-11.."]);
    let whole = story.order("o-1", "2026-03-13", given_back("2026-03-13", "m-1", 59_999));
    assert!(tags(&whole, &rules).is_empty());
}

#[test]
fn pieces_of_a_category_count_less_those_that_went_back() {
    let rules = rule(
        "tea",
        "category",
        "any_of = [\"TEA\"]\npieces = 3\nwithin_days = 60",
    );
    let story = Story::default()
        .order("o-1", "2026-03-01", of("2026-03-01", "green", "TEA", 2))
        .order("o-2", "2026-03-02", of("2026-03-02", "black", "TEA", 2))
        .order("o-3", "2026-03-02", of("2026-03-02", "cup", "CHINA", 9));
    assert_eq!(tags(&story, &rules), ["tea 2026-03-02..2026-04-30"]);
    let back = story.order("o-1", "2026-03-05", pieces_back("2026-03-05", 2, 900));
    assert!(tags(&back, &rules).is_empty());
}

#[test]
fn a_trait_shows_when_one_of_each_group_was_bought_in_time() {
    let rules = rule(
        "baker",
        "together",
        "each_of = [[\"flour\"], [\"yeast\", \"soda\"]]\nwithin_days = 10",
    );
    let story = Story::default()
        .order("o-1", "2026-03-01", of("2026-03-01", "flour", "F", 1))
        .order("o-2", "2026-03-04", of("2026-03-04", "soda", "F", 1))
        .order("o-3", "2026-04-04", of("2026-04-04", "yeast", "F", 1));
    assert_eq!(tags(&story, &rules), ["baker 2026-03-04..2026-03-11"]);
}

#[test]
fn shares_are_of_the_shelf_price_and_of_the_orders() {
    // 15.00 of 120.00 is off: 1,250 ten-thousandths.
    let story = Story::default()
        .order(
            "o-1",
            "2026-03-01",
            paid("2026-03-01", "s-1", "counter", Some("m-1")),
        )
        .order(
            "o-2",
            "2026-03-02",
            paid("2026-03-02", "s-1", "counter", Some("m-1")),
        );
    let sensitive = |bp: u32| {
        rule(
            "price",
            "price_sensitive",
            &format!("discount_bp = {bp}\norders = 2"),
        )
    };
    assert_eq!(tags(&story, &sensitive(1_250)), ["price 2026-03-02.."]);
    assert!(tags(&story, &sensitive(1_251)).is_empty());
    let loving = rule("promo", "promotion_loving", "orders_bp = 5000\norders = 2");
    assert_eq!(tags(&story, &loving), ["promo 2026-03-02.."]);
    let plain = story
        .order("o-3", "2026-03-03", bought("2026-03-03", "m-1", 100))
        .order("o-4", "2026-03-03", bought("2026-03-03", "m-1", 100))
        .order("o-5", "2026-03-04", bought("2026-03-04", "m-1", 100));
    assert_eq!(tags(&plain, &loving), ["promo 2026-03-02..2026-03-04"]);
}

#[test]
fn who_does_not_buy_falls_asleep_and_wakes_at_the_next_order() {
    let rules = rule("dormant", "dormant", "days = 90");
    let story = Story::default().order("o-1", "2026-01-01", bought("2026-01-01", "m-1", 100));
    assert_eq!(tags(&story, &rules), ["dormant 2026-04-01.."]);
    let awake = story.order("o-2", "2026-05-01", bought("2026-05-01", "m-1", 100));
    assert_eq!(
        tags(&awake, &rules),
        ["dormant 2026-04-01..2026-05-01", "dormant 2026-07-30.."]
    );
}

#[test]
fn who_has_joined_is_new_for_a_while() {
    let story = Story::default()
        .member("m-1", "2026-03-01", walked_in("s-1"))
        .member("m-1", "2026-03-05", joined("s-2"));
    assert_eq!(
        tags(&story, &rule("new", "new", "days = 30")),
        ["new 2026-03-05..2026-04-04"]
    );
}

#[test]
fn contacts_count_by_their_kind() {
    let touch = |day: &str, kind| TouchpointRecorded {
        touchpoint: Touchpoint {
            kind,
            about: None,
            store_id: None,
            channel: None,
            guide_id: None,
            touched_at: noon(day),
        },
    };
    let story = Story::default()
        .member(
            "m-1",
            "2026-03-01",
            touch("2026-03-01", TouchpointKind::LiveJoined),
        )
        .member(
            "m-1",
            "2026-03-02",
            touch("2026-03-02", TouchpointKind::PageViewed),
        )
        .member(
            "m-1",
            "2026-03-03",
            touch("2026-03-03", TouchpointKind::LiveJoined),
        );
    let rules = rule(
        "live",
        "touched",
        "kinds = [\"live_joined\"]\ntimes = 2\nwithin_days = 7",
    );
    assert_eq!(tags(&story, &rules), ["live 2026-03-03..2026-03-08"]);
}

#[test]
fn a_tag_given_by_hand_stands_beside_those_of_rules() {
    let assigned = |by| TagAssigned {
        tag: "often".to_owned(),
        by,
    };
    let outside = TagSource::Rule {
        rule_id: "vip".to_owned(),
        rule_version: 7,
        evidence: vec![1],
    };
    let rules = rule("often", "frequent", "orders = 1\nwithin_days = 10");
    let story = Story::default()
        .order("o-1", "2026-03-01", bought("2026-03-01", "m-1", 100))
        .member("m-1", "2026-03-02", assigned(outside))
        .member("m-1", "2026-03-05", assigned(TagSource::Hand));
    assert_eq!(
        tags(&story, &rules),
        [
            "often 2026-03-02..2026-03-05",
            "often 2026-03-05..",
            "often 2026-03-01..2026-03-11"
        ]
    );
    let removed = TagRemoved {
        tag: "often".to_owned(),
        by: TagSource::Hand,
    };
    let taken = story.member("m-1", "2026-03-08", removed);
    assert_eq!(
        tags(&taken, &rules)[1..],
        ["often 2026-03-05..2026-03-08", "often 2026-03-01..2026-03-11"]
    );
}

#[test]
fn an_order_whose_buyer_is_known_only_by_the_payment_counts() {
    // The view hears of an order when it is paid; by then it says whose it is and what was bought.
    let rules = rule("tea", "sku", "any_of = [\"green\"]\npieces = 1");
    let story = Story::default().order("o-1", "2026-03-01", of("2026-03-01", "green", "TEA", 1));
    assert_eq!(tags(&story, &rules), ["tea 2026-03-01.."]);
}

#[test]
fn who_is_forgotten_has_no_tags_and_gets_none() {
    let rules = rule("often", "frequent", "orders = 1");
    let story = Story::default()
        .order("o-1", "2026-03-01", bought("2026-03-01", "m-1", 100))
        .member("m-1", "2026-03-02", erased("2026-03-02"))
        .order("o-2", "2026-03-03", bought("2026-03-03", "m-1", 100));
    assert!(tags(&story, &rules).is_empty());
}

#[test]
fn test_orders_tag_nobody() {
    let mut order = bought("2026-03-01", "m-1", 100);
    order.test = true;
    let story = Story::default().order("o-1", "2026-03-01", order);
    assert!(tags(&story, &rule("often", "frequent", "orders = 1")).is_empty());
}

/// Orders of days and amounts, and an order in which they arrive.
fn arrivals() -> impl Strategy<Value = (Vec<(u32, i64)>, Vec<usize>)> {
    prop::collection::vec((1_u32..28, 0_i64..500), 1..12).prop_flat_map(|orders| {
        let places: Vec<usize> = (0..orders.len()).collect();
        (Just(orders), Just(places).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_changes_nothing((orders, places) in arrivals()) {
        let mut story = Story::default();
        for (index, (day, fen)) in orders.iter().enumerate() {
            let day = format!("2026-03-{day:02}");
            story = story.order(&format!("o-{index}"), &day, bought(&day, "m-1", *fen));
        }
        let view = CrmTags::new(crate::MemberRules::shipped().unwrap().tags);
        prop_assert_eq!(story.rows(&view), story.rearranged(&places).rows(&view));
    }
}
