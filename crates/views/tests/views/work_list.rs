//! The work list over a real log: instructions given, taken, carried out or failed, by SQL and by query.

use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::order::{
    AttemptRef, Cart, CartLine, ConfirmClosed, InstructionNote, NoteInstruction, OrderCommand, OrderKind,
    Pieces, Place, Pricing, RecordPayment, RecordRefund, RefundScope, RefundStatus, RegisterPayment,
    RequestClose, RequestQuery, RequestRefund, Tender, ThresholdPolicy,
};
use guanxi_event_store::view::RebuildOptions;
use guanxi_event_store::{EventStore, Loop};
use guanxi_kernel::{Fen, TimeZoneId};
use guanxi_views::work_list::{self, InstructionFilter, WorkList};
use sqlx::PgPool;

use crate::log::{self, noon};

const PATIENCE: Duration = Duration::from_secs(20);
const DAY: &str = "2026-03-01";
const CLOSE: &str = "close:1900:T1";
const QUERY: &str = "query:1900:T1";
const FIRST: &str = "refund:RF1-t1";
const SECOND: &str = "refund:RF2-t1";

/// A log and the work list that follows it.
struct Shop {
    store: EventStore,
    follow: Loop<GuanxiEvent>,
    commands: u32,
}

impl Shop {
    async fn open(pool: &PgPool) -> Self {
        let store = log::open(pool).await;
        let follow = Loop::builder(store.clone()).view(WorkList).build();
        follow.prepare().await.unwrap();
        let running = follow.clone();
        tokio::spawn(async move { running.run(std::future::pending()).await });
        Self {
            store,
            follow,
            commands: 0,
        }
    }

    async fn order(&mut self, id: &str, command: OrderCommand) {
        self.commands += 1;
        let name = format!("c-{}", self.commands);
        log::command(&self.store, &name, id, DAY, &command).await;
    }

    /// The log's pool, when the list knows all that was ordered.
    async fn settled(&self) -> &PgPool {
        self.follow.settle(PATIENCE).await.unwrap();
        self.store.pool()
    }

    /// An order of nine yuan, with an attempt to pay it.
    async fn place(&mut self, id: &str) {
        self.order(id, place()).await;
        let attempt = RegisterPayment {
            provider: "wechat".to_owned(),
            mchid: "1900".parse().unwrap(),
            appid: None,
            out_trade_no: "T1".parse().unwrap(),
            amount_fen: Fen(900),
            expires_at: None,
        };
        self.order(id, OrderCommand::RegisterPayment(attempt)).await;
    }

    /// The list as an analyst reads it, in the order in which it was given: number, status, result.
    async fn list(&self) -> Vec<(String, String, Option<String>)> {
        let sql = "select number, status, result from reporting.work_list order by given_at_position";
        sqlx::query_as(sql).fetch_all(self.settled().await).await.unwrap()
    }

    /// The numbers of those that are so far.
    async fn so_far(&self, status: &str) -> Vec<String> {
        let filter = InstructionFilter {
            stores: vec!["s-1".to_owned()],
            status: Some(status.to_owned()),
            ..InstructionFilter::default()
        };
        let page = work_list::query(self.settled().await, &filter, 0, 10)
            .await
            .unwrap();
        page.items.into_iter().map(|line| line.number).collect()
    }
}

fn place() -> OrderCommand {
    let line = CartLine {
        sku: "tea".parse().unwrap(),
        category: None,
        quantity: 3,
        unit_price_fen: Fen(300),
        line_promotion_fen: Fen::ZERO,
    };
    OrderCommand::Place(Box::new(Place {
        kind: OrderKind::Counter,
        channel: "counter".parse().unwrap(),
        store_id: "s-1".parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
        placed_at: noon(DAY),
        member_id: None,
        guide: None,
        expires_at: None,
        pricing: Pricing::Calculated(Cart {
            lines: vec![line],
            freight_fen: Fen::ZERO,
            order_promotions_fen: Vec::new(),
            coupons: Vec::new(),
        }),
        test: false,
    }))
}

