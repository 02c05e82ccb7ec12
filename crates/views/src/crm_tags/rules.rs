//! The rules by which members are tagged, as they stand in `deploy/rules/tags.toml`.

use std::collections::BTreeSet;

use guanxi_domain::ids::{CategoryId, Sku};
use guanxi_domain::member::TouchpointKind;
use guanxi_kernel::Fen;
use serde::{Deserialize, Serialize};

use crate::rules::{
    Fault, RulesError, check_id, check_listed, check_positive, check_share, check_version, check_window,
};

/// All rules of tags, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagRules {
    /// `tags`.
    pub rules: String,
    /// Raised with every change.
    pub version: u32,
    /// The rules.
    #[serde(default, rename = "tag")]
    pub tags: Vec<TagRule>,
}

/// One rule: whoever satisfies the condition has the tag, as long as it is satisfied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagRule {
    /// Its id, which is also the tag unless another is named.
    pub id: String,
    /// The tag; several rules may give the same.
    #[serde(default)]
    pub tag: Option<String>,
    /// What people call it.
    pub name: String,
    /// The condition.
    pub when: Condition,
}

/// When a rule gives its tag. Windows are in days, shares in ten-thousandths, amounts in fen; an order is one of which
/// something was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Bought so many pieces of any of these articles.
    Sku {
        /// The articles.
        any_of: BTreeSet<Sku>,
        /// The least number of pieces.
        pieces: i64,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
    /// Bought so many pieces out of any of these categories.
    Category {
        /// The categories.
        any_of: BTreeSet<CategoryId>,
        /// The least number of pieces.
        pieces: i64,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
    /// A trait that several articles show together: bought at least one of each group, in one order or in several.
    Together {
        /// Groups of articles that stand for one another.
        each_of: Vec<BTreeSet<Sku>>,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
    /// Price-sensitive: at least this share of the shelf prices of the member's orders was taken off.
    PriceSensitive {
        /// Promotions and coupons, in ten-thousandths of the shelf prices.
        discount_bp: u32,
        /// With at least so many orders.
        orders: i64,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
    /// Promotion-loving: at least this share of the member's orders had a promotion or a coupon.
    PromotionLoving {
        /// Orders with a discount, in ten-thousandths of all.
        orders_bp: u32,
        /// With at least so many orders.
        orders: i64,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
    /// Buys often.
    Frequent {
        /// At least so many orders.
        orders: i64,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
    /// Of high value.
    HighValue {
        /// Paid and kept at least this much.
        spent_fen: Fen,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
    /// Has bought, but not for a long time.
    Dormant {
        /// Not for so many days.
        days: u32,
    },
    /// Joined a short time ago.
    New {
        /// Not longer than so many days ago.
        days: u32,
    },
    /// Was touched so often.
    Touched {
        /// Kinds of contact, e.g. `live_joined`.
        kinds: BTreeSet<TouchpointKind>,
        /// At least so many times.
        times: i64,
        /// In the last so many days; ever, without.
        within_days: Option<u32>,
    },
}

impl TagRules {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Not such a file, or something is wrong with a rule.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text)?;
        rules.check()?;
        Ok(rules)
    }

    fn check(&self) -> Result<(), RulesError> {
        if self.rules != "tags" {
            return Err(RulesError::Kind);
        }
        check_version(self.version).map_err(RulesError::File)?;
        let mut known = BTreeSet::new();
        for rule in &self.tags {
            let checked = check_id(&rule.id)
                .and_then(|()| check_id(rule.tag()))
                .and_then(|()| rule.when.check());
            checked.map_err(|fault| fault.of(&rule.id))?;
            if !known.insert(&rule.id) {
                return Err(Fault::Twice.of(&rule.id));
            }
        }
        Ok(())
    }
}

impl TagRule {
    /// The tag that it gives.
    #[must_use]
    pub fn tag(&self) -> &str {
        self.tag.as_deref().unwrap_or(&self.id)
    }
}

impl Condition {
    fn check(&self) -> Result<(), Fault> {
        match self {
            Self::Sku { any_of, pieces, .. } => {
                check_listed("any_of", any_of)?;
                check_positive("pieces", *pieces)?;
            }
            Self::Category { any_of, pieces, .. } => {
                check_listed("any_of", any_of)?;
                check_positive("pieces", *pieces)?;
            }
            Self::Together { each_of, .. } => {
                if each_of.is_empty() {
                    return Err(Fault::Empty("each_of"));
                }
                each_of
                    .iter()
                    .try_for_each(|group| check_listed("each_of", group))?;
            }
            Self::PriceSensitive {
                discount_bp: share,
                orders,
                ..
            } => {
                check_share("discount_bp", *share)?;
                check_positive("orders", *orders)?;
            }
            Self::PromotionLoving {
                orders_bp: share,
                orders,
                ..
            } => {
                check_share("orders_bp", *share)?;
                check_positive("orders", *orders)?;
            }
            Self::Frequent { orders, .. } => check_positive("orders", *orders)?,
            Self::HighValue { spent_fen, .. } => check_positive("spent_fen", spent_fen.0)?,
            Self::Dormant { days } | Self::New { days } => return check_window("days", Some(*days)),
            Self::Touched { kinds, times, .. } => {
                check_listed("kinds", kinds)?;
                check_positive("times", *times)?;
            }
        }
        check_window("within_days", self.within_days())
    }

    /// The window, where the condition has one.
    pub(super) fn within_days(&self) -> Option<u32> {
        match self {
            Self::Sku { within_days, .. }
            | Self::Category { within_days, .. }
            | Self::Together { within_days, .. }
            | Self::PriceSensitive { within_days, .. }
            | Self::PromotionLoving { within_days, .. }
            | Self::Frequent { within_days, .. }
            | Self::HighValue { within_days, .. }
            | Self::Touched { within_days, .. } => *within_days,
            Self::Dormant { .. } | Self::New { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rule: &str) -> Result<TagRules, String> {
        let text = format!("rules = \"tags\"\nversion = 1\n{rule}");
        TagRules::parse(&text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rule_is_read() {
        let rules = file(
            "[[tag]]\nid = \"tea\"\nname = \"Tea\"\n[tag.when.category]\nany_of = [\"TEA\"]\npieces = 3\nwithin_days = 90",
        )
        .unwrap();
        assert_eq!(rules.tags[0].tag(), "tea");
        assert_eq!(rules.tags[0].when.within_days(), Some(90));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_rules_name() {
        let dormant = |id: &str, days: u32| {
            format!("[[tag]]\nid = \"{id}\"\nname = \"D\"\n[tag.when.dormant]\ndays = {days}\n")
        };
        assert_eq!(
            file(&dormant("gone", 0)).unwrap_err(),
            "rule `gone`: days is 1 to 3660 days"
        );
        let twice = dormant("gone", 9) + &dormant("gone", 10);
        assert_eq!(file(&twice).unwrap_err(), "rule `gone`: there are two of this id");
        assert!(file(&dormant("Gone", 9)).unwrap_err().contains("a-z"));
        let share =
            "[[tag]]\nid = \"p\"\nname = \"P\"\n[tag.when.price_sensitive]\ndiscount_bp = 10001\norders = 1";
        assert_eq!(
            file(share).unwrap_err(),
            "rule `p`: discount_bp is in ten-thousandths: 1 to 10000"
        );
    }

    #[test]
    fn a_misspelt_field_and_a_missing_version_are_refused() {
        let misspelt = "[[tag]]\nid = \"d\"\nname = \"D\"\n[tag.when.dormant]\ndays = 9\nweeks = 1";
        assert!(file(misspelt).unwrap_err().contains("weeks"));
        assert!(TagRules::parse("rules = \"tags\"").is_err());
        assert!(TagRules::parse("rules = \"tags\"\nversion = 0").is_err());
    }
}
