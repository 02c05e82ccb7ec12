//! The sections of the configuration.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use guanxi_callbacks::wechat_pay::WechatPayConfig;
use guanxi_callbacks::wecom::WecomConfig;
use guanxi_kafka::KafkaSettings;
use serde::Deserialize;

use super::RulesConfig;
use crate::logs::LogConfig;

/// The whole configuration. `docs/configuration.md` shows a file.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the log lies.
    pub database: DatabaseConfig,
    /// Where the platform listens.
    pub http: HttpConfig,
    /// Keys of the installation.
    pub keys: KeysConfig,
    /// Whose payment notices are taken.
    pub wechat_pay: WechatPayConfig,
    /// Whose notices of guides and customers are taken.
    pub wecom: WecomConfig,
    /// Rules that are data.
    pub rules: RulesConfig,
    /// Where events are published.
    pub kafka: KafkaSettings,
    /// Log lines.
    pub log: LogConfig,
}

/// `[database]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `postgres://user:password@host:port/database`; `DATABASE_URL` overrides it. The user is a member of
    /// `guanxi_server` (and, for `migrate`, may create roles and schemas).
    pub url: Option<String>,
    /// Connections of this process.
    pub max_connections: u32,
    /// Aggregate types that programs beside ours (role `guanxi_appender`) may add to the log.
    pub foreign_types: Vec<String>,
}

/// Printed without the password.
impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: None,
            max_connections: 24,
            foreign_types: Vec::new(),
        }
    }
}

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Address and port.
    pub listen: SocketAddr,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        }
    }
}

/// `[keys]`
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct KeysConfig {
    /// A file with the master key: 64 hex digits, readable by the server only. Losing it loses all personal data.
    pub master_key_file: Option<PathBuf>,
    /// A file with the master key before it, until `guanxi keys rewrap` has ended.
    pub previous_master_key_file: Option<PathBuf>,
    /// A file with the seed of the Ed25519 key that signs checkpoints: base64 of 32 bytes.
    pub checkpoint_key_file: Option<PathBuf>,
    /// Where erasures are listed outside the database, to be applied again after a restore.
    pub erasures_file: Option<PathBuf>,
}
