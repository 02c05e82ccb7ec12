//! Every view built anew equals the live one, also when a person was forgotten and an event was left out meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use guanxi_domain::member::{Erase, ErasureBasis, Member, MemberCommand};
use guanxi_event_store::{CommandContext, Keep};
use guanxi_imports::complete_journey::{DataSet, Import};
use guanxi_kernel::{CommandId, Metadata, TimeZoneId, Timestamp};
use sqlx::PgPool;

use crate::house::House;

const PATIENCE: Duration = Duration::from_secs(60);
/// The first receipts of the sample: enough for every kind of event that an import makes.
const LINES: usize = 2_000;

fn receipts() -> DataSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/imports/sample");
    let mut data = DataSet::read(&folder).unwrap();
    data.lines.truncate(LINES);
    data
}

async fn erase(house: &House, member: &str) {
    let at: Timestamp = "2017-06-01T00:00:00Z".parse().unwrap();
    let command = MemberCommand::Erase(Erase {
        basis: ErasureBasis::Request,
        subjects: Vec::new(),
        requested_at: at,
        survivor: None,
    });
    let context = CommandContext {
        command_id: CommandId::new("erase").unwrap(),
        digest: house.store.digest(&command),
        metadata: Metadata {
            occurred_at: at,
            business_date: TimeZoneId::shanghai().business_date(at),
            actor: Arc::from("test"),
            channel: None,
            store_id: None,
            correlation_id: Arc::from("test"),
            causation_id: None,
            depth: 0,
        },
        keep: Keep::Appended,
        new_keys: Vec::new(),
    };
    house
        .store
        .execute::<Member>(member, &command, &context)
        .await
        .unwrap();
}

/// Every view, rebuilt; the checksums are equal.
async fn assert_rebuilt(house: &House, after: &str) {
    house.followers.settle(PATIENCE).await.unwrap();
    let views = house.followers.views();
    assert!(!views.is_empty());
    for (view, _) in views {
        let report = house
            .followers
            .rebuild(view, Default::default(), &|_| {})
            .await
            .unwrap();
        assert!(report.equal && report.swapped, "{view} after {after}: {report:?}");
        assert!(report.parked_aside.is_empty(), "{view} after {after}: {report:?}");
    }
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn every_view_rebuilt_after_a_discard_and_an_erasure_equals_the_live_one(pool: PgPool) {
    let data = receipts();
    let (order, member) = (
        format!("cj-{}", data.lines[LINES / 2].basket),
        format!("cj-{}", data.lines[0].household),
    );
    // One order's timeline is set aside from the beginning, as if its first event could not be applied.
    let house = House::open(&pool).await;
    let views = house.followers.views();
    let (_, version) = views.iter().find(|(name, _)| *name == "order_timeline").unwrap();
    house.close().await;
    sqlx::query(
        "insert into follow.parked (follower, version, generation, key, position, error) \
         values ('order_timeline', $1, 1, $2, 0, 'set aside by the test')",
    )
    .bind(i32::try_from(*version).unwrap())
    .bind(&order)
    .execute(&pool)
    .await
    .unwrap();
    let house = House::open(&pool).await;
    Import::new(data, house.store.clone(), house.followers.clone(), None)
        .run(&|_| ())
        .await
        .unwrap();
    house.followers.settle(PATIENCE).await.unwrap();
    sqlx::query("delete from follow.parked where position = 0")
        .execute(&pool)
        .await
        .unwrap();
    let parked = house.followers.parked().await.unwrap();
    assert!(parked.len() > 2, "the order's events wait behind the first");
    // The placing is left out for good; what waits behind it is applied.
    house
        .followers
        .discard(parked[0].id, "the test says so", "test")
        .await
        .unwrap();
    assert_eq!(house.followers.parked().await.unwrap().len(), 0);
    let left_out = i64::try_from(parked[0].position).unwrap();
    let kept: Vec<i64> = sqlx::query_scalar(
        "select (step ->> 'position')::bigint from views.order_timeline, jsonb_array_elements(row -> 'steps') as step \
         where key = $1",
    )
    .bind(&order)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(
        !kept.is_empty() && !kept.contains(&left_out),
        "{kept:?} without {left_out}"
    );
    assert_rebuilt(&house, "a discard").await;

    erase(&house, &member).await;
    assert_rebuilt(&house, "an erasure").await;
    house.close().await;
}
