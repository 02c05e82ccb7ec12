//! Aggregates as they stand now or stood once, straight from the log. Sealed fields stay sealed.

use axum::Json;
use axum::extract::State;
use guanxi_domain::campaign::Campaign;
use guanxi_domain::coupon::Coupon;
use guanxi_domain::guide::GuideRelationship;
use guanxi_domain::member::Member;
use guanxi_domain::order::Order;
use guanxi_domain::store::Store;
use guanxi_event_store::past;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::as_of::AsOfQuery;
use crate::ApiState;
use crate::access::{Caller, Reached, Reader};
use crate::commands::fault;
use crate::http::{Params, Problem, Segment};

/// An aggregate as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Standing {
    /// Its id.
    id: String,
    /// How many events it has, or had.
    sequence: u64,
    /// What they add up to.
    #[schema(value_type = Object)]
    state: Value,
}

async fn standing<D: Reached>(
    state: &ApiState,
    caller: &Caller,
    id: String,
    as_of: &AsOfQuery,
) -> Result<Json<Standing>, Problem> {
    let loaded = state.store.load::<D>(&id).await.map_err(|error| fault(&error))?;
    caller.reaches(&D::reach(&id, &loaded.state), None)?;
    let (sequence, standing) = match as_of.until()? {
        None => (loaded.sequence, serde_json::to_value(&*loaded.state)),
        Some(until) => {
            let past = past::<D>(state.store.pool(), &id, until)
                .await
                .map_err(|error| fault(&error))?;
            (past.events.len() as u64, serde_json::to_value(&past.state))
        }
    };
    if sequence == 0 {
        return Err(Problem::not_found(format!("There is no {} {id}.", D::TYPE)));
    }
    Ok(Json(Standing {
        id,
        sequence,
        state: standing.map_err(|_| Problem::internal())?,
    }))
}

/// Declares the question for one aggregate.
macro_rules! standing_of {
    ($name:ident, $path:literal, $rules:ty, $summary:literal) => {
        #[utoipa::path(
                                    get, path = $path, tag = "streams", summary = $summary,
                                    params(("id" = String, Path, description = "Its id."), AsOfQuery),
                                    responses((status = 200, body = Standing, description = "As it stands."),
                                              (status = 404, body = Problem, description = "There is none.")),
                                )]
        pub(super) async fn $name(
            State(state): State<ApiState>,
            Reader(caller): Reader,
            Segment(id): Segment<String>,
            Params(as_of): Params<AsOfQuery>,
        ) -> Result<Json<Standing>, Problem> {
            standing::<$rules>(&state, &caller, id, &as_of).await
        }
    };
}

standing_of!(
    member,
    "/v1/members/{id}",
    Member,
    "A member as it stands. Personal fields stay sealed."
);
standing_of!(coupon, "/v1/coupons/{id}", Coupon, "A coupon as it stands.");
standing_of!(
    campaign,
    "/v1/campaigns/{id}",
    Campaign,
    "A campaign as it stands."
);
standing_of!(
    store,
    "/v1/stores/{id}",
    Store,
    "A store with its terms over time."
);
standing_of!(
    order,
    "/v1/orders/{id}/state",
    Order,
    "An order as its own events make it. Its story over all streams is at /v1/orders/{id}."
);

/// A guide's relationship to a member.
#[utoipa::path(
    get, path = "/v1/guides/{guide_id}/members/{member_id}", tag = "streams",
    summary = "What is between a guide and a member, commission included.",
    params(("guide_id" = String, Path, description = "The guide."),
           ("member_id" = String, Path, description = "The member."), AsOfQuery),
    responses((status = 200, body = Standing, description = "As it stands."),
              (status = 404, body = Problem, description = "There is none.")),
)]
pub(super) async fn guide(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment((guide, member)): Segment<(String, String)>,
    Params(as_of): Params<AsOfQuery>,
) -> Result<Json<Standing>, Problem> {
    standing::<GuideRelationship>(&state, &caller, format!("{guide}/{member}"), &as_of).await
}
