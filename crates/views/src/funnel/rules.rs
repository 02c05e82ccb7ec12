//! The tiers, as they stand in `deploy/rules/funnel.toml`.

use std::collections::BTreeSet;

use guanxi_kernel::Fen;
use serde::{Deserialize, Serialize};

use crate::rules::{Fault, RulesError, check_id, check_positive, check_version, check_window};

/// All tiers, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelRules {
    /// `funnel`.
    pub rules: String,
    /// Raised with every change.
    pub version: u32,
    /// Whoever enters another tier within so many days has converted.
    pub conversion_days: u32,
    /// The tiers, the lowest first.
    #[serde(default, rename = "tier")]
    pub tiers: Vec<TierRule>,
}

/// A tier and all that it asks for together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierRule {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// To have joined, with consent.
    #[serde(default)]
    pub activated: bool,
    /// At least so many orders of which something was kept.
    #[serde(default)]
    pub orders: Option<i64>,
    /// Paid and kept at least this much.
    #[serde(default)]
    pub spent_fen: Option<Fen>,
    /// In the last so many days; ever, without.
    #[serde(default)]
    pub within_days: Option<u32>,
    /// Stays so many days longer.
    #[serde(default)]
    pub grace_days: u32,
}

impl FunnelRules {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Not such a file, or something is wrong with a tier.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text)?;
        rules.check()?;
        Ok(rules)
    }

    /// How high a tier is; whoever is in none is below all.
    #[must_use]
    pub fn rank(&self, tier: Option<&str>) -> Option<usize> {
        self.tiers.iter().position(|rule| Some(rule.id.as_str()) == tier)
    }

    fn check(&self) -> Result<(), RulesError> {
        if self.rules != "funnel" {
            return Err(RulesError::Kind);
        }
        check_version(self.version).map_err(RulesError::File)?;
        check_window("conversion_days", Some(self.conversion_days)).map_err(RulesError::File)?;
        if !(2..=8).contains(&self.tiers.len()) {
            return Err(RulesError::File(Fault::TooFewTiers));
        }
        let mut known = BTreeSet::new();
        for (index, tier) in self.tiers.iter().enumerate() {
            tier.check(index == 0).map_err(|fault| fault.of(&tier.id))?;
            if !known.insert(&tier.id) {
                return Err(Fault::Twice.of(&tier.id));
            }
        }
        Ok(())
    }
}

impl TierRule {
    /// Whether it counts orders.
    pub(super) fn counts(&self) -> bool {
        self.orders.is_some() || self.spent_fen.is_some()
    }

    fn check(&self, lowest: bool) -> Result<(), Fault> {
        check_id(&self.id)?;
        if lowest && (self.activated || self.counts()) {
            return Err(Fault::LowestHasConditions);
        }
        if !lowest && !self.activated && !self.counts() {
            return Err(Fault::NoCondition);
        }
        if !self.counts() && (self.within_days.is_some() || self.grace_days > 0) {
            return Err(Fault::WindowOfNothing);
        }
        check_positive("orders", self.orders.unwrap_or(1))?;
        check_positive("spent_fen", self.spent_fen.map_or(1, |spent| spent.0))?;
        check_window("within_days", self.within_days)?;
        check_window("grace_days", Some(self.grace_days).filter(|days| *days > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn funnel(tiers: &str) -> Result<FunnelRules, String> {
        let text = format!("rules = \"funnel\"\nversion = 1\nconversion_days = 30\n{tiers}");
        FunnelRules::parse(&text).map_err(|error| error.to_string())
    }

    const LOWEST: &str = "[[tier]]\nid = \"walk_in\"\nname = \"Walk-in\"\n";

    #[test]
    fn tiers_are_read_lowest_first() {
        let rules = funnel(&format!(
            "{LOWEST}[[tier]]\nid = \"ordinary\"\nname = \"O\"\nactivated = true"
        ))
        .unwrap();
        assert_eq!(rules.rank(Some("ordinary")), Some(1));
        assert_eq!(rules.rank(None), None);
    }

    #[test]
    fn what_is_wrong_is_said_with_the_tiers_name() {
        let with = |tier: &str| {
            funnel(&format!("{LOWEST}[[tier]]\nid = \"super\"\nname = \"S\"\n{tier}")).unwrap_err()
        };
        assert_eq!(
            with(""),
            "rule `super`: it needs a condition: activated, orders or spent_fen"
        );
        assert_eq!(with("orders = 0"), "rule `super`: orders must be at least 1");
        assert!(with("activated = true\ngrace_days = 3").contains("of use only with"));
        assert!(with("order = 1").contains("order"));
        assert_eq!(
            funnel(LOWEST).unwrap_err(),
            "a funnel has 2 to 8 tiers, the lowest first"
        );
    }

    #[test]
    fn the_lowest_tier_asks_for_nothing() {
        let tiers =
            "[[tier]]\nid = \"a\"\nname = \"A\"\norders = 1\n[[tier]]\nid = \"b\"\nname = \"B\"\norders = 2";
        assert!(funnel(tiers).unwrap_err().contains("rule `a`"));
    }
}
