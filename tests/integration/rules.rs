//! Tags and the funnel over real receipts: every cell is the count of its members, and what-if is a rebuild foretold.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use guanxi_event_store::view::{Pair, RebuildOptions, shadow};
use guanxi_imports::complete_journey::{DataSet, Import};
use guanxi_kernel::{BusinessDate, Fen};
use guanxi_views::MemberRules;
use guanxi_views::crm_tags::{Condition, CrmTags, TagRow, TagRules};
use guanxi_views::funnel::{self, DayFilter, Funnel, FunnelRow, FunnelRules};
use guanxi_views::rules::AnyRules;
use guanxi_views::what_if::{Asked, Outcome, what_if};
use sqlx::PgPool;

use crate::house::{House, programme};

const PATIENCE: Duration = Duration::from_secs(120);
/// Receipts of about ten weeks.
const LINES: usize = 8_000;
const ON: &str = "2017-02-20";

async fn told(house: &House) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/imports/sample");
    let mut data = DataSet::read(&folder).unwrap();
    data.lines.truncate(LINES);
    Import::new(data, house.store.clone(), house.followers.clone(), None)
        .run(&|_| ())
        .await
        .unwrap();
    house.followers.settle(PATIENCE).await.unwrap();
}

fn day() -> BusinessDate {
    ON.parse().unwrap()
}

fn asked() -> Asked {
    Asked {
        on: Some(day()),
        after: None,
        limit: 10_000,
    }
}

/// The shipped rules, high value at another threshold.
fn tags_at(spent_fen: i64) -> TagRules {
    let mut rules = (*MemberRules::shipped().unwrap().tags).clone();
    rules.version += 1;
    for rule in &mut rules.tags {
        if let Condition::HighValue { spent_fen: at, .. } = &mut rule.when {
            *at = Fen(spent_fen);
        }
    }
    rules
}

/// How many members have each tag on the day, by the analysts' view.
async fn tags_by_sql(pool: &PgPool) -> BTreeMap<String, i64> {
    let sql = "select tag, count(distinct member_id) from reporting.member_tags \
               where valid_from <= $1::date and (valid_until is null or $1::date < valid_until) group by tag";
    let rows: Vec<(String, i64)> = sqlx::query_as(sql).bind(ON).fetch_all(pool).await.unwrap();
    rows.into_iter().collect()
}

/// How many members stand in each tier at the end of the day, by the analysts' view.
async fn tiers_by_sql(pool: &PgPool) -> BTreeMap<String, i64> {
    let sql = "select tier, count(*) from (select distinct on (member_id) member_id, tier from reporting.funnel_paths \
               where business_date <= $1::date order by member_id, step desc) as now group by tier";
    let rows: Vec<(String, i64)> = sqlx::query_as(sql).bind(ON).fetch_all(pool).await.unwrap();
    rows.into_iter().collect()
}

/// The funnel, with a lower last step.
fn lower_funnel() -> FunnelRules {
    let mut rules = (*MemberRules::shipped().unwrap().funnel).clone();
    rules.version += 1;
    rules.tiers[2].spent_fen = Some(Fen(15_000));
    rules.tiers[2].orders = Some(3);
    rules
}

async fn foretold(pool: &PgPool, rules: AnyRules) -> Outcome {
    what_if(pool, rules, &asked(), &|_| ()).await.unwrap()
}

