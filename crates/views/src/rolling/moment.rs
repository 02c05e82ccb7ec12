//! A place in a member's history.

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The start of a day, or a fact of that day in the order of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// The day, at the store.
    pub day: BusinessDate,
    /// Log position of the fact; 0 is the start of the day, before all of its facts.
    pub position: u64,
}

impl Moment {
    /// A fact of a day.
    #[must_use]
    pub fn fact(day: BusinessDate, position: u64) -> Self {
        Self { day, position }
    }

    /// The start of a day.
    #[must_use]
    pub fn start_of(day: BusinessDate) -> Self {
        Self { day, position: 0 }
    }

    /// The start of the day that lies so many days behind this one.
    #[must_use]
    pub fn days_later(self, days: u32) -> Self {
        Self::start_of(self.day.plus_days(i32::try_from(days).unwrap_or(i32::MAX)))
    }

    /// The first day at whose start what began here is in force.
    #[must_use]
    pub fn first_start(self) -> BusinessDate {
        if self.position == 0 {
            self.day
        } else {
            self.day.plus_days(1)
        }
    }
}
