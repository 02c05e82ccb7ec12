//! Placing an order: coupons are reserved first, their terms handed in as facts, and released when the order is refused.

use axum::Json;
use axum::extract::State;
use garde::Validate;
use guanxi_domain::coupon::{Coupon, CouponCommand, ReleaseCoupon, ReleaseReason, ReserveCoupon};
use guanxi_domain::ids::{CategoryId, CouponId, Sku};
use guanxi_domain::member::ALIAS;
use guanxi_domain::order::{
    Cart, CartCoupon, CartLine, GuideTerms, Order, OrderCommand, OrderKind, Place, Pricing,
};
use guanxi_domain::store::Store;
use guanxi_kernel::{
    BasisPoints, Channel, ClaimKey, Fen, GuideId, MemberId, OrderId, StoreId, TimeZoneId, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Receipt;
use super::execute::{Asked, fault, problem};
use crate::ApiState;
use crate::access::Commander;
use crate::http::{Body, IdempotencyKey, Problem, Segment};

/// An order as a shop sends it.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct PlaceOrder {
    /// How it came about: `counter`, `scan_and_buy`, `brand_mall`, `store_mall`, `guide_assisted` …
    #[schema(value_type = String)]
    pub kind: OrderKind,
    /// Through which channel, e.g. `mini_program`.
    #[schema(value_type = String)]
    pub channel: Channel,
    /// Whose sale it is.
    #[schema(value_type = String)]
    pub store_id: StoreId,
    /// Who orders, if known.
    #[schema(value_type = Option<String>)]
    pub member_id: Option<MemberId>,
    /// Who is credited.
    #[schema(value_type = Option<String>)]
    pub guide_id: Option<GuideId>,
    /// The guide's commission on goods paid, in ten-thousandths.
    #[garde(range(max = 10_000))]
    #[serde(default)]
    pub commission_basis_points: u32,
    /// 1 to 500 lines.
    #[garde(length(min = 1, max = 500), dive)]
    pub lines: Vec<OrderLineRequest>,
    /// Delivery, in fen.
    #[serde(default)]
    #[garde(range(min = 0))]
    pub freight_fen: i64,
    /// Promotions off the whole order, in fen.
    #[serde(default)]
    #[garde(length(max = 20), inner(range(min = 0)))]
    pub order_promotions_fen: Vec<i64>,
    /// The member's coupons.
    #[serde(default)]
    #[garde(length(max = 20))]
    #[schema(value_type = Vec<String>)]
    pub coupons: Vec<CouponId>,
    /// A try-out that no figure counts.
    #[serde(default)]
    pub test: bool,
    /// Until when it is to be paid; then its attempts are closed and it is called off.
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Timestamp>,
    /// When, if not now.
    #[schema(value_type = Option<String>)]
    pub placed_at: Option<Timestamp>,
}

/// A line of an order.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct OrderLineRequest {
    /// What.
    #[schema(value_type = String)]
    pub sku: Sku,
    /// Its category, by which coupons go.
    #[schema(value_type = Option<String>)]
    pub category: Option<CategoryId>,
    /// Pieces.
    #[garde(range(min = 1, max = 1_000_000))]
    pub quantity: i64,
    /// Price of one piece, in fen.
    #[garde(range(min = 0))]
    pub unit_price_fen: i64,
    /// Off this line, in fen.
    #[serde(default)]
    #[garde(range(min = 0))]
    pub line_promotion_fen: i64,
}

