//! One TOML file, overridden by the environment; every error says what to write where.

mod keys;
mod load;
mod rules;
mod sections;

pub use keys::{master_key, previous_master_key};
pub use load::load;
pub use rules::RulesConfig;
pub use sections::{Config, DatabaseConfig, KeysConfig};