fn pay() -> OrderCommand {
    OrderCommand::RecordPayment(RecordPayment {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: "t1".parse().unwrap(),
        mchid: Some("1900".parse().unwrap()),
        out_trade_no: Some("T1".parse().unwrap()),
        amount_fen: Fen(900),
        payer_total_fen: None,
        succeeded_at: noon(DAY),
        member_id: None,
    })
}

fn ask(refund_no: &str, scope: RefundScope) -> OrderCommand {
    OrderCommand::RequestRefund(RequestRefund {
        refund_no: refund_no.parse().unwrap(),
        scope,
        reason: "customer".to_owned(),
        threshold: ThresholdPolicy::default(),
        requested_at: noon(DAY),
    })
}

fn refunded(out_refund_no: &str, status: RefundStatus) -> OrderCommand {
    OrderCommand::RecordRefund(RecordRefund {
        provider: "wechat".to_owned(),
        refund_id: format!("of-{out_refund_no}").parse().unwrap(),
        out_refund_no: out_refund_no.parse().unwrap(),
        transaction_id: "t1".parse().unwrap(),
        mchid: Some("1900".parse().unwrap()),
        out_trade_no: None,
        amount_fen: Fen(300),
        payer_refund_fen: None,
        status,
        succeeded_at: (status == RefundStatus::Succeeded).then(|| noon(DAY)),
    })
}

fn note(number: &str, note: InstructionNote) -> OrderCommand {
    OrderCommand::NoteInstruction(NoteInstruction {
        number: number.to_owned(),
        note,
        noted_at: noon(DAY),
    })
}

fn attempt() -> AttemptRef {
    AttemptRef {
        mchid: "1900".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
    }
}

fn close() -> OrderCommand {
    OrderCommand::RequestClose(RequestClose {
        attempt: Some(attempt()),
        reason: "timeout".to_owned(),
        then_cancel: false,
        requested_at: noon(DAY),
    })
}

fn query(reason: &str) -> OrderCommand {
    OrderCommand::RequestQuery(RequestQuery {
        attempt: attempt(),
        reason: reason.to_owned(),
        requested_at: noon(DAY),
    })
}

fn line(number: &str, status: &str, result: Option<&str>) -> (String, String, Option<String>) {
    (number.to_owned(), status.to_owned(), result.map(str::to_owned))
}

