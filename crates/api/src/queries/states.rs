//! Aggregates as they stand now, straight from the log. Sealed fields stay sealed.

use axum::Json;
use axum::extract::State;
use guanxi_domain::campaign::Campaign;
use guanxi_domain::coupon::Coupon;
use guanxi_domain::member::Member;
use guanxi_domain::store::Store;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ApiState;
use crate::access::{Caller, Reached, Reader};
use crate::commands::fault;
use crate::http::{Problem, Segment};

/// An aggregate as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Standing {
    /// Its id.
    id: String,
    /// How many events it has.
    sequence: u64,
    /// What they add up to.
    state: Value,
}

async fn standing<D: Reached>(
    state: &ApiState,
    caller: &Caller,
    id: String,
) -> Result<Json<Standing>, Problem> {
    let loaded = state.store.load::<D>(&id).await.map_err(|error| fault(&error))?;
    caller.reaches(&D::reach(&id, &loaded.state), None)?;
    if loaded.sequence == 0 {
        return Err(Problem::not_found(format!("There is no {} {id}.", D::TYPE)));
    }
    let state = serde_json::to_value(&*loaded.state).map_err(|_| Problem::internal())?;
    Ok(Json(Standing {
        id,
        sequence: loaded.sequence,
        state,
    }))
}

/// Declares the question for one aggregate.
macro_rules! standing_of {
    ($name:ident, $path:literal, $rules:ty, $summary:literal) => {
        #[utoipa::path(
                                    get, path = $path, tag = "streams", summary = $summary,
                                    params(("id" = String, Path, description = "Its id.")),
                                    responses((status = 200, body = Standing, description = "As it stands."),
                                              (status = 404, body = Problem, description = "There is none.")),
                                )]
        pub(super) async fn $name(
            State(state): State<ApiState>,
            Reader(caller): Reader,
            Segment(id): Segment<String>,
        ) -> Result<Json<Standing>, Problem> {
            standing::<$rules>(&state, &caller, id).await
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
