//! Days in a query string.

use guanxi_kernel::{BusinessDate, TimeZoneId};

use crate::ApiState;
use crate::http::Problem;

/// The longest stretch of days that one answer tells.
const LONGEST_DAYS: i32 = 400;

/// A day, if one is given.
pub(super) fn day(name: &str, text: Option<&str>) -> Result<Option<BusinessDate>, Problem> {
    let parsed = text.map(str::parse::<BusinessDate>).transpose();
    parsed.map_err(|_| Problem::unfit(format!("{name} is a day, written 2026-03-01.")))
}

/// Today, as statements are dated.
pub(super) fn today(state: &ApiState) -> BusinessDate {
    TimeZoneId::shanghai().business_date(state.now())
}

/// First and last day: the thirty that end today, unless given.
pub(super) fn stretch(
    state: &ApiState,
    from: Option<&str>,
    until: Option<&str>,
) -> Result<(BusinessDate, BusinessDate), Problem> {
    let until = day("until", until)?.unwrap_or_else(|| today(state));
    let from = day("from", from)?.unwrap_or_else(|| until.plus_days(-29));
    if from > until || until > from.plus_days(LONGEST_DAYS) {
        return Err(Problem::unfit(format!(
            "from is not behind until, and at most {LONGEST_DAYS} days before it."
        )));
    }
    Ok((from, until))
}
