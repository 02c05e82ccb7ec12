//! The programme and what follows from it for a day and a sum.

use guanxi_kernel::{BasisPoints, BusinessDate, Fen};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::TierCode;

/// One version of the loyalty programme. Integers only: money in fen, rates in points per 10,000 fen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Raised with every change; named in each event that follows from the programme.
    pub version: u32,
    /// How points are earned and end.
    pub points: PointsTerms,
    /// Which tiers there are and how long they hold.
    pub tiers: TierTerms,
}

/// How points become usable and end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsTerms {
    /// Days after payment within which goods may come back. Points wait until the midnight that ends the last of them;
    /// 0: there is no waiting.
    pub return_window_days: u16,
    /// Months after payment until which points can be spent; 0: for ever.
    pub expiry_months: u16,
    /// Whether they end with the last day of that month and not on the day itself.
    pub expiry_at_month_end: bool,
}

/// Tiers, lowest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierTerms {
    /// Over which days purchases count.
    pub window: Window,
    /// Months for which a tier holds once it is reached.
    pub validity_months: u16,
    /// Days that a tier goes on after its end without being earned again; 0: none.
    pub grace_days: u16,
    /// What a refund does that takes away what a tier was reached by.
    pub after_refund: AfterRefund,
    /// The tiers; the first is everybody's and has the threshold 0.
    pub levels: Vec<Level>,
}

/// Over which days purchases count for a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    /// The months that end on the day in question.
    Rolling {
        /// How many.
        months: u16,
    },
    /// The calendar year of the day in question. A tier then holds to the end of a year, too.
    CalendarYear,
}

/// What happens to a tier whose ground was refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterRefund {
    /// It ends at once.
    Downgrade,
    /// It ends after the days of grace, unless it is earned again.
    Grace,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Short and stable, e.g. `silver`.
    pub code: TierCode,
    /// What must have been paid for goods within the window.
    pub threshold_fen: Fen,
    /// Points per 10,000 fen: 100 is one point for each yuan.
    pub rate: BasisPoints,
}

impl Programme {
    /// The day on whose first instant the points of a purchase become usable; `None`: at once.
    #[must_use]
    pub fn activates_on(&self, paid_on: BusinessDate) -> Option<BusinessDate> {
        let days = i32::from(self.points.return_window_days);
        (days > 0).then(|| paid_on.plus_days(days + 1))
    }

    /// The last day on which the points of a purchase can be spent; `None`: they never end.
    #[must_use]
    pub fn expires_on(&self, paid_on: BusinessDate) -> Option<BusinessDate> {
        let months = i32::from(self.points.expiry_months);
        let last = paid_on.plus_months(months);
        (months > 0).then(|| {
            if self.points.expiry_at_month_end {
                BusinessDate(last.0.last_of_month())
            } else {
                last
            }
        })
    }

    /// First and last day of the purchases that count on a day.
    #[must_use]
    pub fn window(&self, as_of: BusinessDate) -> (BusinessDate, BusinessDate) {
        match self.tiers.window {
            Window::Rolling { months } => {
                let before = as_of.plus_months(-i32::from(months));
                (before.plus_days(1), as_of)
            }
            Window::CalendarYear => (
                BusinessDate(as_of.0.first_of_year()),
                BusinessDate(as_of.0.last_of_year()),
            ),
        }
    }

    /// The last day of a tier that is reached or kept on a day.
    #[must_use]
    pub fn holds_until(&self, as_of: BusinessDate) -> BusinessDate {
        let last = as_of.plus_months(i32::from(self.tiers.validity_months));
        match self.tiers.window {
            Window::Rolling { .. } => last,
            Window::CalendarYear => BusinessDate(last.0.last_of_year()),
        }
    }

    /// The highest tier that a sum reaches.
    #[must_use]
    pub fn reached(&self, spent_fen: Fen) -> Option<&Level> {
        let levels = self.tiers.levels.iter();
        levels
            .filter(|level| level.threshold_fen <= spent_fen)
            .max_by_key(|level| level.threshold_fen)
            .or_else(|| self.base())
    }

    /// The tier with this code.
    #[must_use]
    pub fn level(&self, code: &TierCode) -> Option<&Level> {
        self.tiers.levels.iter().find(|level| level.code == *code)
    }

    /// Everybody's tier.
    #[must_use]
    pub fn base(&self) -> Option<&Level> {
        self.tiers.levels.first()
    }

    /// What a tier earns; one that this version does not have earns what everybody does.
    #[must_use]
    pub fn rate(&self, tier: Option<&TierCode>) -> BasisPoints {
        tier.and_then(|code| self.level(code))
            .or_else(|| self.base())
            .map_or(BasisPoints(0), |level| level.rate)
    }
}
