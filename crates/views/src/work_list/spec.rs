//! What the work list promises: nothing twice, nothing forgotten.

use guanxi_domain::order::{
    CloseRequested, Closed, InstructionNote, InstructionNoted, QueryRequested, RefundAbnormal, RefundFailed,
    RefundReason, RefundRequested, Tender,
};
use guanxi_kernel::Fen;

use super::*;
use crate::story::{Story, captured, noon, refunded};

const DAY: &str = "2026-03-01";
const CLOSE: &str = "close:1900:T1";
const REFUND: &str = "refund:or-1";

fn close(then_cancel: bool) -> CloseRequested {
    CloseRequested {
        provider: "wechat".to_owned(),
        mchid: "1900".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        reason: "timeout".to_owned(),
        then_cancel,
        requested_at: noon(DAY),
        store_id: "s-1".parse().unwrap(),
    }
}

fn closed() -> Closed {
    Closed {
        provider: "wechat".to_owned(),
        mchid: "1900".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        closed_at: noon(DAY),
        cancels: None,
    }
}

fn refund() -> RefundRequested {
    RefundRequested {
        out_refund_no: "or-1".parse().unwrap(),
        provider: "wechat".to_owned(),
        transaction_id: "t-1".parse().unwrap(),
        amount_fen: Fen(300),
        payment_fen: Fen(1_000),
        reason: RefundReason::Surplus,
        tender: Tender::Wechat,
        lines: Vec::new(),
        ask: None,
        member_id: None,
        store_id: "s-1".parse().unwrap(),
    }
}

fn noted(number: &str, note: InstructionNote) -> InstructionNoted {
    InstructionNoted {
        number: number.to_owned(),
        note,
        noted_at: noon(DAY),
    }
}

fn trouble(reason: &str) -> InstructionNote {
    InstructionNote::Trouble {
        reason: reason.to_owned(),
        retry_at: Some(noon("2026-03-02")),
    }
}

fn row(story: &Story, number: &str) -> Instruction {
    story.rows(&WorkList).remove(number).unwrap()
}

#[test]
fn an_instruction_stands_under_one_number_until_its_result_is_known() {
    let story = Story::default().order("o-1", DAY, close(false));
    let open = row(&story, CLOSE);
    assert_eq!(
        (open.status, open.given_at_position),
        (InstructionStatus::Open, 1)
    );
    assert_eq!(open.out_trade_no.as_deref(), Some("T1"));
    let again = story.order("o-1", DAY, close(true));
    assert_eq!(
        row(&again, CLOSE),
        open,
        "asking again gives no second instruction"
    );
    let done = again.order("o-1", DAY, closed());
    let done = row(&done, CLOSE);
    assert_eq!(
        (done.status, done.result.as_deref()),
        (InstructionStatus::Done, Some("closed"))
    );
}

#[test]
fn a_payment_settles_what_was_to_be_closed_or_looked_up() {
    let query = QueryRequested {
        provider: "wechat".to_owned(),
        mchid: "1900".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        reason: "no_answer".to_owned(),
        requested_at: noon(DAY),
        store_id: "s-1".parse().unwrap(),
    };
    let mut paid = captured(DAY, "s-1", "counter", 1_000, 0);
    (paid.mchid, paid.out_trade_no) = (Some("1900".parse().unwrap()), Some("T1".parse().unwrap()));
    let story = Story::default()
        .order("o-1", DAY, close(false))
        .order("o-1", DAY, query)
        .order("o-1", DAY, paid);
    for number in [CLOSE, "query:1900:T1"] {
        assert_eq!(row(&story, number).result.as_deref(), Some("paid"), "{number}");
    }
}

#[test]
fn trouble_is_counted_and_a_result_ends_it() {
    let story = Story::default()
        .order("o-1", DAY, refund())
        .order("o-1", DAY, noted(REFUND, InstructionNote::Acknowledged))
        .order("o-1", DAY, noted(REFUND, trouble("SYSTEM_ERROR")))
        .order("o-1", DAY, noted(REFUND, trouble("NOT_ENOUGH")));
    let hangs = row(&story, REFUND);
    assert_eq!((hangs.status, hangs.troubles), (InstructionStatus::Trouble, 2));
    assert_eq!(hangs.trouble.as_deref(), Some("NOT_ENOUGH"));
    assert!(hangs.retry_at.is_some() && hangs.acknowledged_at.is_some());
    let done = story
        .order("o-1", DAY, refunded(DAY, Some(DAY), "s-1", 300))
        .order("o-1", DAY, noted(REFUND, trouble("LATE")));
    let done = row(&done, REFUND);
    assert_eq!((done.status, done.troubles), (InstructionStatus::Done, 2));
}

#[test]
fn a_refund_that_the_provider_closes_has_failed_and_one_that_hangs_waits_for_somebody() {
    let hangs = RefundAbnormal {
        provider: "wechat".to_owned(),
        refund_id: "r-1".parse().unwrap(),
        out_refund_no: "or-1".parse().unwrap(),
        transaction_id: "t-1".parse().unwrap(),
        amount_fen: Fen(300),
    };
    let story = Story::default()
        .order("o-1", DAY, refund())
        .order("o-1", DAY, hangs.clone());
    assert_eq!(row(&story, REFUND).status, InstructionStatus::Trouble);
    let failed = RefundFailed {
        provider: hangs.provider,
        refund_id: hangs.refund_id,
        out_refund_no: hangs.out_refund_no,
        transaction_id: hangs.transaction_id,
        amount_fen: hangs.amount_fen,
    };
    let story = story.order("o-1", DAY, failed);
    assert_eq!(row(&story, REFUND).status, InstructionStatus::Failed);
}

#[test]
fn what_nobody_asked_for_is_no_instruction() {
    let story =
        Story::default()
            .order("o-1", DAY, closed())
            .order("o-1", DAY, refunded(DAY, Some(DAY), "s-1", 300));
    assert!(story.rows(&WorkList).is_empty());
}
