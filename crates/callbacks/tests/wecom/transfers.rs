//! Customers who go from guide to guide, as WeCom tells of it.

use std::sync::Arc;
use std::time::Duration;

use guanxi_callbacks::wecom::WrittenNotice;
use guanxi_domain::GuanxiEvent;
use guanxi_domain::guide::{Binding, GuideCommand, GuideRelationship, HandoverCause, RequestHandover};
use guanxi_domain::policy::GuideHandover;
use guanxi_event_store::inbox::InboxState;
use guanxi_event_store::{Dispatcher, EventStore, Loop};
use sqlx::PgPool;

use super::house::{ask, at, count, pair, serves, streams};
use super::post_office::{Provider, Server};

const DAY: i64 = 24 * 3_600;

/// A customer of guide g-17, who is to go to guide_wang.
struct House {
    provider: Provider,
    server: Server,
    from: String,
    to: String,
}

impl House {
    async fn open(pool: &PgPool) -> Self {
        let (provider, server) = (Provider::new(), Server::open(pool).await);
        let add = provider.change("add_external_contact", "guide_li", "wm1", 0, "");
        server.take(&[add]).await;
        let from = streams(&server.store, "guide_relationship.bound.v1")
            .await
            .remove(0);
        let to = from.replace("g-17", "guide_wang");
        Self {
            provider,
            server,
            from,
            to,
        }
    }

    /// Asked for at 10 o'clock, as the provider was.
    async fn ask_for_the_handover(&self) {
        let request = GuideCommand::RequestHandover(RequestHandover {
            to_guide_id: "guide_wang".parse().unwrap(),
            to_store_id: None,
            handover_id: "call-1".parse().unwrap(),
            cause: HandoverCause::OnTheJob,
            requested_at: at("2026-03-01T10:00:00+08:00"),
        });
        ask::<GuideRelationship>(&self.server.store, &self.from, "request", request).await;
    }

    fn change(&self, change: &str, guide: &str, second: i64, rest: &str) -> WrittenNotice {
        self.provider.change(change, guide, "wm1", second, rest)
    }
}

/// Runs the policy of handovers until it has nothing left to do.
async fn settle(store: &EventStore) {
    let followers = Loop::<GuanxiEvent>::builder(store.clone())
        .policy(GuideHandover, Arc::new(Dispatcher::new(store.clone())))
        .build();
    followers.prepare().await.unwrap();
    let running = followers.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(async move { running.run(async { drop(stopped.await) }).await });
    followers.settle(Duration::from_secs(30)).await.unwrap();
    drop(stop);
    task.await.unwrap();
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_add_of_the_new_guide_and_the_deletion_of_the_old_complete_it(pool: PgPool) {
    let by_transfer = "<Source>DELETE_BY_TRANSFER</Source>";
    let house = House::open(&pool).await;
    house.ask_for_the_handover().await;
    let (add, gone) = (
        house.change("add_external_contact", "guide_wang", DAY, ""),
        house.change("del_external_contact", "guide_li", DAY, by_transfer),
    );
    house.server.take(&[add, gone]).await;
    let store = &house.server.store;
    assert_eq!(count(store, "guide_relationship.handover_completed.v1").await, 1);
    settle(store).await;
    assert!(!serves(store, &house.from).await);
    let Binding::Bound(bound) = pair(store, &house.to).await.binding else {
        panic!("the new guide does not serve");
    };
    assert_eq!(bound.handed_over.unwrap().from_guide_id.as_str(), "g-17");
    let again = house.change("add_external_contact", "guide_wang", DAY, "");
    house.server.take(&[again]).await;
    assert_eq!(house.server.results(InboxState::Failed).await, [""; 0]);
    assert_eq!(count(store, "guide_relationship.bound.v1").await, 2);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_customer_who_adds_the_new_guide_before_the_handover_is_in_effect_has_both(pool: PgPool) {
    let house = House::open(&pool).await;
    house.ask_for_the_handover().await;
    let add = house.change("add_external_contact", "guide_wang", 60, "");
    house.server.take(&[add]).await;
    let store = &house.server.store;
    assert!(serves(store, &house.from).await && serves(store, &house.to).await);
    assert_eq!(count(store, "guide_relationship.handover_completed.v1").await, 0);
}

/// It names the guide who was to take over; sent twice, encrypted anew.
async fn fails(pool: &PgPool, reason: &str, event: &str) {
    let house = House::open(pool).await;
    house.ask_for_the_handover().await;
    let rest = format!("<FailReason>{reason}</FailReason>");
    for _ in 0..2 {
        let fails = house.change("transfer_fail", "guide_wang", 3_600, &rest);
        house.server.take(&[fails]).await;
    }
    let store = &house.server.store;
    assert_eq!(streams(store, event).await, [house.from.as_str()]);
    assert!(serves(store, &house.from).await && !serves(store, &house.to).await);
    assert_eq!(house.server.inbox.counts().await.unwrap().done, 3);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_customer_who_refuses_stays_where_he_was(pool: PgPool) {
    fails(
        &pool,
        "customer_refused",
        "guide_relationship.handover_rejected.v1",
    )
    .await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_guide_who_is_full_takes_nobody_over(pool: PgPool) {
    fails(
        &pool,
        "customer_limit_exceed",
        "guide_relationship.handover_cap_reached.v1",
    )
    .await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_transfer_that_nobody_here_began_is_looked_at_or_ends_the_binding(pool: PgPool) {
    let house = House::open(&pool).await;
    let fails = house.change(
        "transfer_fail",
        "guide_wang",
        5,
        "<FailReason>customer_refused</FailReason>",
    );
    let odd = house.change("transfer_fail", "guide_wang", 6, "<FailReason>moon</FailReason>");
    house.server.take(&[fails, odd]).await;
    for _ in 0..7 {
        house.server.wait_no_longer(&pool).await;
    }
    let failed = house.server.results(InboxState::Failed).await;
    assert_eq!(
        failed,
        [
            "no handover to guide guide_wang is under way",
            "a transfer failed for the reason \"moon\""
        ]
    );
    let gone = house.change(
        "del_external_contact",
        "guide_li",
        7,
        "<Source>DELETE_BY_TRANSFER</Source>",
    );
    house.server.take(&[gone]).await;
    assert!(!serves(&house.server.store, &house.from).await);
}
