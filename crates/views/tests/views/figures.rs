//! Figures by SQL and by query.

use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::order::{
    Cart, CartLine, OrderCommand, OrderKind, Place, Pricing, RecordPayment, RecordRefund, RefundStatus,
    Tender,
};
use guanxi_event_store::view::RebuildOptions;
use guanxi_event_store::{EventStore, Loop};
use guanxi_kernel::{Fen, TimeZoneId};
use guanxi_views::{MemberRules, order_timeline, payment_reconciliation, store_dashboard};
use sqlx::PgPool;

use crate::log::{self, noon, open};

const PATIENCE: Duration = Duration::from_secs(20);

async fn order(store: &EventStore, id: &str, day: &str, command: OrderCommand) {
    let name = format!("{id}/{day}/{:?}", std::mem::discriminant(&command));
    log::command(store, &name, id, day, &command).await;
}

fn place(day: &str, store: &str, member: &str) -> OrderCommand {
    let line = CartLine {
        sku: "tea".parse().unwrap(),
        category: None,
        quantity: 2,
        unit_price_fen: Fen(5_000),
        line_promotion_fen: Fen(1_000),
    };
    OrderCommand::Place(Box::new(Place {
        kind: OrderKind::Counter,
        channel: "counter".parse().unwrap(),
        store_id: store.parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
        placed_at: noon(day),
        member_id: Some(member.parse().unwrap()),
        guide: None,
        expires_at: None,
        pricing: Pricing::Calculated(Cart {
            lines: vec![line],
            freight_fen: Fen(800),
            order_promotions_fen: Vec::new(),
            coupons: Vec::new(),
        }),
        test: false,
    }))
}

fn pay(id: &str, day: &str) -> OrderCommand {
    OrderCommand::RecordPayment(RecordPayment {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: format!("t-{id}").parse().unwrap(),
        mchid: None,
        out_trade_no: None,
        amount_fen: Fen(9_800),
        payer_total_fen: None,
        succeeded_at: noon(day),
        member_id: None,
    })
}

fn refund(id: &str, day: &str, amount: i64) -> OrderCommand {
    OrderCommand::RecordRefund(RecordRefund {
        provider: "wechat".to_owned(),
        refund_id: format!("r-{id}").parse().unwrap(),
        out_refund_no: format!("or-{id}").parse().unwrap(),
        transaction_id: format!("t-{id}").parse().unwrap(),
        mchid: None,
        out_trade_no: None,
        amount_fen: Fen(amount),
        payer_refund_fen: None,
        status: RefundStatus::Succeeded,
        succeeded_at: Some(noon(day)),
    })
}

