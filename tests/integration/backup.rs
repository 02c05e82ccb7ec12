//! A backup taken while the shop sells, restored elsewhere: the log is whole, the views go on, and what the world sends
//! again brings both to the same figures.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::str::FromStr as _;
use std::time::Duration;

use guanxi_event_store::audit::verify;
use guanxi_imports::complete_journey::{DataSet, Import};
use guanxi_kernel::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor as _, PgPool};

use crate::house::House;

const PATIENCE: Duration = Duration::from_secs(60);

fn receipts(lines: usize) -> DataSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/imports/sample");
    let mut data = DataSet::read(&folder).unwrap();
    data.lines.truncate(lines);
    data
}

async fn import(house: &House, lines: usize) {
    Import::new(
        receipts(lines),
        house.store.clone(),
        house.followers.clone(),
        None,
    )
    .run(&|_| ())
    .await
    .unwrap();
    house.followers.settle(PATIENCE).await.unwrap();
}

/// Paid in all, and how many orders.
async fn figures(pool: &PgPool) -> (i64, i64) {
    sqlx::query_as("select coalesce(sum(paid_fen), 0)::bigint, coalesce(sum(orders), 0)::bigint from reporting.store_dashboard")
        .fetch_one(pool)
        .await
        .unwrap()
}

fn backup(what: &str, folder: &Path, database: &PgConnectOptions) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/backup");
    Command::new(script)
        .arg(what)
        .arg(folder)
        .env("DATABASE_URL", url(database))
        .output()
        .unwrap()
}

/// Without the parameters that only sqlx knows.
fn url(database: &PgConnectOptions) -> String {
    let url = database.to_url_lossy();
    let text = url.as_str();
    text.split_once('?')
        .map_or(text, |(address, _)| address)
        .to_owned()
}

fn good(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Another database on the server of this test.
async fn empty(like: &PgConnectOptions) -> PgConnectOptions {
    let name = like.get_database().unwrap();
    // Names of databases end after 63 bytes.
    let name = format!("restored_{}", &name[name.len() - 40..]);
    let server = server().await;
    let create = format!("drop database if exists \"{name}\" with (force)");
    server.execute(create.as_str()).await.unwrap();
    server
        .execute(format!("create database \"{name}\"").as_str())
        .await
        .unwrap();
    like.clone().database(&name)
}

async fn server() -> PgPool {
    let url = std::env::var("DATABASE_URL").unwrap();
    let options = PgConnectOptions::from_str(&url).unwrap();
    PgPoolOptions::new()
        .connect_with(options.database("postgres"))
        .await
        .unwrap()
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_backup_restored_elsewhere_goes_on_to_the_same_figures(pool: PgPool) {
    let database = (*pool.connect_options()).clone();
    let folder: PathBuf = std::env::temp_dir().join(format!("guanxi-backup-{}", std::process::id()));
    let house = House::open(&pool).await;
    import(&house, 300).await;
    let (saved, head) = (figures(&pool).await, house.store.head().await.unwrap().position);
    good(&backup("save", &folder, &database));
    assert_eq!(
        backup("save", &folder, &database).status.code(),
        Some(2),
        "not over another one"
    );
    import(&house, 600).await;
    let live = figures(&pool).await;
    assert!(live > saved, "the shop goes on selling");

    assert_eq!(
        backup("restore", &folder, &database).status.code(),
        Some(4),
        "never over a log"
    );
    assert_eq!(figures(&pool).await, live);
    let elsewhere = empty(&database).await;
    good(&backup("restore", &folder, &elsewhere));
    let restored = PgPoolOptions::new()
        .connect_with(elsewhere.clone())
        .await
        .unwrap();
    assert_eq!(figures(&restored).await, saved);
    let report = verify(&restored, &[], Timestamp::now(), &mut |_| ())
        .await
        .unwrap();
    assert_eq!((report.finding, report.position), (None, head));

    // Whoever sent something since the backup sends it again.
    let again = House::open(&restored).await;
    import(&again, 600).await;
    assert_eq!(figures(&restored).await, live);
    for (view, _) in again.followers.views() {
        let report = again
            .followers
            .rebuild(view, Default::default(), &|_| {})
            .await
            .unwrap();
        assert!(report.equal, "{view}: {report:?}");
    }
    again.close().await;
    house.close().await;
    restored.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
    let drop = format!(
        "drop database \"{}\" with (force)",
        elsewhere.get_database().unwrap()
    );
    server().await.execute(drop.as_str()).await.unwrap();
}
