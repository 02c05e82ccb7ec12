//! The day a thing belongs to, as the shop counts it.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Calendar day of an instant in a store's time zone; frozen into events, never computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct BusinessDate(pub Date);

/// An IANA time zone by name, known to the bundled database.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("examples" = ["Asia/Shanghai"]))]
pub struct TimeZoneId(std::sync::Arc<str>);

/// The name is not in the time zone database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IANA time zone; write it like Asia/Shanghai")]
pub struct UnknownTimeZone(pub String);

impl TimeZoneId {
    /// Checks and wraps a name.
    ///
    /// # Errors
    /// The bundled time zone database does not have it.
    pub fn new(name: impl AsRef<str>) -> Result<Self, UnknownTimeZone> {
        let name = name.as_ref();
        TimeZone::get(name).map_err(|_| UnknownTimeZone(name.to_owned()))?;
        Ok(Self(name.into()))
    }

    /// Where the statements of Chinese payment providers are dated.
    #[must_use]
    pub fn shanghai() -> Self {
        Self("Asia/Shanghai".into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rules of the zone. Names were checked when made, so an unknown one (a newer database's) reads as UTC.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// The calendar day of an instant here.
    #[must_use]
    pub fn business_date(&self, at: Timestamp) -> BusinessDate {
        BusinessDate(at.to_zoned(self.zone()).date())
    }
}

impl TryFrom<String> for TimeZoneId {
    type Error = UnknownTimeZone;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

impl From<TimeZoneId> for String {
    fn from(zone: TimeZoneId) -> Self {
        zone.0.as_ref().to_owned()
    }
}

impl fmt::Display for TimeZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TimeZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl BusinessDate {
    /// Whole months later; 31 January plus one month is the last day of February.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        Self(self.0.saturating_add(months.months()))
    }

    /// Whole days later (earlier if negative).
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// The first instant of the day in a zone; where midnight does not exist, the first instant after it.
    #[must_use]
    pub fn starts_at(self, zone: &TimeZoneId) -> Timestamp {
        self.0
            .to_zoned(zone.zone())
            .map_or(Timestamp::MAX, |start| start.timestamp())
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for BusinessDate {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_stores() {
        let at: Timestamp = "2017-01-01T04:59:59Z".parse().unwrap();
        let new_york = TimeZoneId::new("America/New_York").unwrap();
        assert_eq!(new_york.business_date(at).to_string(), "2016-12-31");
        assert_eq!(TimeZoneId::shanghai().business_date(at).to_string(), "2017-01-01");
    }

    #[test]
    fn a_month_after_the_31st_of_january_is_the_last_of_february() {
        let day: BusinessDate = "2024-01-31".parse().unwrap();
        assert_eq!(day.plus_months(1).to_string(), "2024-02-29");
        assert_eq!(day.plus_months(13).to_string(), "2025-02-28");
    }

    #[test]
    fn names_are_checked() {
        assert!(TimeZoneId::new("Mars/Olympus").is_err());
    }
}
