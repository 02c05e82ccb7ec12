//! What the funnel promises: paths, days and conversion.

use std::sync::Arc;

use guanxi_kernel::BusinessDate;
use proptest::prelude::*;

use super::*;
use crate::story::{Story, bought, erased, given_back, joined, walked_in};

const RULES: &str = r#"
rules = "funnel"
version = 1
conversion_days = 30
[[tier]]
id = "walk_in"
name = "Walk-in"
[[tier]]
id = "ordinary"
name = "Ordinary"
activated = true
[[tier]]
id = "super"
name = "Super"
activated = true
orders = 2
spent_fen = 1000
within_days = 20
grace_days = 5
"#;

fn funnel() -> Funnel {
    Funnel::new(Arc::new(FunnelRules::parse(RULES).unwrap()))
}

/// The path of `m-1`: days and tiers.
fn path(story: &Story) -> Vec<String> {
    let rows = story.rows(&funnel());
    let shown = |step: &Step| format!("{} {}", step.moment.day, step.tier.as_deref().unwrap_or("-"));
    rows["m-1"].steps.iter().map(shown).collect()
}

fn risen() -> Story {
    Story::default()
        .member("m-1", "2026-03-01", walked_in("s-1"))
        .order("o-1", "2026-03-01", bought("2026-03-01", "m-1", 600))
        .member("m-1", "2026-03-05", joined("s-1"))
        .order("o-2", "2026-03-10", bought("2026-03-10", "m-1", 600))
}