/// The active rules would change nobody, and both views rebuilt are as they are.
async fn assert_nothing_changes(pool: &PgPool, house: &House) {
    let rules = MemberRules::shipped().unwrap();
    let tags = foretold(pool, AnyRules::Tags((*rules.tags).clone())).await;
    assert_eq!((tags.would_change, tags.changes.len()), (0, 0));
    assert!(tags.members > 10 && tags.by_name.len() > 5);
    assert_eq!(tags.position, house.store.head().await.unwrap().position);
    let funnel = foretold(pool, AnyRules::Funnel((*rules.funnel).clone())).await;
    assert_eq!(funnel.would_change, 0);
    for view in ["crm_tags", "funnel"] {
        let report = house
            .followers
            .rebuild(view, RebuildOptions::default(), &|_| {})
            .await;
        assert!(report.unwrap().equal, "{view}");
    }
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn what_if_is_a_rebuild_foretold(pool: PgPool) {
    let house = House::open(&pool).await;
    told(&house).await;
    assert_nothing_changes(&pool, &house).await;
    let (tags, funnel) = (tags_at(20_000), lower_funnel());
    let (tags_before, tiers_before) = (tags_by_sql(&pool).await, tiers_by_sql(&pool).await);
    let new_tags = foretold(&pool, AnyRules::Tags(tags.clone())).await;
    let new_tiers = foretold(&pool, AnyRules::Funnel(funnel.clone())).await;
    assert!(new_tags.by_name["high-value"].gained > 0 && new_tags.by_name["high-value"].lost == 0);
    assert!(new_tiers.by_name["super"].gained > 0);
    // Nothing was touched.
    assert_eq!(tags_by_sql(&pool).await, tags_before);
    assert_eq!(tiers_by_sql(&pool).await, tiers_before);
    house.close().await;

    let rules = MemberRules {
        tags: Arc::new(tags),
        funnel: Arc::new(funnel),
    };
    let house = House::open_with(&pool, &rules).await;
    house.followers.settle(PATIENCE).await.unwrap();
    for (view, version) in house.followers.views() {
        until_live(&pool, view, version).await;
    }
    assert_tallies(&new_tags, &tags_before, &tags_by_sql(&pool).await);
    assert_tallies(&new_tiers, &tiers_before, &tiers_by_sql(&pool).await);
    // Row by row, what was rebuilt is the shadow.
    let mut rows = 0;
    let mut equal = |pair: Pair<TagRow>| {
        assert_eq!(pair.live, pair.shadow, "{}", pair.key);
        rows += 1;
    };
    shadow(&pool, &CrmTags::new(rules.tags), &|_| (), &mut equal)
        .await
        .unwrap();
    assert_eq!(rows, new_tags.members);
    let mut equal = |pair: Pair<FunnelRow>| assert_eq!(pair.live, pair.shadow, "{}", pair.key);
    shadow(&pool, &Funnel::new(rules.funnel), &|_| (), &mut equal)
        .await
        .unwrap();
    house.close().await;
}

/// Another programme of loyalty is run over what people did; the active one leads to what is.
#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_active_programme_changes_no_tier_and_a_lower_threshold_lifts_some(pool: PgPool) {
    let house = House::open(&pool).await;
    told(&house).await;
    let active = (*programme()).clone();
    let outcome = foretold(&pool, AnyRules::Loyalty(Box::new(active.clone()))).await;
    assert_eq!((outcome.would_change, &outcome.changes), (0, &Vec::new()));
    assert!(outcome.members > 10);
    let mut lower = active;
    lower.version += 1;
    lower.tiers.levels[1].threshold_fen = Fen(100);
    let outcome = foretold(&pool, AnyRules::Loyalty(Box::new(lower.clone()))).await;
    let (base, next) = (&lower.tiers.levels[0].code, &lower.tiers.levels[1].code);
    assert!(outcome.by_name[next.as_str()].gained > 0);
    assert_eq!(
        outcome.by_name[base.as_str()].lost,
        outcome.by_name[next.as_str()].gained
    );
    house.close().await;
}

/// What was foretold is what SQL counts before and after.
fn assert_tallies(foretold: &Outcome, before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) {
    for (name, tally) in &foretold.by_name {
        let [now, then] = [before, after].map(|by| by.get(name).copied().unwrap_or(0).unsigned_abs());
        assert_eq!((now, then), (tally.now, tally.then), "{name}");
        assert_eq!(then + tally.lost, now + tally.gained, "{name}");
    }
}

