//! The work list of the payment service.

use axum::Json;
use axum::extract::State;
use guanxi_views::work_list::{InstructionFilter, InstructionLine, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, answer};

answer!(InstructionOfList, InstructionLine);

/// Which instructions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InstructionParams {
    /// Only those that are so far: `open`, `acknowledged`, `trouble`, `done`, `failed`.
    status: Option<String>,
    /// Only `close`, `refund` or `query`.
    kind: Option<String>,
    /// Only those for this provider, e.g. `wechat`.
    provider: Option<String>,
    /// Only this store's.
    store_id: Option<String>,
    /// Only those given behind this log position: the `given_at_position` of the last one that you have seen.
    after: Option<u64>,
}

/// Instructions.
#[utoipa::path(
    get, path = "/v1/instructions", tag = "instructions", params(InstructionParams, WaitQuery, PageQuery),
    summary = "What the payment service has to do (close, refund, look up), in the order in which it was asked for.",
    responses((status = 200, body = Page<InstructionOfList>, description = "Instructions."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<InstructionParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<InstructionLine>>, Problem> {
    let filter = InstructionFilter {
        stores: caller.stores_asked(params.store_id.as_deref())?,
        status: params.status,
        kind: params.kind,
        provider: params.provider,
    };
    wait.of(&state, "work_list").await?;
    let behind = match page.after()?.map(|position| position.parse::<u64>()) {
        Some(Ok(position)) => position,
        Some(Err(_)) => {
            return Err(Problem::invalid(
                "cursor is not one of this list; start without it.",
            ));
        }
        None => params.after.unwrap_or(0),
    };
    let rows = query(state.store.pool(), &filter, behind, page.limit()?).await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}
