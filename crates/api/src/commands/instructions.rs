//! What the payment service says of its work list before a result is known.

use axum::Json;
use axum::extract::State;
use garde::Validate;
use guanxi_domain::order::{InstructionNote, NoteInstruction, OrderCommand};
use guanxi_kernel::Timestamp;
use guanxi_views::work_list::get;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Receipt;
use super::execute::Asked;
use crate::ApiState;
use crate::access::{Caller, Commander};
use crate::http::{Body, IdempotencyKey, Problem, Segment};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(acknowledge))
        .routes(routes!(report_trouble))
}

/// Why an instruction could not be carried out yet.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Trouble {
    /// In a word, e.g. the provider's error code.
    #[garde(length(min = 1, max = 128))]
    pub reason: String,
    /// When it will be tried again; nothing if somebody must look.
    #[schema(value_type = Option<String>)]
    pub retry_at: Option<Timestamp>,
}

/// Takes an instruction.
#[utoipa::path(
    post, path = "/v1/instructions/{number}/acknowledge", tag = "instructions",
    summary = "Takes an instruction of the work list. Taking it again changes nothing.",
    params(("number" = String, Path, description = "The instruction's number."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    responses((status = 200, body = Receipt, description = "Taken, or taken before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
async fn acknowledge(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(number): Segment<String>,
) -> Result<Json<Receipt>, Problem> {
    note(&state, &caller, &key, number, InstructionNote::Acknowledged).await
}

/// Reports that an instruction could not be carried out yet.
#[utoipa::path(
    post, path = "/v1/instructions/{number}/report-trouble", tag = "instructions",
    summary = "Reports that an instruction could not be carried out yet. It stays on the list.",
    params(("number" = String, Path, description = "The instruction's number."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = Trouble,
    responses((status = 200, body = Receipt, description = "Noted, or noted before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
async fn report_trouble(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(number): Segment<String>,
    Body(body): Body<Trouble>,
) -> Result<Json<Receipt>, Problem> {
    let note_of = InstructionNote::Trouble {
        reason: body.reason,
        retry_at: body.retry_at,
    };
    note(&state, &caller, &key, number, note_of).await
}

/// Hands a note to the order that gave the instruction.
async fn note(
    state: &ApiState,
    caller: &Caller,
    key: &IdempotencyKey,
    number: String,
    note: InstructionNote,
) -> Result<Json<Receipt>, Problem> {
    let found = get(state.store.pool(), &number).await.map_err(|error| {
        tracing::error!(%error, "the work list cannot be read");
        Problem::unavailable("The work list cannot be read.")
    })?;
    let Some(line) = found else {
        // A key that is limited to stores learns nothing of what is not there.
        caller.everywhere()?;
        return Err(Problem::not_found(format!("There is no instruction {number}.")));
    };
    let asked = Asked::new(state, caller, key, &("note_instruction", &number, &note))?;
    let command = OrderCommand::NoteInstruction(NoteInstruction {
        number,
        note,
        noted_at: state.now(),
    });
    asked
        .execute_on_order(&line.instruction.order_id, &command, None)
        .await
}