fn day(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

/// The sum of all changes up to a day.
fn sum(story: &Story, on: BusinessDate, of: impl Fn(&Total) -> Option<i64>) -> i64 {
    let totals = story.totals(&funnel());
    let until = totals.iter().filter(|(cell, _)| cell.date <= on);
    until.filter_map(|(_, total)| of(total)).sum()
}

fn members(story: &Story, on: &str, tier: &str) -> i64 {
    sum(story, day(on), |total| total.members.get(tier).copied())
}

fn converting(story: &Story, on: &str, pair: &str) -> i64 {
    sum(story, day(on), |total| total.converting.get(pair).copied())
}

#[test]
fn a_member_rises_event_by_event_and_falls_when_the_window_and_the_grace_are_over() {
    // The order of 1 March leaves the window on the 21st; five days of grace.
    assert_eq!(
        path(&risen()),
        [
            "2026-03-01 walk_in",
            "2026-03-05 ordinary",
            "2026-03-10 super",
            "2026-03-26 ordinary"
        ]
    );
}

#[test]
fn all_steps_of_one_day_are_steps() {
    let story = Story::default()
        .member("m-1", "2026-03-01", walked_in("s-1"))
        .order("o-1", "2026-03-01", bought("2026-03-01", "m-1", 600))
        .member("m-1", "2026-03-01", joined("s-1"))
        .order("o-2", "2026-03-01", bought("2026-03-01", "m-1", 600));
    assert_eq!(
        path(&story),
        [
            "2026-03-01 walk_in",
            "2026-03-01 ordinary",
            "2026-03-01 super",
            "2026-03-26 ordinary"
        ]
    );
    let moved: Vec<_> = story
        .totals(&funnel())
        .into_iter()
        .flat_map(|(cell, total)| {
            total
                .moved
                .into_iter()
                .map(move |(pair, number)| (cell.date.to_string(), pair, number))
        })
        .collect();
    let expected = [
        ("2026-03-01", ">walk_in", 1),
        ("2026-03-01", "ordinary>super", 1),
        ("2026-03-01", "walk_in>ordinary", 1),
        ("2026-03-26", "super>ordinary", 1),
    ];
    assert_eq!(
        moved,
        expected.map(|(day, pair, number)| (day.to_owned(), pair.to_owned(), number))
    );
}

#[test]
fn buying_again_moves_the_fall_to_a_later_day() {
    let story = risen().order("o-3", "2026-03-20", bought("2026-03-20", "m-1", 600));
    assert_eq!(path(&story).last().unwrap(), "2026-04-04 ordinary");
    assert_eq!(members(&story, "2026-03-27", "super"), 1);
    assert_eq!(members(&story, "2026-04-04", "super"), 0);
}

#[test]
fn a_refund_takes_back_what_its_order_had_led_to() {
    let story = risen().order("o-2", "2026-03-12", given_back("2026-03-12", "m-1", 600));
    assert_eq!(path(&story), ["2026-03-01 walk_in", "2026-03-05 ordinary"]);
}

#[test]
fn days_count_at_their_start() {
    let story = risen();
    assert_eq!(members(&story, "2026-03-01", "walk_in"), 0);
    assert_eq!(members(&story, "2026-03-02", "walk_in"), 1);
    assert_eq!(members(&story, "2026-03-05", "walk_in"), 1);
    assert_eq!(members(&story, "2026-03-06", "walk_in"), 0);
    assert_eq!(members(&story, "2026-03-06", "ordinary"), 1);
    assert_eq!(members(&story, "2026-03-26", "ordinary"), 1);
}

#[test]
fn a_conversion_counts_on_each_day_from_which_it_comes_in_time() {
    let story = risen();
    for on in ["2026-03-02", "2026-03-05"] {
        assert_eq!(converting(&story, on, "walk_in>ordinary"), 1, "{on}");
        assert_eq!(converting(&story, on, "walk_in>super"), 1, "{on}");
    }
    assert_eq!(converting(&story, "2026-03-06", "walk_in>ordinary"), 0);
    assert_eq!(converting(&story, "2026-03-06", "ordinary>super"), 1);
    let late = Story::default()
        .member("m-1", "2026-01-01", walked_in("s-1"))
        .member("m-1", "2026-03-05", joined("s-1"));
    assert_eq!(converting(&late, "2026-02-02", "walk_in>ordinary"), 0);
    assert_eq!(converting(&late, "2026-02-03", "walk_in>ordinary"), 1);
}

#[test]
fn falling_is_counted_apart_from_rising() {
    let story = risen();
    assert_eq!(converting(&story, "2026-03-20", "super>ordinary"), 1);
    assert_eq!(converting(&story, "2026-03-20", "walk_in>ordinary"), 0);
}

#[test]
fn the_home_is_where_somebody_joined() {
    let story = Story::default()
        .member("m-1", "2026-03-01", walked_in("s-1"))
        .member("m-1", "2026-03-05", joined("s-2"));
    let totals = story.totals(&funnel());
    let at = |store: &str, on: &str| {
        let until = totals
            .iter()
            .filter(|(cell, _)| &*cell.home.store == store && cell.date <= day(on));
        until.flat_map(|(_, total)| total.members.values()).sum::<i64>()
    };
    assert_eq!((at("s-1", "2026-03-05"), at("s-2", "2026-03-05")), (1, 0));
    assert_eq!((at("s-1", "2026-03-06"), at("s-2", "2026-03-06")), (0, 1));
    // The conversion belongs to the home at the start of the day.
    let converting = totals.iter().filter(|(_, total)| !total.converting.is_empty());
    assert!(converting.into_iter().all(|(cell, _)| &*cell.home.store == "s-1"));
}

#[test]
fn who_is_forgotten_leaves_and_the_past_stays() {
    let story = risen().member("m-1", "2026-03-12", erased("2026-03-12"));
    assert_eq!(path(&story).last().unwrap(), "2026-03-12 -");
    assert_eq!(members(&story, "2026-03-12", "super"), 1);
    assert_eq!(members(&story, "2026-03-13", "super"), 0);
    assert_eq!(members(&story, "2026-03-30", "ordinary"), 0);
}

/// What happens to one of a few members on a day.
#[derive(Debug, Clone, Copy)]
enum Act {
    Walk,
    Join,
    Buy(i64),
}

fn lives() -> impl Strategy<Value = Vec<(u8, u32, Act)>> {
    let act = prop_oneof![Just(Act::Walk), Just(Act::Join), (0_i64..900).prop_map(Act::Buy)];
    prop::collection::vec((0_u8..3, 1_u32..60, act), 1..30)
}

fn tell(lives: &[(u8, u32, Act)]) -> Story {
    let start = day("2026-01-01");
    lives
        .iter()
        .enumerate()
        .fold(Story::default(), |story, (index, (member, number, act))| {
            let on = start.plus_days(i32::try_from(*number).unwrap()).to_string();
            let id = format!("m-{member}");
            match act {
                Act::Walk => story.member(&id, &on, walked_in("s-1")),
                Act::Join => story.member(&id, &on, joined("s-1")),
                Act::Buy(fen) => story.order(&format!("o-{index}"), &on, bought(&on, &id, *fen)),
            }
        })
}

/// The tier at the start of a day, by the path alone.
fn tier_at(steps: &[Step], on: BusinessDate) -> Option<&str> {
    let mut past = steps.iter().rev();
    let past = past.find(|step| step.moment.first_start() <= on);
    past.and_then(|step| step.tier.as_deref())
}

proptest! {
    #[test]
    fn each_day_is_the_count_of_paths_and_conversions_are_the_definitions(lives in lives()) {
        let story = tell(&lives);
        let (rows, totals) = (story.rows(&funnel()), story.totals(&funnel()));
        for number in 0..140 {
            let on = day("2026-01-01").plus_days(number);
            let until = || totals.iter().filter(|(cell, _)| cell.date <= on).map(|(_, total)| total);
            for tier in ["walk_in", "ordinary", "super"] {
                let counted = rows.values().filter(|row| tier_at(&row.steps, on) == Some(tier)).count();
                let summed: i64 = until().filter_map(|total| total.members.get(tier)).sum();
                prop_assert_eq!(summed, i64::try_from(counted).unwrap(), "{} {}", on, tier);
            }
            for (from, to) in [("walk_in", "ordinary"), ("walk_in", "super"), ("ordinary", "super")] {
                let converts = |row: &&FunnelRow| {
                    let enters = row.steps.windows(2).any(|pair| {
                        let rises = pair[1].tier.as_deref() == Some(to) && pair[0].tier.as_deref() != Some("super");
                        rises && pair[0].tier != pair[1].tier && pair[1].moment.first_start() > on
                            && pair[1].moment.day <= on.plus_days(30)
                    });
                    tier_at(&row.steps, on) == Some(from) && enters
                };
                let counted = rows.values().filter(converts).count();
                let pair = format!("{from}>{to}");
                let summed: i64 = until().filter_map(|total| total.converting.get(&pair)).sum();
                prop_assert_eq!(summed, i64::try_from(counted).unwrap(), "{} {}", on, pair);
            }
        }
    }

    #[test]
    fn the_order_of_arrival_changes_nothing(lives in lives(), seed in any::<u64>()) {
        let story = tell(&lives);
        let mut places: Vec<usize> = (0..lives.len()).collect();
        places.sort_by_key(|place| (*place as u64).wrapping_mul(seed | 1));
        let other = story.rearranged(&places);
        prop_assert_eq!(story.totals(&funnel()), other.totals(&funnel()));
    }
}
