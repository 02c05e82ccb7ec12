//! Rules that are data: read from files here, so that the rest of the program sees values only.

use std::path::PathBuf;
use std::sync::Arc;

use guanxi_domain::loyalty::Programme;
use serde::Deserialize;

use crate::exit::Failure;

const LOYALTY: &str = include_str!("../../../../deploy/rules/loyalty.toml");

/// `[rules]`
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RulesConfig {
    /// The loyalty programme; without it, `deploy/rules/loyalty.toml` as it was when the program was built.
    pub loyalty: Option<PathBuf>,
}

impl RulesConfig {
    /// The loyalty programme.
    ///
    /// # Errors
    /// The file cannot be read, or its programme makes no sense.
    pub fn programme(&self) -> Result<Arc<Programme>, Failure> {
        let named = self
            .loyalty
            .as_ref()
            .map(|path| {
                let text = std::fs::read_to_string(path);
                text.map_err(|error| {
                    Failure::configuration(format!("rules.loyalty: {}: {error}", path.display()))
                })
            })
            .transpose()?;
        let text = named.as_deref().unwrap_or(LOYALTY);
        let programme: Programme = toml::from_str(text)
            .map_err(|error| Failure::configuration(format!("rules.loyalty: {error}")))?;
        programme
            .checked()
            .map(Arc::new)
            .map_err(|error| Failure::configuration(format!("rules.loyalty: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programme_that_comes_with_the_program_is_usable() {
        let programme = RulesConfig::default().programme().unwrap();
        assert_eq!(programme.tiers.levels.len(), 4);
    }
}
