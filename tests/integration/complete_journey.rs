//! Real receipts in, a dashboard out that equals them to the fen.

use std::path::{Path, PathBuf};
use std::time::Instant;

use guanxi_imports::complete_journey::{DataSet, Import};
use sqlx::{PgPool, Row};

use crate::house::House;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/imports/sample")
}

/// Lines of `expected.csv`, counted by a program that shares no code with the import.
async fn assert_dashboard_equals(pool: &PgPool, expected: &Path) {
    let text = std::fs::read_to_string(expected).unwrap();
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    let columns = header[2..].join(", ");
    let sql =
        format!("select store_id, business_date::text, {columns} from reporting.store_day order by 1, 2");
    let mut found: Vec<Vec<String>> = Vec::new();
    for row in sqlx::query(&sql).fetch_all(pool).await.unwrap() {
        let mut cells: Vec<String> = vec![row.get(0), row.get(1)];
        cells.extend((2..header.len()).map(|index| row.get::<i64, _>(index).to_string()));
        found.push(cells);
    }
    let mut expected: Vec<Vec<String>> = lines
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect();
    expected.sort();
    found.sort();
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found, "{header:?}");
    }
    assert_eq!(expected.len(), found.len());
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_samples_dashboard_equals_its_receipts(pool: PgPool) {
    let house = House::open(&pool).await;
    let data = DataSet::read(&sample()).unwrap();
    let report = Import::new(data, house.store.clone(), house.followers.clone(), None)
        .run(&|_| ())
        .await
        .unwrap();
    assert_eq!(
        (report.baskets, report.lines, report.redemptions),
        (4_967, 43_726, 284)
    );
    assert_dashboard_equals(&pool, &sample().join("expected.csv")).await;
    let head = house.store.head().await.unwrap();

    // A second run finds everything answered.
    sqlx::query("delete from imports.progress")
        .execute(&pool)
        .await
        .unwrap();
    let data = DataSet::read(&sample()).unwrap();
    Import::new(data, house.store.clone(), house.followers.clone(), None)
        .run(&|_| ())
        .await
        .unwrap();
    assert_eq!(house.store.head().await.unwrap(), head);
    house.close().await;
}

/// The whole year; `GUANXI_COMPLETE_JOURNEY` names the folder, `GUANXI_EXPECTED` the figures.
#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
#[ignore = "needs the whole data set; run by name with GUANXI_COMPLETE_JOURNEY"]
async fn the_years_dashboard_equals_its_receipts(pool: PgPool) {
    let (Ok(folder), Ok(expected)) = (
        std::env::var("GUANXI_COMPLETE_JOURNEY"),
        std::env::var("GUANXI_EXPECTED"),
    ) else {
        eprintln!(
            "left out: GUANXI_COMPLETE_JOURNEY (the folder) and GUANXI_EXPECTED (the figures of the check) are not set"
        );
        return;
    };
    let house = House::open(&pool).await;
    let started = Instant::now();
    let data = DataSet::read(Path::new(&folder)).unwrap();
    eprintln!("read in {:?}", started.elapsed());
    let tell = |progress: guanxi_imports::complete_journey::Progress| {
        if progress.lines_done % 20_000 < 12 {
            eprintln!(
                "{} {}/{} {:?}",
                progress.day,
                progress.lines_done,
                progress.lines_total,
                started.elapsed()
            );
        }
    };
    let report = Import::new(data, house.store.clone(), house.followers.clone(), None)
        .run(&tell)
        .await
        .unwrap();
    eprintln!("{report:?} {:?}", house.store.head().await.unwrap().position);
    assert_dashboard_equals(&pool, Path::new(&expected)).await;
    house.close().await;
}