/// Places an order.
#[utoipa::path(
    post, path = "/v1/orders/{id}/place", tag = "orders",
    summary = "Places an order. Prices, discounts, store, guide and rate are frozen by it.",
    params(("id" = String, Path, description = "Id for the order, chosen by you."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = PlaceOrder,
    responses((status = 200, body = Receipt, description = "Placed, or placed before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn place(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<PlaceOrder>,
) -> Result<Json<Receipt>, Problem> {
    let order_id = OrderId::new(&id).map_err(|error| Problem::unfit(error.to_string()))?;
    let placed_at = body.placed_at.unwrap_or_else(|| state.now());
    let zone = zone_of(&state, &body.store_id, placed_at).await?;
    let asked = Asked::new(&state, &caller, &key, &("place", &id, &body))?
        .through(Some(body.channel.clone()))
        .at_store(&body.store_id, &zone)?
        .dated(placed_at, &zone);
    // Coupons stay with the member who has them; the order is the survivor's.
    let owner = body.member_id.clone();
    let body = PlaceOrder {
        member_id: survivor(&state, body.member_id.as_ref())
            .await?
            .or(body.member_id),
        ..body
    };
    // A retry must not be turned away because the coupons are used by now.
    if let Ok(Some(_)) = state.store.outcome(&asked.command_id).await {
        let place = to_place(&body, zone, placed_at, Vec::new());
        return asked
            .execute::<Order>(&id, &OrderCommand::Place(Box::new(place)))
            .await;
    }
    let mut coupons = Vec::with_capacity(body.coupons.len());
    for coupon in &body.coupons {
        match reserve(&state, &asked, coupon, &order_id, owner.as_ref(), placed_at).await {
            Ok(reserved) => coupons.push(reserved),
            Err(refused) => {
                release(&state, &asked, &coupons, &order_id).await;
                return Err(refused);
            }
        }
    }
    let place = to_place(&body, zone, placed_at, coupons.clone());
    let releasing = asked.again();
    let outcome = asked
        .execute::<Order>(&id, &OrderCommand::Place(Box::new(place)))
        .await;
    if outcome.as_ref().is_err_and(|problem| problem.status < 500) {
        release(&state, &releasing, &coupons, &order_id).await;
    }
    outcome
}

/// Who answers for a member that was merged into another: whose order it is, is frozen by placing it.
async fn survivor(state: &ApiState, member: Option<&MemberId>) -> Result<Option<MemberId>, Problem> {
    let Some(member) = member else { return Ok(None) };
    let holders = state
        .store
        .holders(&[ClaimKey::open(ALIAS, member.as_str())])
        .await;
    let holder = holders
        .map_err(|error| fault(&error))?
        .into_iter()
        .flatten()
        .next();
    Ok(holder.and_then(|stream| MemberId::new(&stream.aggregate_id).ok()))
}

async fn zone_of(state: &ApiState, store: &StoreId, at: Timestamp) -> Result<TimeZoneId, Problem> {
    let loaded = state
        .store
        .load::<Store>(store.as_str())
        .await
        .map_err(|error| fault(&error))?;
    let terms = loaded.state.terms_at(at).map(|terms| terms.time_zone.clone());
    terms.ok_or_else(|| {
        Problem::refused(
            "store.unknown",
            &format!("store {store} is not open at {at}; open it first"),
        )
    })
}

async fn reserve(
    state: &ApiState,
    asked: &Asked<'_>,
    coupon_id: &CouponId,
    order_id: &OrderId,
    member: Option<&MemberId>,
    reserved_at: Timestamp,
) -> Result<CartCoupon, Problem> {
    let Some(member_id) = member.cloned() else {
        return Err(Problem::invalid("member_id is needed where coupons are used."));
    };
    let command = CouponCommand::ReserveCoupon(ReserveCoupon {
        order_id: order_id.clone(),
        member_id,
        reserved_at,
    });
    let context = asked.step(&format!("reserve:{coupon_id}"), &(coupon_id, order_id))?;
    state
        .store
        .execute::<Coupon>(coupon_id.as_str(), &command, &context)
        .await
        .map_err(|error| problem(&error))?;
    let coupon = state
        .store
        .load::<Coupon>(coupon_id.as_str())
        .await
        .map_err(|error| fault(&error))?;
    let issued = coupon.state.issued.as_ref().ok_or_else(Problem::internal)?;
    Ok(CartCoupon {
        coupon_id: coupon_id.clone(),
        campaign_id: issued.campaign_id.clone(),
        terms: issued.terms.clone(),
    })
}

/// Frees what was reserved. What fails here is freed by hand or by the order's next try: the reservation names it.
async fn release(state: &ApiState, asked: &Asked<'_>, coupons: &[CartCoupon], order_id: &OrderId) {
    for CartCoupon { coupon_id, .. } in coupons {
        let reason = ReleaseReason::NotPlaced;
        let command = CouponCommand::ReleaseCoupon(ReleaseCoupon {
            order_id: order_id.clone(),
            reason,
        });
        let Ok(context) = asked.step(&format!("release:{coupon_id}"), &(coupon_id, order_id)) else {
            continue;
        };
        if let Err(error) = state
            .store
            .execute::<Coupon>(coupon_id.as_str(), &command, &context)
            .await
        {
            tracing::warn!(%error, %coupon_id, "a coupon of a refused order stays reserved");
        }
    }
}

fn to_place(body: &PlaceOrder, zone: TimeZoneId, placed_at: Timestamp, coupons: Vec<CartCoupon>) -> Place {
    let line = |line: &OrderLineRequest| CartLine {
        sku: line.sku.clone(),
        category: line.category.clone(),
        quantity: line.quantity,
        unit_price_fen: Fen(line.unit_price_fen),
        line_promotion_fen: Fen(line.line_promotion_fen),
    };
    Place {
        kind: body.kind,
        channel: body.channel.clone(),
        store_id: body.store_id.clone(),
        time_zone: zone,
        placed_at,
        member_id: body.member_id.clone(),
        guide: body.guide_id.clone().map(|guide_id| GuideTerms {
            guide_id,
            rate: BasisPoints(body.commission_basis_points),
        }),
        pricing: Pricing::Calculated(Cart {
            lines: body.lines.iter().map(line).collect(),
            freight_fen: Fen(body.freight_fen),
            order_promotions_fen: body.order_promotions_fen.iter().copied().map(Fen).collect(),
            coupons,
        }),
        expires_at: body.expires_at,
        test: body.test,
    }
}