/// The loop shows a new version once it has caught up.
async fn until_live(pool: &PgPool, view: &str, version: u32) {
    for _ in 0..600 {
        let live: Option<i32> = sqlx::query_scalar("select version from follow.views where name = $1")
            .bind(view)
            .fetch_optional(pool)
            .await
            .unwrap();
        if live.map(i32::unsigned_abs) == Some(version) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{view} version {version} is not live");
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn days_and_conversions_are_counts_of_paths(pool: PgPool) {
    let house = House::open(&pool).await;
    told(&house).await;
    let filter = DayFilter {
        stores: Vec::new(),
        channel: None,
        from: "2017-01-01".parse().unwrap(),
        until: "2017-03-01".parse().unwrap(),
    };
    // At the start of a day stands whoever stood there at the end of the day before, if no window has run out since.
    let by_paths = "select d::date::text, p.tier, count(*) from generate_series('2017-01-01'::date, '2017-03-01', '1 day') d \
        cross join lateral (select distinct on (member_id) member_id, tier from reporting.funnel_paths \
           where business_date + (event_position is not null)::int <= d order by member_id, step desc) p \
        where p.tier is not null group by 1, 2";
    let expected: Vec<(String, String, i64)> = sqlx::query_as(by_paths).fetch_all(&pool).await.unwrap();
    let expected: BTreeMap<_, _> = expected
        .into_iter()
        .map(|(date, tier, n)| ((date, tier), n))
        .collect();
    let days = funnel::days(&pool, &filter).await.unwrap();
    let found: BTreeMap<_, _> = days
        .into_iter()
        .filter(|line| line.members != 0)
        .map(|line| ((line.business_date.to_string(), line.tier), line.members))
        .collect();
    assert!(found.len() > 60);
    assert_eq!(found, expected);

    let by_paths = "select d::date::text, count(*) filter (where exists (select from reporting.funnel_paths e \
             where e.member_id = p.member_id and e.tier = 'super' \
               and e.business_date + (e.event_position is not null)::int > d and e.business_date <= d + interval '30 days' \
               and (select b.tier from reporting.funnel_paths b where b.member_id = e.member_id and b.step = e.step - 1) \
                   is distinct from 'super')) \
        from generate_series('2017-01-01'::date, '2017-03-01', '1 day') d \
        cross join lateral (select distinct on (member_id) member_id, tier from reporting.funnel_paths \
           where business_date + (event_position is not null)::int <= d order by member_id, step desc) p \
        where p.tier = 'ordinary' group by 1 having count(*) > 0";
    let expected: Vec<(String, i64)> = sqlx::query_as(by_paths).fetch_all(&pool).await.unwrap();
    let expected: BTreeMap<_, _> = expected.into_iter().collect();
    let lines = funnel::conversion(&pool, &filter, ("ordinary", "super"), 30)
        .await
        .unwrap();
    let found: BTreeMap<_, _> = lines
        .into_iter()
        .filter(|line| line.members > 0)
        .map(|line| (line.business_date.to_string(), line.converted))
        .collect();
    assert!(found.values().any(|converted| *converted > 0));
    assert_eq!(found, expected);

    // The analysts' view of the tiers sums up to the same.
    let sql = "select tier, sum(members)::bigint from reporting.funnel_tiers \
               where business_date <= $1::date and (next_date is null or $1::date < next_date) group by tier";
    let sums: Vec<(String, i64)> = sqlx::query_as(sql).bind(ON).fetch_all(&pool).await.unwrap();
    let at = funnel::days(
        &pool,
        &DayFilter {
            from: day(),
            until: day(),
            ..filter
        },
    )
    .await
    .unwrap();
    for (tier, members) in sums {
        let line = at.iter().find(|line| line.tier == tier).unwrap();
        assert_eq!(line.members, members, "{tier}");
    }
    house.close().await;
}
