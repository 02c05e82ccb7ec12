//! How the provider writes things down: open lists of words, times in two forms, numbers that may be text.

use std::fmt;

use guanxi_kernel::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

pub(super) use crate::words::open_enum;

/// A time as the provider wrote it, beside the instant that it means.
///
/// RFC 3339 with offset and any number of fraction digits, or fourteen digits of Shanghai's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderTime(pub String);

/// A time in a form that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time in RFC 3339 or yyyyMMddHHmmss")]
pub struct UnreadableTime(pub String);

impl ProviderTime {
    /// The instant.
    ///
    /// # Errors
    /// Neither of the known forms.
    pub fn instant(&self) -> Result<Timestamp, UnreadableTime> {
        let unreadable = || UnreadableTime(self.0.clone());
        if self.0.len() == 14 && self.0.bytes().all(|byte| byte.is_ascii_digit()) {
            let civil = DateTime::strptime("%Y%m%d%H%M%S", &self.0).map_err(|_| unreadable())?;
            let zone = TimeZone::get("Asia/Shanghai").map_err(|_| unreadable())?;
            return zone.to_timestamp(civil).map_err(|_| unreadable());
        }
        self.0.parse().map_err(|_| unreadable())
    }
}

/// Reads a text or a whole number as text.
pub(super) fn text<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    input
        .deserialize_any(TextOrNumber)
        .map(|either| either.unwrap_or_default())
}

/// Reads a text, a whole number or nothing as text.
pub(super) fn optional_text<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    input.deserialize_any(TextOrNumber)
}

/// Reads a whole number, a text of digits or nothing as a number.
pub(super) fn optional_number<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    match input.deserialize_any(TextOrNumber)? {
        None => Ok(None),
        Some(digits) if digits.is_empty() => Ok(None),
        Some(digits) => digits
            .parse()
            .map(Some)
            .map_err(|_| D::Error::custom("expected a whole number")),
    }
}

struct TextOrNumber;

impl Visitor<'_> for TextOrNumber {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a whole number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_with_and_without_fractions_and_compact() {
        for text in [
            "2026-03-01T10:00:02+08:00",
            "2026-03-01T02:00:02Z",
            "2026-03-01T10:00:02.00+08:00",
            "2026-03-01T10:00:02.000+08:00",
            "20260301100002",
        ] {
            let instant = ProviderTime(text.to_owned()).instant().unwrap();
            assert_eq!(instant.to_string(), "2026-03-01T02:00:02Z", "{text}");
        }
        for text in ["", "2026-03-01 10:00:02", "20261301100002", "tomorrow"] {
            assert!(ProviderTime(text.to_owned()).instant().is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_may_be_text() {
        #[derive(Deserialize)]
        struct Holder {
            #[serde(default, deserialize_with = "optional_number")]
            amount: Option<i64>,
            #[serde(default, deserialize_with = "optional_text")]
            name: Option<String>,
        }
        let read =
            |json: &str| serde_json::from_str::<Holder>(json).map(|holder| (holder.amount, holder.name));
        assert_eq!(
            read(r#"{"amount":"40000","name":17}"#).unwrap(),
            (Some(40000), Some("17".to_owned()))
        );
        assert_eq!(read(r#"{"amount":40000}"#).unwrap(), (Some(40000), None));
        assert_eq!(read(r#"{"amount":null,"name":null}"#).unwrap(), (None, None));
        assert!(read(r#"{"amount":"4.5"}"#).is_err());
        assert!(read(r#"{"amount":4.5}"#).is_err());
    }
}
