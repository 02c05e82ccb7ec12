//! What if: a view under other rules, folded in memory and held against the live rows at one position.
//!
//! The log is only read, and the live tables are read in one snapshot, so nothing that is served changes or waits.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use guanxi_kernel::Recorded;
use sqlx::{PgConnection, PgPool, Row};

use super::View;
use super::fold::touches;
use super::publish::served;
use super::report::RebuildProgress;
use super::table::Tables;
use crate::follow::parking::parked_keys;
use crate::follow::{Checkpoint, Discards, FollowError, Identity, Mark, guarded, read_segment};

/// Rows that are read from the live table at once.
const PAGE: i64 = 2_000;

/// A key's row as it is, and as it would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair<R> {
    /// The key in its stored form.
    pub key: String,
    /// The row that is served.
    pub live: Option<R>,
    /// The row under the other rules.
    pub shadow: Option<R>,
}

/// How a comparison ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowReport {
    /// The position at which both were compared.
    pub position: u64,
    /// The version that is served.
    pub live_version: u32,
    /// Keys that were left aside because they are parked, or the fold fails on them.
    pub aside: Vec<String>,
}

/// Folds `view` over the log up to where the live view of the same name has come, and hands over every key's pair.
///
/// # Errors
/// The log or the live table cannot be read, or no such view is live.
pub async fn shadow<V: View>(
    pool: &PgPool,
    view: &V,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
    pairs: &mut (dyn FnMut(Pair<V::Row>) + Send),
) -> Result<ShadowReport, FollowError> {
    let mut connection = pool.acquire().await?;
    let live = live::<V>(&mut connection).await?;
    let head = Checkpoint::load(&mut connection, &live).await?.mark.position;
    drop(connection);
    let mut memory = Memory {
        view,
        rows: HashMap::new(),
        failed: Vec::new(),
        discards: Discards::load(pool, V::NAME).await?,
        at: Mark::default(),
    };
    memory.read(pool, head, progress).await?;
    let mut snapshot = pool
        .begin_with("begin isolation level repeatable read, read only")
        .await?;
    // The live view may have gone on, or been swapped, meanwhile; what it shows in this snapshot is what counts.
    let live = self::live::<V>(&mut snapshot).await?;
    let until = Checkpoint::load(&mut snapshot, &live).await?.mark.position;
    memory.read(pool, until, progress).await?;
    let mut aside = parked_keys(pool, &live).await?;
    aside.extend(memory.failed.iter().map(ToString::to_string));
    let hand_over = |pair: Pair<V::Row>| {
        if !aside.contains(&pair.key) {
            pairs(pair);
        }
    };
    compare(&mut snapshot, &Tables::of(&live), memory.rows, hand_over).await?;
    snapshot.rollback().await?;
    let mut aside: Vec<String> = aside.into_iter().collect();
    aside.sort_unstable();
    Ok(ShadowReport {
        position: until,
        live_version: live.version,
        aside,
    })
}

/// What a fold in memory has come to.
#[derive(Debug)]
pub struct Imagined<V: View> {
    /// The rows by key, those whose fold fails left out.
    pub rows: BTreeMap<String, V::Row>,
    /// The last event that was read.
    pub last: Option<Recorded<V::Event>>,
}

/// Folds something that is no live view over the whole log, in memory.
///
/// # Errors
/// The log cannot be read.
pub async fn imagine<V: View>(
    pool: &PgPool,
    view: &V,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<Imagined<V>, FollowError> {
    let mut memory = Memory {
        view,
        rows: HashMap::new(),
        failed: Vec::new(),
        discards: Discards::default(),
        at: Mark::default(),
    };
    let head = crate::follow::read::head(pool).await?.position;
    memory.read(pool, head, progress).await?;
    let last = crate::follow::read_positions(pool, &[i64::try_from(head).unwrap_or(i64::MAX)]).await?;
    let rows = memory.rows.into_iter().map(|(key, row)| (key.to_string(), row));
    Ok(Imagined {
        rows: rows.collect(),
        last: last.into_iter().next(),
    })
}

async fn live<V: View>(connection: &mut PgConnection) -> Result<Identity, FollowError> {
    let served = served(connection, V::NAME).await?;
    served
        .map(|served| served.who)
        .ok_or_else(|| FollowError::Fault(format!("`{}` is not live; let the followers run first", V::NAME)))
}

struct Memory<'a, V: View> {
    view: &'a V,
    rows: HashMap<Arc<str>, V::Row>,
    failed: Vec<Arc<str>>,
    discards: Discards,
    at: Mark,
}

impl<V: View> Memory<'_, V> {
    /// Folds what lies between where it stands and a position.
    async fn read(
        &mut self,
        pool: &PgPool,
        until: u64,
        progress: &(dyn Fn(RebuildProgress) + Send + Sync),
    ) -> Result<(), FollowError> {
        while self.at.position < until {
            let segment =
                read_segment::<V::Event>(&mut *pool.acquire().await?, self.at, 4096, Some(until)).await?;
            let Some(segment) = segment else {
                return Err(FollowError::Discontinued {
                    position: self.at.position,
                });
            };
            segment.events.iter().for_each(|event| self.fold(event));
            self.at = segment.last;
            progress(RebuildProgress {
                position: self.at.position,
                head: until,
            });
        }
        self.conclude();
        Ok(())
    }

    fn conclude(&mut self) {
        let keys: Vec<_> = self.rows.keys().cloned().collect();
        for key in keys {
            let Some(row) = self.rows.remove(&key) else {
                continue;
            };
            match guarded(|| self.view.conclude(row)) {
                Ok(row) => drop(self.rows.insert(key, row)),
                Err(_) => self.failed.push(key),
            }
        }
    }

    fn fold(&mut self, event: &Recorded<V::Event>) {
        for touch in touches(self.view, event).unwrap_or_default() {
            let set_aside = !self.failed.is_empty() && self.failed.contains(&touch.text);
            if set_aside || self.discards.holds(event.position, &touch.text) {
                continue;
            }
            let before = self.rows.remove(&touch.text);
            match guarded(|| self.view.evolve(&touch.key, before, event)) {
                Ok(Some(after)) => drop(self.rows.insert(touch.text, after)),
                Ok(None) => {}
                Err(_) => self.failed.push(touch.text),
            }
        }
    }
}

async fn compare<R: serde::de::DeserializeOwned>(
    snapshot: &mut PgConnection,
    tables: &Tables,
    mut shadow: HashMap<Arc<str>, R>,
    mut pairs: impl FnMut(Pair<R>),
) -> Result<(), FollowError> {
    let sql = format!(
        "select key, row::text from {} where key > $1 order by key limit {PAGE}",
        tables.rows
    );
    let mut after = String::new();
    loop {
        let page = sqlx::query(&sql).bind(&after).fetch_all(&mut *snapshot).await?;
        for row in &page {
            after = row.try_get(0)?;
            let live = serde_json::from_str(row.try_get(1)?).map_err(|error| {
                FollowError::Fault(format!("the live row of `{after}` is another program's: {error}"))
            })?;
            pairs(Pair {
                shadow: shadow.remove(after.as_str()),
                key: after.clone(),
                live: Some(live),
            });
        }
        if page.is_empty() {
            break;
        }
    }
    let mut rest: Vec<_> = shadow.into_iter().collect();
    rest.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for (key, row) in rest {
        pairs(Pair {
            key: key.to_string(),
            live: None,
            shadow: Some(row),
        });
    }
    Ok(())
}
