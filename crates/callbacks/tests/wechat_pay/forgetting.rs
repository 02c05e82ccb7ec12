//! What was received about a person is forgotten with the person.

use guanxi_domain::member::{Erase, ErasureBasis, Member, MemberCommand};
use guanxi_event_store::inbox::InboxState;
use guanxi_event_store::{CommandContext, Keep};
use guanxi_kernel::{CommandId, MemberId};
use serde_json::json;
use sqlx::PgPool;

use super::house::{MERCHANT, at, metadata, open, order, place, register};
use super::notices::{payment_json, refund_json};
use super::post_office::{Provider, Server};

async fn erase(server: &Server, member: &MemberId) {
    let subjects = server.store.vault().subjects_of(member).await.unwrap();
    let command = MemberCommand::Erase(Erase {
        basis: ErasureBasis::Request,
        subjects,
        requested_at: at("2026-03-05T10:00:00+08:00"),
        survivor: None,
    });
    let context = CommandContext {
        command_id: CommandId::new("test/erase").unwrap(),
        digest: server.store.digest(&"erase"),
        metadata: metadata(),
        keep: Keep::Everything,
        new_keys: Vec::new(),
    };
    server
        .store
        .execute::<Member>(member.as_str(), &command, &context)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn an_erasure_takes_the_notices_of_the_person_and_of_nobody_else(pool: PgPool) {
    let provider = Provider::new();
    let server = Server::new(open(&pool).await, provider.merchants(true));
    place(&server.store, "O1", 10_000).await;
    register(&server.store, "O1", "T1", 10_000).await;
    let mall = json!({"mchid": MERCHANT, "appid": "wx1", "openid": "oTest-1", "amount": 100, "shop_name": "s",
        "time_end": "2026-03-05T10:35:53+08:00", "transaction_id": "42"});
    for notice in [
        provider.payment(&payment_json("T1", "4200", 10_000, "oTest-1")),
        provider.payment(&payment_json("T2", "4201", 10_000, "oTest-2")),
    ] {
        server.deliver(&notice).await;
        server.worker.drain().await.unwrap();
    }
    server
        .deliver(&provider.refund(&refund_json("T1", "4200", "503", 1, "SUCCESS")))
        .await;
    server
        .deliver(&provider.notice("MALL_TRANSACTION.SUCCESS", "mall_transaction", &mall))
        .await;
    server.worker.drain().await.unwrap();
    let member = order(&server.store, "O1").await.member_id.unwrap();
    erase(&server, &member).await;

    let readable: Vec<(bool,)> = sqlx::query_as(
        "select k.wrapped is not null from log.inbox i join log.subject_keys k on k.subject = i.subject order by i.id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(readable, [(false,), (true,), (false,), (false,)]);
    let again = payment_json("T1", "4200", 10_000, "oTest-1");
    server.deliver(&provider.payment(&again)).await;
    server.worker.drain().await.unwrap();
    assert_eq!(server.results(InboxState::Failed).await, [""; 0]);
    let held: i64 = sqlx::query_scalar("select count(*) from log.claims where aggregate_id = $1")
        .bind(member.as_str())
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(held, 0, "a notice that comes again enrols nobody anew");
}