/// Three paid orders of two members at two stores on the first of March, a refund on the second.
async fn told(store: &EventStore) -> Loop<GuanxiEvent> {
    for (id, shop, member) in [
        ("o-1", "s-1", "m-1"),
        ("o-2", "s-1", "m-2"),
        ("o-3", "s-2", "m-1"),
    ] {
        order(store, id, "2026-03-01", place("2026-03-01", shop, member)).await;
        order(store, id, "2026-03-01", pay(id, "2026-03-01")).await;
    }
    order(store, "o-1", "2026-03-02", refund("o-1", "2026-03-02", 4_000)).await;
    let follow =
        guanxi_views::register(Loop::builder(store.clone()), &MemberRules::shipped().unwrap()).build();
    follow.prepare().await.unwrap();
    let running = follow.clone();
    tokio::spawn(async move { running.run(std::future::pending()).await });
    follow.settle(PATIENCE).await.unwrap();
    follow
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn figures_by_sql_and_by_query_are_those_of_the_log(pool: PgPool) {
    let store = open(&pool).await;
    let _follow = told(&store).await;

    let sql = "select store_id, business_date::text, channel, orders, buyers, units, shelf_fen, paid_fen, refunded_fen, \
               net_fen, refunded_of_day_fen, average_order_fen \
               from reporting.store_dashboard order by 2, 1";
    #[expect(clippy::type_complexity, reason = "a row of a dashboard, once")]
    let rows: Vec<(
        String,
        String,
        String,
        i64,
        i64,
        i64,
        i64,
        i64,
        i64,
        i64,
        i64,
        Option<i64>,
    )> = sqlx::query_as(sql).fetch_all(&pool).await.unwrap();
    let row = |store: &str, day: &str| {
        rows.iter()
            .find(|row| row.0 == store && row.1 == day)
            .cloned()
            .unwrap()
    };
    let (_, _, channel, orders, buyers, units, shelf, paid, refunded, net, of_day, average) =
        row("s-1", "2026-03-01");
    assert_eq!((channel.as_str(), orders, buyers, units), ("counter", 2, 2, 4));
    assert_eq!((shelf, paid, refunded, net), (21_600, 19_600, 0, 19_600));
    assert_eq!((of_day, average), (4_000, Some(9_800)));
    let next = row("s-1", "2026-03-02");
    assert_eq!((next.3, next.8, next.9, next.11), (0, 4_000, -4_000, None));

    let chain: (i64, i64) =
        sqlx::query_as("select orders, buyers from reporting.chain_day where business_date = '2026-03-01'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(chain, (3, 2));

    let uncommented: i64 = sqlx::query_scalar(
        "select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid \
         join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname = 'reporting' and a.attnum > 0 and col_description(c.oid, a.attnum) is null",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(uncommented, 0);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn lists_are_filtered_and_paged(pool: PgPool) {
    let store = open(&pool).await;
    let _follow = told(&store).await;
    let all = store_dashboard::DashboardFilter {
        grain: store_dashboard::Grain::Channel,
        stores: Vec::new(),
        from: None,
        until: None,
        channel: None,
    };
    let mut after = None;
    let mut seen = Vec::new();
    loop {
        let page = store_dashboard::query(store.pool(), &all, after.as_deref(), 1)
            .await
            .unwrap();
        seen.extend(
            page.items
                .into_iter()
                .map(|row| (row.store_id, row.business_date.to_string())),
        );
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected = [
        ("s-1", "2026-03-01"),
        ("s-1", "2026-03-02"),
        ("s-2", "2026-03-01"),
    ];
    assert_eq!(
        seen,
        expected.map(|(store, day)| (Some(store.to_owned()), day.to_owned()))
    );

    let one = store_dashboard::DashboardFilter {
        grain: store_dashboard::Grain::Store,
        stores: vec!["s-2".to_owned()],
        from: "2026-03-01".parse().ok(),
        until: "2026-03-01".parse().ok(),
        channel: None,
    };
    let page = store_dashboard::query(store.pool(), &one, None, 10)
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.items[0].total.buyers), (1, 1));

    let timeline = order_timeline::get(store.pool(), "o-1").await.unwrap().unwrap();
    assert_eq!(
        timeline.row.status,
        guanxi_domain::order::OrderStatus::PartlyRefunded
    );
    assert_eq!(timeline.row.steps.len(), 4);
    let mine = order_timeline::TimelineFilter {
        member_id: Some("m-1".to_owned()),
        ..Default::default()
    };
    let page = order_timeline::query(store.pool(), &mine, None, 10)
        .await
        .unwrap();
    assert_eq!(
        page.items
            .iter()
            .map(|it| it.order_id.as_str())
            .collect::<Vec<_>>(),
        ["o-1", "o-3"]
    );

    let of_order = payment_reconciliation::MoneyFilter {
        order_id: Some("o-1".to_owned()),
        ..Default::default()
    };
    let page = payment_reconciliation::query(store.pool(), &of_order, None, 10)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 2);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn each_view_rebuilt_equals_the_live_one(pool: PgPool) {
    let store = open(&pool).await;
    let follow = told(&store).await;
    for (view, _) in follow.views() {
        let report = follow.rebuild(view, RebuildOptions::default(), &|_| {}).await;
        assert!(report.unwrap().equal, "{view}");
    }
}
