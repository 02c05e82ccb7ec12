//! Cards, tags, and who may not spend.

use super::points::{balance, earn, spend, then, two_lots};
use super::*;

fn card() -> Identity {
    identity(IdentityKind::Card, "s-1", "card")
}

fn bind(card: Identity) -> MemberCommand {
    MemberCommand::BindCard(BindCard { card })
}

fn unbind() -> MemberCommand {
    MemberCommand::UnbindCard(UnbindCard {
        issuer: None,
        value: sealed("s-1", "card"),
    })
}

fn rule(rule_id: &str, rule_version: u32) -> TagSource {
    TagSource::Rule {
        rule_id: rule_id.to_owned(),
        rule_version,
        evidence: vec![7, 9],
    }
}

fn assign(tag: &str, by: TagSource) -> MemberCommand {
    MemberCommand::AssignTag(AssignTag {
        tag: tag.to_owned(),
        by,
    })
}

fn remove(tag: &str, by: TagSource) -> MemberCommand {
    MemberCommand::RemoveTag(RemoveTag {
        tag: tag.to_owned(),
        by,
    })
}

fn suspend(reason: &str) -> MemberCommand {
    MemberCommand::Suspend(Suspend {
        reason: reason.to_owned(),
    })
}

fn reinstate(reason: &str) -> MemberCommand {
    MemberCommand::Reinstate(Reinstate {
        reason: reason.to_owned(),
    })
}

#[test]
fn a_card_is_bound_once_claimed_and_given_back() {
    let bound = MemberEvent::from(CardBound { card: card() });
    assert_eq!(Member::claims(&bound), [ClaimChange::Take(card().claim())]);
    let known = walk_in().when(&bind(card())).then([bound]);
    let known = known.when(&bind(card())).nothing();
    let unbound = MemberEvent::from(CardUnbound { card: card() });
    assert_eq!(Member::claims(&unbound), [ClaimChange::Release(card().claim())]);
    known
        .when(&unbind())
        .then([unbound])
        .when(&unbind())
        .refused("member.identity_not_linked");
}

#[test]
fn only_a_card_is_bound_as_a_card() {
    walk_in().when(&bind(phone())).refused("member.not_a_card");
}

#[test]
fn a_tag_of_a_rule_carries_rule_version_and_evidence() {
    let assigned = TagAssigned {
        tag: "vip".to_owned(),
        by: rule("high-value", 2),
    };
    walk_in()
        .when(&assign("vip", rule("high-value", 2)))
        .then([assigned.into()])
        .when(&assign("vip", rule("high-value", 2)))
        .nothing();
}

#[test]
fn a_tag_set_by_hand_is_never_removed_by_a_rule() {
    let by_hand = || after(&[assign("vip", TagSource::Hand)]);
    by_hand()
        .when(&remove("vip", rule("high-value", 2)))
        .refused("member.tag_set_by_hand");
    // Nor does a rule make it its own.
    by_hand().when(&assign("vip", rule("high-value", 2))).nothing();
    let gone = after(&[assign("vip", TagSource::Hand), remove("vip", TagSource::Hand)]);
    gone.when(&remove("vip", TagSource::Hand)).nothing();
}

#[test]
fn a_hand_takes_a_rules_tag_over_or_away_and_a_rule_only_its_own() {
    let by_rule = || after(&[assign("vip", rule("high-value", 2))]);
    by_rule().when(&assign("vip", TagSource::Hand)).accepted();
    by_rule().when(&remove("vip", TagSource::Hand)).accepted();
    by_rule().when(&remove("vip", rule("high-value", 3))).accepted();
    by_rule()
        .when(&remove("vip", rule("another", 1)))
        .refused("member.tag_of_another_rule");
}

#[test]
fn a_tag_is_a_short_word() {
    for tag in ["", " vip", &"x".repeat(65)] {
        walk_in()
            .when(&assign(tag, TagSource::Hand))
            .refused("member.tag_invalid");
    }
}

#[test]
fn a_suspended_member_earns_but_does_not_spend_until_reinstated() {
    let suspended = || then(two_lots(), &[suspend("points traded")]);
    suspended()
        .when(&spend("x-1", 10, "2026-03-16"))
        .refused("member.suspended");
    let earned = then(suspended(), &[earn("o-3", 1_000, "2026-03-16")]);
    assert_eq!(balance(&earned), (150, 10, 0));
    suspended().when(&suspend("again")).nothing();
    let back = then(
        suspended(),
        &[reinstate("settled"), spend("x-1", 10, "2026-03-16")],
    );
    assert_eq!(balance(&back), (140, 0, 0));
    back.when(&reinstate("settled")).nothing();
}

#[test]
fn suspending_and_reinstating_say_why() {
    two_lots().when(&suspend(" ")).refused("member.reason_missing");
    two_lots().when(&reinstate("")).refused("member.reason_missing");
}
