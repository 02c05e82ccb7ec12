//! What can be wrong with a file of rules.

use guanxi_domain::loyalty::ProgrammeError;

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The text is no such file; the message names line and column.
    #[error("{0}")]
    Text(#[from] toml::de::Error),
    /// It is a file of rules, but of which kind nobody can tell.
    #[error(
        "`rules` must say what the file is for: \"tags\" or \"funnel\"; a loyalty programme has [points] and [tiers]"
    )]
    Kind,
    /// A loyalty programme that makes no sense.
    #[error(transparent)]
    Loyalty(#[from] ProgrammeError),
    /// The file as a whole.
    #[error("{0}")]
    File(Fault),
    /// One rule.
    #[error("rule `{rule}`: {fault}")]
    Rule {
        /// The rule's id.
        rule: String,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Versions have a range.
    #[error("version is 1 to 9999, and is raised with every change")]
    Version,
    /// Ids are short and plain.
    #[error("an id has 1 to 64 of the characters a-z, 0-9, - and _")]
    Id,
    /// Two of the same id.
    #[error("there are two of this id")]
    Twice,
    /// A number that must be above zero.
    #[error("{0} must be at least 1")]
    NotPositive(&'static str),
    /// A share above the whole.
    #[error("{0} is in ten-thousandths: 1 to 10000")]
    Share(&'static str),
    /// A window that no shop needs.
    #[error("{0} is 1 to 3660 days")]
    Window(&'static str),
    /// A list without entries.
    #[error("{0} needs at least one entry")]
    Empty(&'static str),
    /// Without steps there is no funnel.
    #[error("a funnel has 2 to 8 tiers, the lowest first")]
    TooFewTiers,
    /// Everybody starts somewhere.
    #[error("the lowest tier has no conditions: whoever is known is in it")]
    LowestHasConditions,
    /// A tier that everybody is in.
    #[error("it needs a condition: activated, orders or spent_fen")]
    NoCondition,
    /// A window with nothing to count in it.
    #[error("within_days and grace_days are of use only with orders or spent_fen")]
    WindowOfNothing,
}

impl Fault {
    pub(crate) fn of(self, rule: &str) -> RulesError {
        RulesError::Rule {
            rule: rule.to_owned(),
            fault: self,
        }
    }
}
