//! Whoever pays is one person, however many servers see it first.

use std::collections::BTreeSet;

use guanxi_callbacks::wechat_pay::facts::Openid;
use guanxi_callbacks::wechat_pay::payer::{Introduction, find_or_enrol};
use guanxi_event_store::EventStore;
use guanxi_kernel::MemberId;
use sqlx::PgPool;

use super::house::{metadata, open};

async fn first_payment(store: &EventStore, openids: &[(&str, &str)], payment: usize) -> Option<MemberId> {
    let openids: Vec<_> = openids
        .iter()
        .map(|(appid, openid)| Openid {
            appid: (*appid).into(),
            openid: (*openid).into(),
        })
        .collect();
    let introduction = Introduction {
        business_key: &format!("payment/1234567891/{payment}"),
        store_id: None,
        channel: None,
        metadata: &metadata(),
    };
    find_or_enrol(store, &openids, introduction).await.unwrap()
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn sixty_four_first_payments_through_two_servers_are_one_walk_in(pool: PgPool) {
    let servers = [open(&pool).await, open(&pool).await];
    let tasks: Vec<_> = (0..64)
        .map(|payment| {
            let server = servers[payment % 2].clone();
            tokio::spawn(async move { first_payment(&server, &[("wx1", "oTest-1")], payment).await })
        })
        .collect();
    let mut members = BTreeSet::new();
    for task in tasks {
        members.insert(task.await.unwrap().unwrap());
    }
    assert_eq!(members.len(), 1, "{members:?}");
    let enrolled: i64 =
        sqlx::query_scalar("select count(*) from log.events where event_type = 'member.enrolled.v1'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(enrolled, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn an_openid_counts_within_its_application_only(pool: PgPool) {
    let store = open(&pool).await;
    let one = first_payment(&store, &[("wx1", "oTest-1")], 1).await;
    let other = first_payment(&store, &[("wx2", "oTest-1")], 2).await;
    assert!(one.is_some() && other.is_some() && one != other);
    assert_eq!(first_payment(&store, &[("wx1", "oTest-1")], 3).await, one);
    assert_eq!(
        first_payment(&store, &[("wxNew", "oNew"), ("wx2", "oTest-1")], 4).await,
        other
    );
    assert_eq!(first_payment(&store, &[], 5).await, None);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_log_shows_neither_the_openid_nor_a_hash_of_it(pool: PgPool) {
    let store = open(&pool).await;
    first_payment(&store, &[("wx1", "oTest-1")], 1).await;
    let hash = store.vault().lookup_hash("openid:wx1", "oTest-1").0;
    let log: Vec<String> = sqlx::query_scalar("select payload::text from log.events")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(
        log.iter()
            .all(|payload| !payload.contains("oTest-1") && !payload.contains(&hash))
    );
    let claims: i64 = sqlx::query_scalar("select count(*) from log.claims where key = $1")
        .bind(hash)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(claims, 1);
}
