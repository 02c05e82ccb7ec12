//! What a comparison says.

use std::sync::Arc;

use super::outcome::Outcome;
use super::run::{said_of_path, said_of_tags};
use crate::crm_tags::{CrmTags, TagRules};
use crate::funnel::Funnel;
use crate::story::{Story, bought, joined};

fn tags(spent_fen: i64, version: u32) -> CrmTags {
    let text = format!(
        "rules = \"tags\"\nversion = {version}\n[[tag]]\nid = \"high\"\nname = \"High\"\n[tag.when.high_value]\n\
         spent_fen = {spent_fen}\nwithin_days = 30"
    );
    CrmTags::new(Arc::new(TagRules::parse(&text).unwrap()))
}

fn story() -> Story {
    let orders = [("m-1", 300), ("m-2", 500), ("m-3", 900), ("m-4", 40)];
    orders
        .iter()
        .enumerate()
        .fold(Story::default(), |story, (index, (member, fen))| {
            story.order(
                &format!("o-{index}"),
                "2026-03-01",
                bought("2026-03-01", member, *fen),
            )
        })
}

fn compared(now: &CrmTags, then: &CrmTags, on: &str) -> Outcome {
    let on = on.parse().unwrap();
    let (live, shadow) = (story().rows(now), story().rows(then));
    let mut outcome = Outcome::new("tags", 2, on);
    for (member, row) in &live {
        outcome.take(
            member.clone(),
            &said_of_tags(row, on),
            &said_of_tags(&shadow[member], on),
        );
    }
    outcome
}

#[test]
fn the_same_rules_change_nothing_whatever_their_version() {
    let outcome = compared(&tags(500, 1), &tags(500, 2), "2026-03-05");
    assert_eq!((outcome.members, outcome.would_change), (4, 0));
    assert_eq!(
        (outcome.by_name["high"].now, outcome.by_name["high"].then),
        (2, 2)
    );
}

#[test]
fn a_threshold_moved_names_those_who_come_and_go() {
    let lower = compared(&tags(500, 1), &tags(300, 2), "2026-03-05");
    assert_eq!((lower.would_change, lower.by_name["high"].gained), (1, 1));
    assert_eq!(
        (lower.changes[0].member_id.as_str(), &lower.changes[0].gained[..]),
        ("m-1", &["high".to_owned()][..])
    );
    let higher = compared(&tags(300, 1), &tags(900, 2), "2026-03-05");
    assert_eq!((higher.by_name["high"].lost, higher.by_name["high"].then), (2, 1));
    // On another day the tag is gone either way; that it was there at all is told.
    let later = compared(&tags(500, 1), &tags(300, 2), "2026-06-01");
    assert_eq!((later.would_change, later.by_name["high"].moved), (1, 1));
}

#[test]
fn a_list_is_cut_and_goes_on() {
    let mut outcome = compared(&tags(10_000, 1), &tags(1, 2), "2026-03-05");
    outcome.cut(Some("m-1"), 2);
    let listed: Vec<_> = outcome.changes.iter().map(|it| it.member_id.as_str()).collect();
    assert_eq!(
        (listed, outcome.next.as_deref()),
        (vec!["m-2", "m-3"], Some("m-3"))
    );
    assert_eq!(outcome.would_change, 4);
}

#[test]
fn a_tier_is_left_for_another() {
    let on = "2026-03-05".parse().unwrap();
    let story = story().member("m-1", "2026-03-02", joined("s-1"));
    let rules = crate::MemberRules::shipped().unwrap().funnel;
    let mut stricter = (*rules).clone();
    stricter.tiers[1].orders = Some(2);
    let (live, shadow) = (
        story.rows(&Funnel::new(rules)),
        story.rows(&Funnel::new(Arc::new(stricter))),
    );
    let mut outcome = Outcome::new("funnel", 2, on);
    outcome.take(
        "m-1".to_owned(),
        &said_of_path(&live["m-1"], on),
        &said_of_path(&shadow["m-1"], on),
    );
    let change = &outcome.changes[0];
    assert_eq!(
        (&change.gained[..], &change.lost[..]),
        (&["walk_in".to_owned()][..], &["ordinary".to_owned()][..])
    );
}
