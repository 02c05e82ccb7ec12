//! How many coupons a campaign gives, and when those are valid.

use std::num::NonZeroU32;

use guanxi_kernel::{TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coupon::ValidityWindow;

/// The most coupons that may be claimed; `null` is no cap. Each is exact, however many ask at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Caps {
    /// Of the whole campaign.
    pub total: Option<NonZeroU32>,
    /// On one calendar day in the campaign's time zone.
    pub per_day: Option<NonZeroU32>,
    /// By one member.
    pub per_member: Option<NonZeroU32>,
    /// By one natural person, who may have several members.
    pub per_person: Option<NonZeroU32>,
}

/// When the coupons of a campaign are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "validity", rename_all = "snake_case", deny_unknown_fields)]
pub enum CouponValidity {
    /// All at the same time.
    Fixed {
        /// First instant.
        from: Timestamp,
        /// First instant after it.
        until: Timestamp,
    },
    /// Counted from the day of claiming, in whole calendar days of the campaign's time zone.
    AfterClaim {
        /// Days to wait: 0 is valid at once, 1 from the next midnight.
        wait_days: u16,
        /// On how many calendar days it is valid, the first one included.
        days: u16,
    },
}

/// The longest wait and the longest validity that may be set.
pub const MOST_DAYS: u16 = 3_650;

impl CouponValidity {
    /// The window of a coupon claimed at this instant.
    #[must_use]
    pub fn window(&self, claimed_at: Timestamp, zone: &TimeZoneId) -> ValidityWindow {
        match *self {
            Self::Fixed { from, until } => ValidityWindow { from, until },
            Self::AfterClaim { wait_days, days } => {
                let claimed_on = zone.business_date(claimed_at);
                let first = claimed_on.plus_days(i32::from(wait_days));
                let from = if wait_days == 0 {
                    claimed_at
                } else {
                    first.starts_at(zone)
                };
                ValidityWindow {
                    from,
                    until: first.plus_days(i32::from(days)).starts_at(zone),
                }
            }
        }
    }

    /// Whether it makes sense: not empty, not endless.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        match *self {
            Self::Fixed { from, until } => from < until,
            Self::AfterClaim { wait_days, days } => wait_days <= MOST_DAYS && (1..=MOST_DAYS).contains(&days),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(wait_days: u16, days: u16) -> (String, String) {
        let zone = TimeZoneId::shanghai();
        let window = CouponValidity::AfterClaim { wait_days, days }
            .window("2026-03-01T15:59:00Z".parse().unwrap(), &zone);
        (window.from.to_string(), window.until.to_string())
    }

    #[test]
    fn a_coupon_claimed_a_minute_before_midnight_for_one_day_ends_in_a_minute() {
        assert_eq!(
            window(0, 1),
            (
                "2026-03-01T15:59:00Z".to_owned(),
                "2026-03-01T16:00:00Z".to_owned()
            )
        );
    }

    #[test]
    fn waiting_a_day_starts_at_the_next_midnight() {
        assert_eq!(
            window(1, 2),
            (
                "2026-03-01T16:00:00Z".to_owned(),
                "2026-03-03T16:00:00Z".to_owned()
            )
        );
    }
}
