//! What a statement promises.

use guanxi_domain::guide::{
    CommissionAccrued, CommissionBecamePayable, CommissionReversed, CommissionSettled, GuideEvent,
};
use guanxi_kernel::{BasisPoints, Fen};

use super::*;
use crate::story::{Story, noon};

fn accrued(member: &str, day: &str) -> GuideEvent {
    CommissionAccrued {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some(member.parse().unwrap()),
        order_id: "o-1".parse().unwrap(),
        rate: BasisPoints(500),
        base_fen: Fen(8_800),
        commission_fen: Fen(440),
        total_fen: Fen(440),
        accrued_at: noon(day),
        business_date: day.parse().unwrap(),
        store_id: None,
        payable_at: noon("2026-04-02"),
    }
    .into()
}

fn payable(day: &str) -> GuideEvent {
    CommissionBecamePayable {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        order_id: "o-1".parse().unwrap(),
        commission_fen: Fen(440),
        payable_at: noon(day),
        business_date: day.parse().unwrap(),
    }
    .into()
}

fn reversed(day: &str) -> GuideEvent {
    CommissionReversed {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        order_id: "o-1".parse().unwrap(),
        rate: BasisPoints(500),
        base_fen: Fen(4_400),
        commission_fen: Fen(220),
        carried_fen: Fen(220),
        total_fen: Fen(220),
        reversed_at: noon(day),
        business_date: day.parse().unwrap(),
    }
    .into()
}

fn settled(day: &str, fen: i64) -> GuideEvent {
    CommissionSettled {
        guide_id: "g-1".parse().unwrap(),
        member_id: Some("m-1".parse().unwrap()),
        settlement_no: "p-1".parse().unwrap(),
        amount_fen: Fen(fen),
        settled_at: noon(day),
        business_date: day.parse().unwrap(),
    }
    .into()
}

fn month(story: &Story, month: &str) -> Statement {
    let key = ("g-1".to_owned(), month.to_owned());
    story.rows(&CommissionStatement).remove(&key).unwrap_or_default()
}

#[test]
fn each_figure_lies_in_the_month_of_its_own_day() {
    let add = |story: Story, day: &str, event| story.add("guide_relationship", "g-1/m-1", day, event);
    let mut story = Story::default();
    for (day, event) in [
        ("2026-03-25", accrued("m-1", "2026-03-25")),
        ("2026-04-02", payable("2026-04-02")),
        ("2026-04-05", settled("2026-04-05", 440)),
        ("2026-05-02", reversed("2026-05-02")),
        ("2026-05-05", settled("2026-05-05", -220)),
    ] {
        story = add(story, day, event);
    }
    let march = month(&story, "2026-03");
    assert_eq!(
        (march.orders, march.accrued_fen, march.payable_fen),
        (1, Fen(440), Fen(0))
    );
    let april = month(&story, "2026-04");
    assert_eq!((april.payable_fen, april.settled_fen), (Fen(440), Fen(440)));
    let may = month(&story, "2026-05");
    assert_eq!(
        (may.reversed_fen, may.carried_fen, may.settled_fen),
        (Fen(220), Fen(220), Fen(-220))
    );
}

#[test]
fn all_members_of_a_guide_are_in_her_statement() {
    let story = Story::default()
        .add(
            "guide_relationship",
            "g-1/m-1",
            "2026-03-01",
            accrued("m-1", "2026-03-01"),
        )
        .add(
            "guide_relationship",
            "g-1/m-2",
            "2026-03-01",
            accrued("m-2", "2026-03-01"),
        );
    assert_eq!(month(&story, "2026-03").accrued_fen, Fen(880));
}
