//! Tags of a member, and members of a tag, on a day.

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::Tag;
use crate::history::Home;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct TagFilter {
    /// Only members who are at home at these stores; empty means all.
    pub stores: Vec<String>,
    /// Only members who have this tag on the day.
    pub tag: Option<String>,
}

/// A member with the tags of a day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemberTags {
    /// The member.
    pub member_id: String,
    /// The member to whom this one leads since a merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// Where the member is at home.
    #[serde(flatten)]
    pub home: Home,
    /// The tags of the day; all spans where no day was asked for.
    pub tags: Vec<Tag>,
    /// Position of the last event behind them.
    pub as_of_position: u64,
}

/// A member, and those who were merged into it with what they had.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WholeMember {
    /// The member.
    #[serde(flatten)]
    pub own: MemberTags,
    /// Members who lead to this one: their tags are the person's, too.
    pub aliases: Vec<MemberTags>,
}

const COLUMNS: &str = "key, row ->> 'merged_into' as merged_into, (row -> 'home')::text as home, (row -> 'tags')::text as tags, position from views.crm_tags";

/// Members behind an id, in the order of their ids, at most `limit`, with the tags that they have on a day.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &TagFilter,
    on: BusinessDate,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<MemberTags>, QueryError> {
    let sql = format!(
        "select {COLUMNS}
          where (cardinality($1::text[]) = 0 or row -> 'home' ->> 'store' = any ($1))
            and ($2::text is null or (
                  row -> 'tags' @> jsonb_build_array(jsonb_build_object('tag', $2::text))
                  and exists (select from jsonb_array_elements(row -> 'tags') as t
                               where t ->> 'tag' = $2 and t ->> 'from' <= $3 and coalesce(t ->> 'until' > $3, true))))
            and key collate \"C\" > coalesce($4, '')
          order by key collate \"C\" limit $5"
    );
    let rows = sqlx::query(&sql)
        .bind(&filter.stores)
        .bind(&filter.tag)
        .bind(on.to_string())
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await?;
    let members = rows.iter().map(|row| {
        let member = member(row, Some(on))?;
        Ok((member.member_id.clone(), member))
    });
    Ok(Listed::cut(members.collect::<Result<_, QueryError>>()?, limit))
}

/// One member and their aliases, with the tags of a day, or with all spans.
///
/// # Errors
/// The database, or a row of another version.
pub async fn get(
    pool: &PgPool,
    member_id: &str,
    on: Option<BusinessDate>,
) -> Result<Option<WholeMember>, QueryError> {
    let sql = format!(
        "with recursive one_person as (
           select $1::text as id, 0 as far
           union
           select t.key, p.far + 1 from one_person p join views.crm_tags t on t.row ->> 'merged_into' = p.id
            where p.far < 20)
         select {COLUMNS} where key in (select id from one_person) order by key <> $1, key collate \"C\""
    );
    let rows = sqlx::query(&sql).bind(member_id).fetch_all(pool).await?;
    let mut members = rows
        .iter()
        .map(|row| member(row, on))
        .collect::<Result<Vec<_>, _>>()?;
    if members.first().is_none_or(|first| first.member_id != member_id) {
        return Ok(None);
    }
    let own = members.remove(0);
    Ok(Some(WholeMember {
        own,
        aliases: members,
    }))
}

fn member(row: &PgRow, on: Option<BusinessDate>) -> Result<MemberTags, QueryError> {
    let mut tags: Vec<Tag> = serde_json::from_str(row.try_get("tags")?)?;
    tags.retain(|tag| on.is_none_or(|on| tag.holds_on(on)));
    Ok(MemberTags {
        member_id: row.try_get("key")?,
        merged_into: row.try_get("merged_into")?,
        home: serde_json::from_str(row.try_get("home")?)?,
        tags,
        as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
    })
}
