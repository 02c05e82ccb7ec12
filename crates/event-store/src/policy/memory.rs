//! What a policy keeps in mind, for the length of a batch.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use sqlx::{PgConnection, PgPool, Row};

use crate::follow::{FollowError, Identity};
use crate::view::{canonical, key_text};

/// Memories by key; `None` is known to be absent.
#[derive(Default)]
pub(super) struct Memories {
    known: HashMap<String, Option<Value>>,
    changed: BTreeSet<String>,
}

impl Memories {
    pub(super) async fn load(
        pool: &PgPool,
        who: &Identity,
        keys: BTreeSet<String>,
    ) -> Result<Self, FollowError> {
        let mut memories = Self::default();
        if keys.is_empty() {
            return Ok(memories);
        }
        let keys: Vec<String> = keys.into_iter().collect();
        let rows = sqlx::query(
            "select key, memory from follow.memories where policy = $1 and version = $2 and key = any($3)",
        )
        .bind(&*who.name)
        .bind(who.version_sql())
        .bind(&keys)
        .fetch_all(pool)
        .await?;
        memories.known = keys.into_iter().map(|key| (key, None)).collect();
        for row in rows {
            memories.known.insert(row.try_get(0)?, Some(row.try_get(1)?));
        }
        Ok(memories)
    }

    pub(super) fn get(&self, key: Option<&str>) -> Option<&Value> {
        self.known.get(key?)?.as_ref()
    }

    /// Keeps something in mind; what the table cannot hold is a reason to park the event.
    pub(super) fn set(&mut self, key: String, memory: Option<Value>) -> Result<(), String> {
        key_text(&key)?;
        memory.as_ref().map(canonical).transpose()?;
        if self.known.get(&key) != Some(&memory) {
            self.changed.insert(key.clone());
            self.known.insert(key, memory);
        }
        Ok(())
    }

    pub(super) fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }

    pub(super) async fn write(&self, work: &mut PgConnection, who: &Identity) -> Result<(), FollowError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let (mut keys, mut values, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for key in &self.changed {
            match self.known.get(key) {
                Some(Some(memory)) => {
                    keys.push(key.as_str());
                    values.push(memory.to_string());
                }
                _ => gone.push(key.as_str()),
            }
        }
        sqlx::query(
            "with gone as (delete from follow.memories where policy = $1 and version = $2 and key = any($5)) \
             insert into follow.memories (policy, version, key, memory) \
             select $1, $2, key, memory::jsonb from unnest($3::text[], $4::text[]) as m (key, memory) \
             on conflict (policy, version, key) do update set memory = excluded.memory",
        )
        .bind(&*who.name)
        .bind(who.version_sql())
        .bind(keys)
        .bind(values)
        .bind(gone)
        .execute(work)
        .await?;
        Ok(())
    }
}
