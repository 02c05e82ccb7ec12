//! The replay under other rules, and what each row says.

use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::loyalty::Programme;
use guanxi_event_store::view::{Imagined, Pair, RebuildProgress, imagine, shadow};
use guanxi_event_store::{FollowError, View};
use guanxi_kernel::BusinessDate;
use sqlx::PgPool;

use super::loyalty::Loyalty;
use super::outcome::{Outcome, Said};
use crate::crm_tags::{CrmTags, TagRow};
use crate::funnel::{Funnel, FunnelRow};
use crate::rules::AnyRules;

/// What is wanted of an answer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The day for which members are counted; that of the last event, without. Tiers of the loyalty programme are as of
    /// the last event always.
    pub on: Option<BusinessDate>,
    /// Members behind this id are listed.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Replays history under other rules and compares with the live view.
///
/// # Errors
/// The log or the live view cannot be read.
pub async fn what_if(
    pool: &PgPool,
    rules: AnyRules,
    asked: &Asked,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<Outcome, FollowError> {
    let on = match asked.on {
        Some(on) => on,
        None => last_day(pool).await?,
    };
    let mut outcome = match rules {
        AnyRules::Tags(rules) => {
            let outcome = Outcome::new("tags", rules.version, on);
            compare(
                pool,
                &CrmTags::new(Arc::new(rules)),
                outcome,
                said_of_tags,
                progress,
            )
            .await?
        }
        AnyRules::Funnel(rules) => {
            let outcome = Outcome::new("funnel", rules.version, on);
            compare(
                pool,
                &Funnel::new(Arc::new(rules)),
                outcome,
                said_of_path,
                progress,
            )
            .await?
        }
        AnyRules::Loyalty(programme) => loyalty(pool, *programme, on, progress).await?,
    };
    outcome.cut(asked.after.as_deref(), asked.limit);
    Ok(outcome)
}

async fn compare<V: View<Event = GuanxiEvent>>(
    pool: &PgPool,
    view: &V,
    mut outcome: Outcome,
    say: fn(&V::Row, BusinessDate) -> Said,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<Outcome, FollowError> {
    let on = outcome.on;
    let said = |row: Option<&V::Row>| row.map_or_else(Said::default, |row| say(row, on));
    let mut take = |pair: Pair<V::Row>| {
        let (now, then) = (said(pair.live.as_ref()), said(pair.shadow.as_ref()));
        outcome.take(pair.key, &now, &then);
    };
    let report = shadow(pool, view, progress, &mut take).await?;
    outcome.position = report.position;
    outcome.aside = report.aside;
    Ok(outcome)
}

/// Members' tiers by another loyalty programme, as of the last event.
async fn loyalty(
    pool: &PgPool,
    programme: Programme,
    on: BusinessDate,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<Outcome, FollowError> {
    let mut outcome = Outcome::new("loyalty", programme.version, on);
    let everybodys = programme
        .base()
        .map_or_else(String::new, |level| level.code.to_string());
    let rules = Loyalty::new(programme);
    let Imagined { rows, last } = imagine(pool, &rules, progress).await?;
    let Some(last) = last else { return Ok(outcome) };
    outcome.position = last.position;
    for (member_id, mut row) in rows {
        if row.merged {
            outcome.aside.push(member_id);
            continue;
        }
        rules.advance(&mut row, &last);
        let (now, then) = row.said(&everybodys);
        outcome.take(member_id, &now, &then);
    }
    Ok(outcome)
}

/// The day of the last event in the log.
async fn last_day(pool: &PgPool) -> Result<BusinessDate, FollowError> {
    let day: Option<Option<String>> = sqlx::query_scalar(
        "select metadata ->> 'business_date' from log.events order by position desc limit 1",
    )
    .fetch_optional(pool)
    .await?;
    let day = day.flatten().and_then(|day| day.parse().ok());
    day.ok_or_else(|| FollowError::Fault("the log has no dated event to count by; name a day".to_owned()))
}

/// Spans of tags, whatever the version of the rule that gives them.
pub(super) fn said_of_tags(row: &TagRow, on: BusinessDate) -> Said {
    let mut said = Said::default();
    for tag in &row.tags {
        if tag.holds_on(on) {
            said.on_the_day.insert(tag.tag.to_string());
        }
        let evidence = &tag.evidence.positions;
        let span = format!(
            "{:?} {:?} {} {:?} {evidence:?}",
            tag.source, tag.rule, tag.from, tag.until
        );
        said.over_time.entry(tag.tag.to_string()).or_default().push(span);
    }
    said
}

/// The tier of the day, and for each tier when it is entered.
pub(super) fn said_of_path(row: &FunnelRow, on: BusinessDate) -> Said {
    let mut said = Said::default();
    let now = row.steps.iter().rev().find(|step| step.moment.day <= on);
    said.on_the_day
        .extend(now.and_then(|step| step.tier.as_ref()).map(ToString::to_string));
    for step in &row.steps {
        let tier = step.tier.as_deref().unwrap_or("none").to_owned();
        let entered = format!("{:?} {:?} {:?}", step.moment, step.home, step.evidence.positions);
        said.over_time.entry(tier).or_default().push(entered);
    }
    said
}
