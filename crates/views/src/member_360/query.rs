//! One member on one page, with everything that was merged into that one.

use std::collections::BTreeMap;

use guanxi_domain::member::{Balance, MemberStatus, TagSource, TierHeld};
use guanxi_kernel::{BusinessDate, Fen, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::MemberRow;
use crate::page::QueryError;

/// No chain of merges is longer; a longer one would be a circle.
const LONGEST_CHAIN: usize = 32;

/// A member.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemberOverview {
    /// The member; the survivor, where the one asked for was merged into another.
    pub member_id: String,
    /// Members who were merged into this one, and whose orders, coupons and guides stand here too.
    pub aliases: Vec<String>,
    /// How far the person has come: `walk_in`, `enrolled`, `active`, `erased`.
    pub status: String,
    /// The name, opened for this answer; absent where none is known or the person was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The home store.
    pub home_store: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i16>,
    /// By how many signs of each kind the member is known.
    pub known_by: BTreeMap<String, u32>,
    /// The tier, where there is one above everybody's.
    pub tier: Option<TierHeld>,
    /// Points.
    pub points: Balance,
    /// Lots of points, those that end first before others.
    pub lots: Vec<LotShown>,
    /// Tags by hand or by an outside engine; those by our own rules are at `/v1/members/{id}/tags`.
    pub tags: Vec<TagShown>,
    /// Why the member may not spend points, if so.
    pub suspended: Option<String>,
    /// Paid orders, the latest first.
    pub orders: Vec<OrderShown>,
    /// Coupons.
    pub coupons: Vec<CouponShown>,
    /// Guides.
    pub guides: Vec<GuideShown>,
    /// Position of the last event that is in this answer.
    pub as_of_position: u64,
}

/// A lot of points.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LotShown {
    /// Its name.
    pub lot_id: String,
    /// The order that gave it, if one did.
    pub order_id: Option<String>,
    /// What is left.
    pub points: i64,
    /// When its points become usable; nothing once they are.
    pub activates_on: Option<BusinessDate>,
    /// Last day on which they can be spent.
    pub expires_on: Option<BusinessDate>,
}

/// A tag with its reason.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TagShown {
    /// Which.
    pub tag: String,
    /// On whose word.
    pub by: TagSource,
}

/// A paid order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrderShown {
    /// Which.
    pub order_id: String,
    /// Whose sale.
    pub store_id: Option<String>,
    /// When it became paid.
    pub business_date: Option<BusinessDate>,
    /// What was paid.
    pub paid_fen: Fen,
    /// What went back.
    pub refunded_fen: Fen,
}

/// A coupon.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CouponShown {
    /// Which.
    pub coupon_id: String,
    /// Of which campaign.
    pub campaign_id: String,
    /// The last that was heard of it.
    pub status: String,
}

/// A guide.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct GuideShown {
    /// Who.
    pub guide_id: String,
    /// At which store.
    pub store_id: Option<String>,
    /// Whether nobody else may serve the member.
    pub exclusive: bool,
    /// Since when.
    pub bound_at: Timestamp,
    /// Until when, if it is over.
    pub ended_at: Option<Timestamp>,
}

/// A member with aliases resolved; `None` where nobody is known by the id.
///
/// # Errors
/// The database, or a row of another version.
pub async fn get(pool: &PgPool, member_id: &str) -> Result<Option<MemberOverview>, QueryError> {
    let mut id = member_id.to_owned();
    let Some((mut row, mut position)) = load(pool, &id).await? else {
        return Ok(None);
    };
    for _ in 0..LONGEST_CHAIN {
        let Some(into) = row.member.merged_into.as_ref().map(ToString::to_string) else {
            break;
        };
        let Some(found) = load(pool, &into).await? else {
            break;
        };
        (row, position, id) = (found.0, found.1, into);
    }
    let (mut aliases, mut seen) = (
        Vec::new(),
        row.member
            .absorbed
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
    );
    while let Some(alias) = seen
        .pop()
        .filter(|_| aliases.len() < LONGEST_CHAIN * LONGEST_CHAIN)
    {
        if alias == id || aliases.contains(&alias) {
            continue;
        }
        if let Some((other, at)) = load(pool, &alias).await? {
            seen.extend(other.member.absorbed.keys().map(ToString::to_string));
            position = position.max(at);
            row.take_in(other);
        }
        aliases.push(alias);
    }
    aliases.sort_unstable();
    Ok(Some(overview(id, aliases, row, position)))
}

async fn load(pool: &PgPool, id: &str) -> Result<Option<(MemberRow, u64)>, QueryError> {
    let found = sqlx::query("select row::text as row, position from views.member_360 where key = $1")
        .bind(id)
        .fetch_optional(pool)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let position = found.try_get::<i64, _>("position")?.unsigned_abs();
    Ok(Some((serde_json::from_str(found.try_get("row")?)?, position)))
}

impl MemberRow {
    /// What others' streams said of a member who is this one now.
    fn take_in(&mut self, other: Self) {
        self.orders.extend(other.orders);
        self.coupons.extend(other.coupons);
        for (guide, held) in other.guides {
            self.guides.entry(guide).or_insert(held);
        }
        for (kind, count) in other.known_by {
            *self.known_by.entry(kind).or_default() += count;
        }
    }
}

fn status(status: MemberStatus) -> &'static str {
    match status {
        MemberStatus::Unknown => "unknown",
        MemberStatus::WalkIn => "walk_in",
        MemberStatus::Enrolled => "enrolled",
        MemberStatus::Active => "active",
        MemberStatus::Erased => "erased",
    }
}

fn overview(member_id: String, aliases: Vec<String>, row: MemberRow, as_of_position: u64) -> MemberOverview {
    let MemberRow {
        member,
        known_by,
        orders,
        coupons,
        guides,
    } = row;
    let points = member.ledger.balance();
    let mut lots: Vec<_> = member.ledger.lots.into_values().map(lot).collect();
    lots.sort_by_key(|lot| (lot.expires_on.is_none(), lot.expires_on));
    let mut orders: Vec<_> = orders
        .into_iter()
        .map(|(order_id, made)| OrderShown {
            order_id,
            store_id: made.store_id,
            business_date: made.business_date,
            paid_fen: made.paid_fen,
            refunded_fen: made.refunded_fen,
        })
        .collect();
    orders.sort_by_key(|order| std::cmp::Reverse(order.business_date));
    MemberOverview {
        member_id,
        aliases,
        status: status(member.status).to_owned(),
        name: None,
        home_store: member.home_store.map(|store| store.to_string()),
        city: member.profile.city,
        birth_year: member.profile.birth_year,
        known_by,
        tier: member.tier,
        points,
        lots,
        tags: member
            .tags
            .into_iter()
            .map(|(tag, by)| TagShown { tag, by })
            .collect(),
        suspended: member.suspended,
        orders,
        coupons: coupons
            .into_iter()
            .map(|(coupon_id, held)| CouponShown {
                coupon_id,
                campaign_id: held.campaign_id,
                status: held.status,
            })
            .collect(),
        guides: guides
            .into_iter()
            .map(|(guide_id, held)| GuideShown {
                guide_id,
                store_id: held.store_id,
                exclusive: held.exclusive,
                bound_at: held.bound_at,
                ended_at: held.ended_at,
            })
            .collect(),
        as_of_position,
    }
}

fn lot(held: guanxi_domain::member::LotChange) -> LotShown {
    LotShown {
        lot_id: held.lot.lot_id,
        order_id: held.lot.order_id.map(|order| order.to_string()),
        points: held.points,
        activates_on: held.lot.activates_on,
        expires_on: held.lot.expires_on,
    }
}
