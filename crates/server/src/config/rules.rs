//! Rules that are data: read from files here, so that the rest of the program sees values only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use guanxi_domain::loyalty::Programme;
use guanxi_views::MemberRules;
use guanxi_views::crm_tags::TagRules;
use guanxi_views::funnel::FunnelRules;
use serde::Deserialize;

use crate::exit::Failure;

const LOYALTY: &str = include_str!("../../../../deploy/rules/loyalty.toml");

/// `[rules]`
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RulesConfig {
    /// The loyalty programme; without it, `deploy/rules/loyalty.toml` as it was when the program was built.
    pub loyalty: Option<PathBuf>,
    /// By which rules members are tagged; without it, `deploy/rules/tags.toml` likewise.
    pub tags: Option<PathBuf>,
    /// The tiers of the funnel; without it, `deploy/rules/funnel.toml` likewise.
    pub funnel: Option<PathBuf>,
}

impl RulesConfig {
    /// The loyalty programme.
    ///
    /// # Errors
    /// The file cannot be read, or its programme makes no sense.
    pub fn programme(&self) -> Result<Arc<Programme>, Failure> {
        let named = self
            .loyalty
            .as_deref()
            .map(|path| text("rules.loyalty", path))
            .transpose()?;
        let text = named.as_deref().unwrap_or(LOYALTY);
        let programme: Programme = toml::from_str(text)
            .map_err(|error| Failure::configuration(format!("rules.loyalty: {error}")))?;
        programme
            .checked()
            .map(Arc::new)
            .map_err(|error| Failure::configuration(format!("rules.loyalty: {error}")))
    }

    /// The rules of tags and of the funnel.
    ///
    /// # Errors
    /// A file cannot be read, or something is wrong with a rule; the message names the rule.
    pub fn members(&self) -> Result<MemberRules, Failure> {
        let wrong = |key: &str, error| Failure::configuration(format!("{key}: {error}"));
        let mut rules = MemberRules::shipped().map_err(Failure::fault)?;
        if let Some(path) = &self.tags {
            let read = TagRules::parse(&text("rules.tags", path)?);
            rules.tags = Arc::new(read.map_err(|error| wrong("rules.tags", error))?);
        }
        if let Some(path) = &self.funnel {
            let read = FunnelRules::parse(&text("rules.funnel", path)?);
            rules.funnel = Arc::new(read.map_err(|error| wrong("rules.funnel", error))?);
        }
        Ok(rules)
    }
}

fn text(key: &str, path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::configuration(format!("{key}: {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programme_that_comes_with_the_program_is_usable() {
        let programme = RulesConfig::default().programme().unwrap();
        assert_eq!(programme.tiers.levels.len(), 4);
    }

    #[test]
    fn a_rule_that_cannot_be_is_named() {
        let file = std::env::temp_dir().join(format!("guanxi-tags-{}.toml", std::process::id()));
        let rule = "[[tag]]\nid = \"gone\"\nname = \"Gone\"\n[tag.when.dormant]\ndays = 0";
        std::fs::write(&file, format!("rules = \"tags\"\nversion = 1\n{rule}")).unwrap();
        let config = RulesConfig {
            tags: Some(file.clone()),
            ..RulesConfig::default()
        };
        let failure = config.members().unwrap_err().to_string();
        std::fs::remove_file(&file).unwrap();
        assert!(failure.contains("rule `gone`: days"), "{failure}");
    }
}
