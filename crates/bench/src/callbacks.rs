//! `callbacks`: signed payment notices over HTTP until the orders have them, beside the plain receiver.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use guanxi_callbacks::wechat_pay::receiver::Intake;
use guanxi_callbacks::wechat_pay::{self, InboxIntake, Merchants, Receiver};
use guanxi_event_store::inbox::Inbox;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::database::Scratch;
use crate::drive::Failure;
use crate::measure::{Error, Plan};
use crate::notices::{Provider, post_all};
use crate::plain_receiver::PlainIntake;
use crate::report::Row;
use crate::shop::{Shop, failed};

const AT_ONCE: usize = 256;

/// Notices per second of both. Ours ends when the last payment is in the log, not when it is answered.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let each: u64 = if plan.quick { 1_500 } else { 5_000 };
    let for_ours = Scratch::create(server, "guanxi_bench_ours", 32).await?;
    let for_plain = Scratch::plain(server, "guanxi_bench_plain", 32).await?;
    let provider = Provider::new()?;
    let merchants = provider.merchants()?;
    let shop = Shop::open(for_ours.pool.clone()).await?;
    shop.enrol().await?;
    let shop = Arc::new(shop);
    let rounds = plan.rounds as u64 + 1;
    place(&shop, each * rounds).await?;

    let inbox = Inbox::open(shop.store.clone());
    let ours = listen(&merchants, Arc::new(InboxIntake::new(inbox.clone()))).await?;
    let worker = wechat_pay::Worker::new(shop.store.clone(), inbox.clone(), Arc::clone(&merchants));
    let working = tokio::spawn(async move { worker.run(std::future::pending()).await });
    let plain = listen(
        &merchants,
        Arc::new(PlainIntake::new(for_plain.pool.clone()).await?),
    )
    .await?;

    let (mut of_ours, mut of_plain, mut answered) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..rounds {
        let orders = number * each..(number + 1) * each;
        let notices = provider.payments(orders).await?;
        let begun = Instant::now();
        post_all(&ours.url, notices.clone(), AT_ONCE).await?;
        let answers = each as f64 / begun.elapsed().as_secs_f64();
        drained(shop.store.pool()).await?;
        let ours = each as f64 / begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        post_all(&plain.url, notices, AT_ONCE).await?;
        let plain = each as f64 / begun.elapsed().as_secs_f64();
        // The first round warms connections and plans, and is not counted.
        if number > 0 {
            of_ours.push(ours);
            answered.push(answers);
            of_plain.push(plain);
        }
    }
    let counts = inbox.counts().await.map_err(failed)?;
    if counts.failed > 0 {
        return Err(Failure(format!("{} notices were not translated", counts.failed)).into());
    }
    working.abort();
    drop((ours, plain, inbox, shop));
    for_ours.drop().await?;
    for_plain.drop().await?;
    let note = format!("{each} notices a round, {AT_ONCE} at once");
    Ok(vec![
        Row::of("callbacks", "notices/s", &of_ours, &of_plain).noting(format!(
            "{note}; ours until every payment is recorded with its order"
        )),
        Row::of("callbacks_answered", "notices/s", &answered, &of_plain).noting(format!(
            "{note}; ours until the answer: verified, opened, durable"
        )),
    ])
}

/// Places the orders that the notices will pay.
pub async fn place(shop: &Arc<Shop>, orders: u64) -> Result<(), Failure> {
    let mut placing = JoinSet::new();
    for till in 0..AT_ONCE as u64 {
        let shop = Arc::clone(shop);
        placing.spawn(async move {
            for order in (till..orders).step_by(AT_ONCE) {
                shop.place(order).await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = placing.join_next().await {
        ended.map_err(failed)??;
    }
    Ok(())
}

/// Waits until nothing waits, by a look that costs what is looked at next to nothing.
async fn drained(pool: &PgPool) -> Result<(), Failure> {
    let waits = "select exists (select from log.inbox where source = 'wechat_pay' and state = 'waiting')";
    while sqlx::query_scalar(waits).fetch_one(pool).await.map_err(failed)? {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// A receiver on a port of its own.
struct Listening {
    url: String,
    serving: AbortHandle,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn listen(merchants: &Arc<Merchants>, intake: Arc<dyn Intake>) -> Result<Listening, Failure> {
    let router = wechat_pay::router(Arc::new(Receiver::new(Arc::clone(merchants), intake)));
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Listening {
        url: format!("http://{address}/"),
        serving: serving.abort_handle(),
    })
}
