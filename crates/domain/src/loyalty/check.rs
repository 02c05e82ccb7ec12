//! What makes a programme usable.

use std::collections::BTreeSet;

use guanxi_kernel::Fen;

use super::programme::{Programme, Window};

const LONGEST_MONTHS: u16 = 120;
const HIGHEST_RATE: u32 = 1_000_000;

/// Why a programme cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgrammeError {
    /// No tiers.
    #[error("a programme has at least one tier")]
    NoTier,
    /// The first tier is not everybody's.
    #[error("the first tier is everybody's: its threshold_fen is 0")]
    FirstThreshold,
    /// Thresholds that do not rise.
    #[error("the threshold_fen of tier `{0}` is not above that of the tier before it")]
    NotRising(String),
    /// The same code twice.
    #[error("the tier `{0}` is there twice")]
    Twice(String),
    /// A number of months that makes no sense.
    #[error("{0} must be from {1} to 120 months")]
    Months(&'static str, u16),
    /// A rate that makes no sense.
    #[error("the rate of tier `{0}` is above 1,000,000 points per 10,000 fen")]
    Rate(String),
}

impl Programme {
    /// The programme, if it can be used.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever wrote the file.
    pub fn checked(self) -> Result<Self, ProgrammeError> {
        let months = |name, value: u16, least| {
            let fits = (least..=LONGEST_MONTHS).contains(&value);
            fits.then_some(()).ok_or(ProgrammeError::Months(name, least))
        };
        months("points.expiry_months", self.points.expiry_months, 0)?;
        months("tiers.validity_months", self.tiers.validity_months, 1)?;
        if let Window::Rolling { months: value } = self.tiers.window {
            months("tiers.window.months", value, 1)?;
        }
        self.check_levels()?;
        Ok(self)
    }

    fn check_levels(&self) -> Result<(), ProgrammeError> {
        let first = self.base().ok_or(ProgrammeError::NoTier)?;
        if first.threshold_fen != Fen::ZERO {
            return Err(ProgrammeError::FirstThreshold);
        }
        let mut codes = BTreeSet::new();
        for level in &self.tiers.levels {
            if !codes.insert(&level.code) {
                return Err(ProgrammeError::Twice(level.code.to_string()));
            }
            if level.rate.0 > HIGHEST_RATE {
                return Err(ProgrammeError::Rate(level.code.to_string()));
            }
        }
        for pair in self.tiers.levels.windows(2) {
            if let [lower, higher] = pair
                && higher.threshold_fen <= lower.threshold_fen
            {
                return Err(ProgrammeError::NotRising(higher.code.to_string()));
            }
        }
        Ok(())
    }
}
