//! The rules of an installation, and a file of them of whichever kind.

use std::sync::Arc;

use guanxi_domain::loyalty::Programme;
use serde::Deserialize;

use super::RulesError;
use crate::crm_tags::TagRules;
use crate::funnel::FunnelRules;

/// The rules that views of members follow. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MemberRules {
    /// Tags.
    pub tags: Arc<TagRules>,
    /// Tiers of the funnel.
    pub funnel: Arc<FunnelRules>,
}

/// Rules out of one file.
#[derive(Debug, Clone)]
pub enum AnyRules {
    /// Of tags.
    Tags(TagRules),
    /// Of the funnel.
    Funnel(FunnelRules),
    /// The loyalty programme.
    Loyalty(Box<Programme>),
}

#[derive(Deserialize)]
struct Head {
    rules: Option<String>,
    points: Option<toml::Table>,
}

impl AnyRules {
    /// Reads a file by what it says of itself.
    ///
    /// # Errors
    /// Not a file of rules, or something is wrong with one of them.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let head: Head = toml::from_str(text)?;
        match head.rules.as_deref() {
            Some("tags") => TagRules::parse(text).map(Self::Tags),
            Some("funnel") => FunnelRules::parse(text).map(Self::Funnel),
            None if head.points.is_some() => {
                let programme: Programme = toml::from_str(text)?;
                Ok(Self::Loyalty(Box::new(programme.checked()?)))
            }
            _ => Err(RulesError::Kind),
        }
    }
}

impl MemberRules {
    /// The rules in these two texts.
    ///
    /// # Errors
    /// Not such a file, or something is wrong with a rule.
    pub fn parse(tags: &str, funnel: &str) -> Result<Self, RulesError> {
        Ok(Self {
            tags: Arc::new(TagRules::parse(tags)?),
            funnel: Arc::new(FunnelRules::parse(funnel)?),
        })
    }

    /// The rules that come with the program: `deploy/rules/tags.toml` and `deploy/rules/funnel.toml`.
    ///
    /// # Errors
    /// None that the tests would not have found.
    pub fn shipped() -> Result<Self, RulesError> {
        Self::parse(
            include_str!("../../../../deploy/rules/tags.toml"),
            include_str!("../../../../deploy/rules/funnel.toml"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rules_are_right() {
        MemberRules::shipped().unwrap();
    }

    #[test]
    fn a_file_says_what_it_is_for() {
        assert!(matches!(AnyRules::parse("version = 1"), Err(RulesError::Kind)));
        let tags = AnyRules::parse("rules = \"tags\"\nversion = 1").unwrap();
        assert!(matches!(tags, AnyRules::Tags(_)));
        let loyalty = AnyRules::parse(include_str!("../../../../deploy/rules/loyalty.toml")).unwrap();
        assert!(matches!(loyalty, AnyRules::Loyalty(_)));
    }
}
