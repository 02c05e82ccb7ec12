//! How many are in each tier, how they move, how many convert.

use axum::Json;
use axum::extract::State;
use guanxi_views::Listed;
use guanxi_views::funnel::{self, ConversionDay, DayFilter, TierDay, Transition};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::ApiState;
use crate::access::{Caller, Reader};
use crate::http::{Page, PageQuery, Params, Problem, answer};
use crate::queries::day::stretch;
use crate::queries::fresh::{WaitQuery, fault};

answer!(FunnelDay, TierDay);
answer!(FunnelMove, Transition);
answer!(FunnelConversion, ConversionDay);

/// Which days, where.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysParams {
    /// Only members who are at home at this store.
    store_id: Option<String>,
    /// Only members who came through this channel.
    channel: Option<String>,
    /// First day; the thirtieth before the last unless given.
    from: Option<String>,
    /// Last day; today (in Shanghai) unless given. At most 400 days behind the first.
    until: Option<String>,
}

/// Which conversion.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConversionParams {
    /// The tier at the start of the day, e.g. `walk_in`.
    from_tier: String,
    /// The tier that is entered in time, e.g. `ordinary`.
    to_tier: String,
    /// Only members who are at home at this store on the day.
    store_id: Option<String>,
    /// Only members who came through this channel.
    channel: Option<String>,
    /// First day; the thirtieth before the last unless given.
    from: Option<String>,
    /// Last day; today (in Shanghai) unless given. At most 400 days behind the first.
    until: Option<String>,
}

fn filter(
    state: &ApiState,
    caller: &Caller,
    (store_id, channel): (Option<&str>, Option<String>),
    (from, until): (Option<&str>, Option<&str>),
) -> Result<DayFilter, Problem> {
    let (from, until) = stretch(state, from, until)?;
    Ok(DayFilter {
        stores: caller.stores_asked(store_id)?,
        channel,
        from,
        until,
    })
}

/// Tiers by day.
#[utoipa::path(
    get, path = "/v1/funnel/days", tag = "views", params(DaysParams, WaitQuery),
    summary = "How many members are in each tier of the funnel at the start of each day, over the stores that the key reaches or the one asked for.",
    responses((status = 200, body = Page<FunnelDay>, description = "A line per day and tier, all on one page."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(in crate::queries) async fn days(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<DaysParams>,
    Params(wait): Params<WaitQuery>,
) -> Result<Json<Page<TierDay>>, Problem> {
    let place = (params.store_id.as_deref(), params.channel);
    let filter = filter(
        &state,
        &caller,
        place,
        (params.from.as_deref(), params.until.as_deref()),
    )?;
    wait.of(&state, "funnel").await?;
    let items = funnel::days(state.store.pool(), &filter).await;
    let items = items.map_err(|error| fault(&error))?;
    Ok(Page::listed(Listed { items, next: None }))
}

/// Moves.
#[utoipa::path(
    get, path = "/v1/funnel/transitions", tag = "views", params(DaysParams, WaitQuery, PageQuery),
    summary = "Moves from tier to tier by store, channel and day; each event counts by itself.",
    responses((status = 200, body = Page<FunnelMove>, description = "Lines in the order of store, channel, day and tiers."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(in crate::queries) async fn transitions(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<DaysParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<Transition>>, Problem> {
    let place = (params.store_id.as_deref(), params.channel);
    let filter = filter(
        &state,
        &caller,
        place,
        (params.from.as_deref(), params.until.as_deref()),
    )?;
    wait.of(&state, "funnel").await?;
    let after = page.after()?;
    let rows = funnel::transitions(state.store.pool(), &filter, after.as_deref(), page.limit()?).await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}

/// Conversion.
#[utoipa::path(
    get, path = "/v1/funnel/conversion", tag = "views", params(ConversionParams, WaitQuery),
    summary = "Of the members in one tier at the start of a day, how many enter another within 30 days; definition in docs/figures.md.",
    responses((status = 200, body = Page<FunnelConversion>, description = "A line per day, all on one page."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(in crate::queries) async fn conversion(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<ConversionParams>,
    Params(wait): Params<WaitQuery>,
) -> Result<Json<Page<ConversionDay>>, Problem> {
    let rules = &state.rules.funnel;
    let (from, to) = (params.from_tier.as_str(), params.to_tier.as_str());
    let known = |tier| rules.rank(Some(tier)).is_some();
    if !known(from) || !known(to) || from == to {
        let tiers: Vec<_> = rules.tiers.iter().map(|tier| tier.id.as_str()).collect();
        let detail = format!("from_tier and to_tier are two of {}.", tiers.join(", "));
        return Err(Problem::unfit(detail));
    }
    let place = (params.store_id.as_deref(), params.channel);
    let filter = filter(
        &state,
        &caller,
        place,
        (params.from.as_deref(), params.until.as_deref()),
    )?;
    wait.of(&state, "funnel").await?;
    let items = funnel::conversion(state.store.pool(), &filter, (from, to), rules.conversion_days).await;
    let items = items.map_err(|error| fault(&error))?;
    Ok(Page::listed(Listed { items, next: None }))
}