/// The list in pages of one, and by what each filter leaves.
async fn read_in_pages_and_by_kind(shop: &Shop) {
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = work_list::query(shop.settled().await, &InstructionFilter::default(), after, 1)
            .await
            .unwrap();
        seen.extend(page.items.into_iter().map(|line| line.number));
        let Some(next) = page.next else { break };
        after = next.parse().unwrap();
    }
    assert_eq!(seen, [CLOSE, QUERY]);
    let only = |filter: InstructionFilter| {
        let pool = shop.store.pool().clone();
        async move {
            let page = work_list::query(&pool, &filter, 0, 10).await.unwrap();
            page.items.into_iter().map(|line| line.number).collect::<Vec<_>>()
        }
    };
    let kind = InstructionFilter {
        kind: Some("query".to_owned()),
        ..InstructionFilter::default()
    };
    assert_eq!(only(kind).await, [QUERY]);
    let elsewhere = InstructionFilter {
        stores: vec!["s-2".to_owned()],
        ..InstructionFilter::default()
    };
    assert!(only(elsewhere).await.is_empty());
    let provider = InstructionFilter {
        provider: Some("alipay".to_owned()),
        ..InstructionFilter::default()
    };
    assert!(only(provider).await.is_empty());
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_refund_is_open_then_taken_then_done_or_failed_and_asked_for_again(pool: PgPool) {
    let mut shop = Shop::open(&pool).await;
    shop.place("o-1").await;
    shop.order("o-1", pay()).await;
    assert_eq!(shop.list().await, [], "what was paid needs no instruction");

    let piece = Pieces {
        line_no: 1,
        quantity: 1,
    };
    shop.order("o-1", ask("R1", RefundScope::Lines { lines: vec![piece] }))
        .await;
    assert_eq!(shop.list().await, [line(FIRST, "open", None)]);
    assert_eq!(shop.so_far("open").await, [FIRST]);

    shop.order("o-1", note(FIRST, InstructionNote::Acknowledged))
        .await;
    assert_eq!(shop.list().await, [line(FIRST, "acknowledged", None)]);
    assert!(shop.so_far("open").await.is_empty());

    shop.order("o-1", refunded("RF1-t1", RefundStatus::Closed)).await;
    assert_eq!(shop.list().await, [line(FIRST, "failed", None)]);
    assert_eq!(shop.so_far("failed").await, [FIRST]);

    let out_refund_no = "RF1-t1".parse().unwrap();
    shop.order("o-1", ask("R2", RefundScope::Again { out_refund_no }))
        .await;
    let both = [line(FIRST, "failed", None), line(SECOND, "open", None)];
    assert_eq!(shop.list().await, both, "the one that failed stays to be read");
    let given = work_list::get(shop.settled().await, SECOND)
        .await
        .unwrap()
        .unwrap();
    let it = given.instruction;
    assert_eq!((it.amount_fen, it.payment_fen), (Some(Fen(300)), Some(Fen(900))));
    assert_eq!(it.transaction_id.as_deref(), Some("t1"));
    assert_eq!((it.order_id.as_str(), it.reason.as_str()), ("o-1", "customer"));

    shop.order("o-1", note(SECOND, InstructionNote::Acknowledged))
        .await;
    shop.order("o-1", refunded("RF2-t1", RefundStatus::Succeeded))
        .await;
    shop.order("o-1", note(SECOND, InstructionNote::Acknowledged))
        .await;
    let done = [
        line(FIRST, "failed", None),
        line(SECOND, "done", Some("refunded")),
    ];
    assert_eq!(shop.list().await, done);
    let rebuilt = shop
        .follow
        .rebuild("work_list", RebuildOptions::default(), &|_| {})
        .await;
    assert!(rebuilt.unwrap().equal);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn trouble_stands_in_the_list_until_the_result_is_known(pool: PgPool) {
    let mut shop = Shop::open(&pool).await;
    shop.place("o-1").await;
    shop.order("o-1", close()).await;
    shop.order("o-1", query("no_answer")).await;
    shop.order("o-1", query("by_hand")).await;
    assert_eq!(
        shop.list().await,
        [line(CLOSE, "open", None), line(QUERY, "open", None)],
        "asking again gives no second one"
    );
    read_in_pages_and_by_kind(&shop).await;

    for reason in ["SYSTEM_ERROR", "FREQUENCY_LIMITED"] {
        let trouble = InstructionNote::Trouble {
            reason: reason.to_owned(),
            retry_at: Some(noon(DAY)),
        };
        shop.order("o-1", note(CLOSE, trouble)).await;
    }
    let hangs: (i32, String, bool) = sqlx::query_as(
        "select troubles, trouble, retry_at = $1::timestamptz from reporting.work_list where number = $2",
    )
    .bind(noon(DAY).to_string())
    .bind(CLOSE)
    .fetch_one(shop.settled().await)
    .await
    .unwrap();
    assert_eq!(hangs, (2, "FREQUENCY_LIMITED".to_owned(), true));
    assert_eq!(shop.so_far("trouble").await, [CLOSE]);
    assert_eq!(shop.so_far("open").await, [QUERY]);

    let closed = ConfirmClosed {
        mchid: "1900".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        closed_at: noon(DAY),
    };
    shop.order("o-1", OrderCommand::ConfirmClosed(closed)).await;
    let settled = [
        line(CLOSE, "done", Some("closed")),
        line(QUERY, "done", Some("closed")),
    ];
    assert_eq!(shop.list().await, settled);
    assert!(shop.so_far("trouble").await.is_empty());
}
