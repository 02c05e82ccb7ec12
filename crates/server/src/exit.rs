//! How the program ends: one failure type, and exit codes that scripts can use.

use std::fmt;
use std::process::ExitCode;

use serde::Serialize;

/// Exit codes. They are part of the command line's interface; `guanxi help` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 1: something went wrong that nobody foresaw.
    Fault,
    /// 2: the command line makes no sense (also given by the parser).
    Usage,
    /// 3: the configuration is missing or wrong.
    Configuration,
    /// 4: the database or another thing that is needed cannot be reached. Trying again may help.
    Unavailable,
    /// 5: a check has failed: the log was tampered with, checksums differ, the installation is not healthy.
    CheckFailed,
    /// 6: what was named does not exist.
    NotFound,
    /// 7: the input is refused: a bad file, a bad value, a rule that says no.
    Refused,
    /// 8: another relay has taken over. A supervisor must not start this one again at once.
    Fenced,
}

/// For the end of `guanxi help`.
pub const EXIT_CODES: &str = "Exit codes: 0 done; 1 fault; 2 usage; 3 configuration; 4 unavailable, try again; \
5 a check has failed; 6 not found; 7 refused; 8 another relay has taken over; 130 interrupted.";

/// Why the program stops early: what, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    reason: Reason,
    message: String,
    advice: Option<String>,
}

impl Failure {
    /// A failure for a reason.
    pub fn new(reason: Reason, message: impl fmt::Display) -> Self {
        Self {
            reason,
            message: message.to_string(),
            advice: None,
        }
    }

    /// Something that nobody foresaw.
    pub fn fault(message: impl fmt::Display) -> Self {
        Self::new(Reason::Fault, message)
    }

    /// The configuration.
    pub fn configuration(message: impl fmt::Display) -> Self {
        Self::new(Reason::Configuration, message)
    }

    /// Something needed cannot be reached.
    pub fn unavailable(message: impl fmt::Display) -> Self {
        Self::new(Reason::Unavailable, message)
    }

    /// A named thing does not exist.
    pub fn not_found(message: impl fmt::Display) -> Self {
        Self::new(Reason::NotFound, message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn advise(mut self, advice: impl fmt::Display) -> Self {
        self.advice = Some(advice.to_string());
        self
    }

    /// As the shell sees it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.reason {
            Reason::Fault => 1,
            Reason::Usage => 2,
            Reason::Configuration => 3,
            Reason::Unavailable => 4,
            Reason::CheckFailed => 5,
            Reason::NotFound => 6,
            Reason::Refused => 7,
            Reason::Fenced => 8,
        })
    }

    /// One line of JSON, for `--output json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!({ "error": { "reason": self.reason, "message": self.message, "advice": self.advice } })
            .to_string()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.advice {
            Some(advice) => write!(f, "\n  {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.code().as_deref() == Some("42P01") => {
                Self::unavailable("the database has no Guanxi schema yet").advise("Run: guanxi migrate")
            }
            sqlx::Error::Database(_) => Self::fault(format!("PostgreSQL: {error}")),
            _ => Self::unavailable(format!("PostgreSQL: {error}"))
                .advise("Is the server running, and is database.url right? guanxi doctor tells more."),
        }
    }
}

impl From<guanxi_kernel::IdError> for Failure {
    fn from(error: guanxi_kernel::IdError) -> Self {
        Self::new(Reason::Usage, error)
    }
}
