//! What a process does.

use std::fmt;
use std::str::FromStr;

/// A stateless role of the binary; any number of processes may have each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// HTTP: commands, queries, callbacks.
    Api,
    /// Views, policies, deadlines, and the translation of notices.
    Followers,
    /// Publishing to Kafka.
    Relay,
    /// Taking commands from Kafka.
    Commands,
}

/// The roles of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

/// There is no such role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role; there are api, followers, relay and commands")]
pub struct UnknownRole(String);

impl Roles {
    /// All that need no Kafka.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![Role::Api, Role::Followers])
    }

    /// The same, and one more.
    #[must_use]
    pub fn and(mut self, role: Role) -> Self {
        self.0.push(role);
        self
    }

    /// Whether there is nothing to do beside this one.
    #[must_use]
    pub fn only(&self, role: Role) -> bool {
        self.0.iter().all(|own| *own == role)
    }

    /// Whether one is among them.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }
}

impl FromStr for Roles {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let role = |name: &str| match name.trim() {
            "api" => Ok(Role::Api),
            "followers" => Ok(Role::Followers),
            "relay" => Ok(Role::Relay),
            "commands" => Ok(Role::Commands),
            other => Err(UnknownRole(other.to_owned())),
        };
        text.split(',').map(role).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|role| match role {
            Role::Api => "api",
            Role::Followers => "followers",
            Role::Relay => "relay",
            Role::Commands => "commands",
        });
        f.write_str(&names.collect::<Vec<_>>().join(","))
    }
}
