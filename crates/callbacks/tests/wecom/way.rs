//! The whole way: signed request, answer, inbox, translation, log.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use guanxi_domain::guide::UnbindReason;
use guanxi_domain::member::Member;
use guanxi_event_store::inbox::InboxState;
use guanxi_kernel::MemberId;
use sqlx::PgPool;

use super::house::{ask, count, erase, serves, streams};
use super::post_office::{Provider, Server, apps};

const ADD: &str = "add_external_contact";
const HALF: &str = "add_half_external_contact";
const BY_GUIDE: &str = "del_external_contact";
const BY_CUSTOMER: &str = "del_follow_user";

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn two_customers_added_in_one_second_are_two_facts(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let notices = [
        provider.change(ADD, "guide_li", "wm1", 0, ""),
        provider.change(ADD, "guide_li", "wm2", 0, ""),
    ];
    server.take(&notices).await;
    let pairs = streams(&server.store, "guide_relationship.bound.v1").await;
    assert_eq!(pairs.len(), 2, "{pairs:?}");
    assert_ne!(pairs[0], pairs[1]);
    assert!(pairs.iter().all(|pair| pair.starts_with("g-17/w-")), "{pairs:?}");
    assert_eq!(count(&server.store, "member.enrolled.v1").await, 2);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn one_notice_a_hundred_times_at_once_and_encrypted_anew(pool: PgPool) {
    let provider = Provider::new();
    let servers = [Server::open(&pool).await, Server::open(&pool).await];
    for _ in 0..2 {
        let notice = provider.change(ADD, "guide_li", "wm1", 0, "<State>store-0755-01</State>");
        let tasks: Vec<_> = (0..100)
            .map(|number| {
                let (server, notice) = (servers[number % 2].clone(), notice.clone());
                tokio::spawn(async move {
                    let status = server.deliver(&notice).await;
                    server.worker.drain().await.unwrap();
                    status
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), StatusCode::OK);
        }
    }
    servers[0].worker.drain().await.unwrap();
    let store = &servers[0].store;
    assert_eq!(servers[0].inbox.counts().await.unwrap().done, 2);
    assert_eq!(count(store, "guide_relationship.bound.v1").await, 1);
    assert_eq!(count(store, "member.enrolled.v1").await, 1);
    let (shop, day): (String, String) = sqlx::query_as(
        "select metadata->>'store_id', metadata->>'business_date' from log.events
          where event_type = 'guide_relationship.bound.v1'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!((shop.as_str(), day.as_str()), ("S1", "2026-03-01"));
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn both_sides_may_end_it_and_begin_again(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let change = |change, second| provider.change(change, "guide_li", "wm1", second, "");
    server
        .take(&[change(ADD, 0), change(BY_CUSTOMER, 10), change(BY_CUSTOMER, 10)])
        .await;
    let pair = streams(&server.store, "guide_relationship.bound.v1")
        .await
        .remove(0);
    assert!(!serves(&server.store, &pair).await);
    server.take(&[change(ADD, 20)]).await;
    assert!(serves(&server.store, &pair).await);
    server.take(&[change(BY_GUIDE, 30)]).await;
    assert!(!serves(&server.store, &pair).await);
    let reasons: Vec<String> = sqlx::query_scalar(
        "select payload->>'reason' from log.events where event_type = 'guide_relationship.unbound.v1' order by position",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let word = |reason: UnbindReason| serde_json::to_value(reason).unwrap().as_str().unwrap().to_owned();
    assert_eq!(reasons, [word(UnbindReason::Member), word(UnbindReason::Guide)]);
    assert_eq!(server.results(InboxState::Failed).await, [""; 0]);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_customer_may_follow_several_guides_and_is_one_person(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let notices = [
        provider.change(ADD, "guide_li", "wm1", 0, ""),
        provider.change(ADD, "guide_wang", "wm1", 0, ""),
    ];
    server.take(&notices).await;
    assert_eq!(count(&server.store, "member.enrolled.v1").await, 1);
    let pairs = streams(&server.store, "guide_relationship.bound.v1").await;
    assert!(
        pairs[0].starts_with("g-17/") && pairs[1].starts_with("guide_wang/"),
        "{pairs:?}"
    );
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn who_only_asked_is_known_and_not_yet_served(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    server
        .take(&[provider.change(HALF, "guide_li", "wm1", 0, "<State>poster-7</State>")])
        .await;
    assert_eq!(count(&server.store, "guide_relationship.bound.v1").await, 0);
    let touched: serde_json::Value = sqlx::query_scalar(
        "select payload::jsonb->'touchpoint' from log.events where event_type = 'member.touchpoint_recorded.v1'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(touched["kind"]["other"], "wecom_contact_asked");
    assert_eq!(
        (&touched["guide_id"], &touched["about"]),
        (&"g-17".into(), &"poster-7".into())
    );
    server
        .take(&[provider.change(ADD, "guide_li", "wm1", 60, "<State>poster-7</State>")])
        .await;
    assert_eq!(count(&server.store, "guide_relationship.bound.v1").await, 1);
    assert_eq!(count(&server.store, "member.enrolled.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_deletion_that_overtakes_its_add_waits_for_it(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    server
        .take(&[provider.change(BY_CUSTOMER, "guide_li", "wm1", 5, "")])
        .await;
    assert_eq!(server.inbox.counts().await.unwrap().waiting, 1);
    server
        .take(&[provider.change(ADD, "guide_li", "wm1", 0, "")])
        .await;
    server.wait_no_longer(&pool).await;
    assert_eq!(server.inbox.counts().await.unwrap().done, 2);
    let pair = streams(&server.store, "guide_relationship.bound.v1")
        .await
        .remove(0);
    assert!(!serves(&server.store, &pair).await);
    server
        .take(&[provider.change(BY_GUIDE, "guide_wang", "wm9", 5, "")])
        .await;
    for _ in 0..7 {
        server.wait_no_longer(&pool).await;
    }
    assert_eq!(
        server.results(InboxState::Done).await[0],
        "del_follow_user: guide g-17, member ".to_owned() + pair.split_once('/').unwrap().1
    );
    assert_eq!(
        server.results(InboxState::Done).await[2],
        "kept: del_external_contact, nothing to end"
    );
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn an_old_add_and_an_old_deletion_change_nothing(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let change = |change, second| provider.change(change, "guide_li", "wm1", second, "");
    server.take(&[change(ADD, 10), change(BY_CUSTOMER, 5)]).await;
    let pair = streams(&server.store, "guide_relationship.bound.v1")
        .await
        .remove(0);
    assert!(serves(&server.store, &pair).await);
    server.take(&[change(BY_CUSTOMER, 30), change(ADD, 20)]).await;
    assert!(!serves(&server.store, &pair).await);
    assert_eq!(server.inbox.counts().await.unwrap().done, 4);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn what_means_nothing_to_the_rules_is_kept(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let head = "<ToUserName>wx5823bf96d3bd56c7</ToUserName><CreateTime>1772330400</CreateTime>";
    server
        .take(&[
            provider.change("edit_external_contact", "guide_li", "wm1", 0, ""),
            provider.change("msg_audit_approved", "guide_li", "wm1", 0, ""),
            provider.change("something_new", "guide_li", "wm1", 0, ""),
            provider.message(&format!(
                "<xml>{head}<Event>change_external_chat</Event><ChangeType>dismiss</ChangeType><ChatId>wr1</ChatId></xml>"
            )),
            provider.message(&format!("<xml>{head}<MsgType>text</MsgType><Content>hello</Content></xml>")),
        ])
        .await;
    let kept = ["contact", "contact", "contact", "chat", "other"].map(|family| format!("kept: {family}"));
    assert_eq!(server.results(InboxState::Done).await, kept);
    assert_eq!(server.store.head().await.unwrap().position, 0);
    let foreign = "<xml><ToUserName>wx2</ToUserName><CreateTime>1</CreateTime><Event>x</Event></xml>";
    server
        .take(&[provider.message(foreign), provider.message("no xml")])
        .await;
    assert_eq!(server.results(InboxState::Failed).await.len(), 2);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_notice_that_did_not_open_is_translated_once_the_key_is_right(pool: PgPool) {
    let provider = Provider::new();
    let wrong = Server::with(&pool, apps(false)).await;
    let notice = provider.change(ADD, "guide_li", "wm1", 0, "");
    for _ in 0..3 {
        assert_eq!(wrong.deliver(&notice).await, StatusCode::INTERNAL_SERVER_ERROR);
    }
    wrong.worker.drain().await.unwrap();
    assert_eq!(wrong.inbox.counts().await.unwrap().failed, 1);
    let right = Server::open(&pool).await;
    let id = right.inbox.list(InboxState::Failed, 0, 1).await.unwrap()[0].id;
    assert!(right.inbox.retry(id).await.unwrap());
    right.worker.drain().await.unwrap();
    assert_eq!(count(&right.store, "guide_relationship.bound.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn an_address_check_is_answered_and_leaves_nothing(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let query = provider
        .writer
        .check("5927782489442352469", "1", "2")
        .unwrap()
        .to_raw();
    let get = |query: &str| {
        Request::get(format!("/callbacks/wecom?{query}"))
            .body(Body::empty())
            .unwrap()
    };
    let answer = server.send(get(&query)).await;
    assert_eq!(answer, (StatusCode::OK, "5927782489442352469".to_owned()));
    let forged = server.send(get(&query.replace("nonce=2", "nonce=3"))).await;
    assert_eq!(forged.0, StatusCode::UNAUTHORIZED);
    assert_eq!(server.inbox.counts().await.unwrap().done, 0);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn an_erasure_takes_the_notices_and_leaves_no_trace_of_the_customers_id(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let add = provider.change(ADD, "guide_li", "wmSecret", 0, "");
    let edit = provider.change("edit_external_contact", "guide_li", "wmSecret", 1, "");
    let other = provider.change(ADD, "guide_li", "wmOther", 0, "");
    server.take(&[add.clone(), edit, other]).await;
    let pair = streams(&server.store, "guide_relationship.bound.v1")
        .await
        .remove(0);
    let member = MemberId::new(pair.split_once('/').unwrap().1).unwrap();
    let hash = server
        .store
        .vault()
        .lookup_hash("wecom:wx5823bf96d3bd56c7", "wmSecret")
        .0;
    let log: Vec<String> =
        sqlx::query_scalar("select payload::text || metadata::text || command_id from log.events")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert!(
        log.iter()
            .all(|text| !text.contains("wmSecret") && !text.contains(&hash))
    );
    erase(&server.store, &member).await;
    let readable: Vec<(bool,)> = sqlx::query_as(
        "select k.wrapped is not null from log.inbox i join log.subject_keys k on k.subject = i.subject order by i.id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(readable, [(false,), (false,), (true,)]);
    server.take(&[add]).await;
    assert_eq!(
        count(&server.store, "member.enrolled.v1").await,
        2,
        "the same notice enrols nobody anew"
    );
    server
        .take(&[provider.change(ADD, "guide_li", "wmSecret", 90, "")])
        .await;
    assert_eq!(
        count(&server.store, "member.enrolled.v1").await,
        3,
        "who comes back is somebody new"
    );
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn who_was_merged_into_another_is_led_there(pool: PgPool) {
    let (provider, server) = (Provider::new(), Server::open(&pool).await);
    let add = |customer, second| provider.change(ADD, "guide_li", customer, second, "");
    server.take(&[add("wm1", 0), add("wm2", 0)]).await;
    let members = streams(&server.store, "member.enrolled.v1").await;
    let absorb = serde_json::from_value(serde_json::json!({
        "command": "absorb", "source": members[1], "active": false, "tier": null, "aliases": [], "subjects": [],
        "holdings": { "lots": [], "debts": [], "orders": [], "spendings": [] },
        "merged_on": "2026-03-01", "time_zone": "Asia/Shanghai",
        "programme": { "version": 1,
            "points": { "return_window_days": 7, "expiry_months": 12, "expiry_at_month_end": true },
            "tiers": { "window": { "kind": "calendar_year" }, "validity_months": 12, "grace_days": 0,
                "after_refund": "grace", "levels": [{ "code": "ordinary", "threshold_fen": 0, "rate": 100 }] } },
    }));
    ask::<Member>(&server.store, &members[0], "absorb", absorb.unwrap()).await;
    server
        .take(&[provider.change(ADD, "guide_wang", "wm2", 9, "")])
        .await;
    let pairs = streams(&server.store, "guide_relationship.bound.v1").await;
    assert_eq!(pairs[2], format!("guide_wang/{}", members[0]));
}
