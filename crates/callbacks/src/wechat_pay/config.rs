//! Whose notices we take: merchants with the keys that verify and the keys that open.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use guanxi_kernel::Timestamp;
use serde::Deserialize;

use super::headers::NoticeHeaders;
use super::resource::{ApiV3Key, ApiV3KeyLength, Resource, ResourceError};
use super::signature::{self, KeyError, Serial, VerifyError, VerifyingKey};
pub use crate::secret::SecretText;

/// The section `[wechat_pay]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatPayConfig {
    /// A notice signed this many seconds away from our clock, or more, is refused.
    #[serde(default = "default_tolerance")]
    pub tolerance_seconds: u32,
    /// The merchant accounts that receive.
    #[serde(default)]
    pub merchants: Vec<MerchantConfig>,
}

/// One merchant account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MerchantConfig {
    /// The merchant id.
    pub mchid: String,
    /// The APIv3 keys: one, or old and new for at least 25 hours during a change.
    pub api_v3_keys: Vec<SecretText>,
    /// Platform certificates: PEM text, or the path of a PEM file.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// WeChat Pay public keys.
    #[serde(default)]
    pub public_keys: Vec<PublicKeyConfig>,
}

/// A WeChat Pay public key and its id.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKeyConfig {
    /// `PUB_KEY_ID_…`.
    pub id: String,
    /// PEM text, or the path of a PEM file.
    pub pem: String,
}

impl Default for WechatPayConfig {
    fn default() -> Self {
        Self {
            tolerance_seconds: default_tolerance(),
            merchants: Vec::new(),
        }
    }
}

fn default_tolerance() -> u32 {
    signature::DEFAULT_TOLERANCE_SECONDS
}

/// What is wrong with the configuration, and where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Without keys nothing can be taken.
    #[error("merchant {mchid}: {what} is missing")]
    Missing {
        /// Whose.
        mchid: String,
        /// What.
        what: &'static str,
    },
    /// Listed twice.
    #[error("merchant {0} is configured twice; merge both entries")]
    Twice(String),
    /// An APIv3 key of the wrong length.
    #[error("merchant {mchid}: {source}")]
    ApiV3Key {
        /// Whose.
        mchid: String,
        /// What is wrong.
        source: ApiV3KeyLength,
    },
    /// A key file that cannot be read.
    #[error("merchant {mchid}: cannot read {path}: {source}")]
    File {
        /// Whose.
        mchid: String,
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate or public key that is none.
    #[error("merchant {mchid}: {source}")]
    Key {
        /// Whose.
        mchid: String,
        /// What is wrong.
        source: KeyError,
    },
    /// Two different keys under one name.
    #[error("serial {0} is configured with two different keys")]
    SerialTwice(Serial),
}

/// All merchants' keys, ready to verify and to open.
#[derive(Debug)]
pub struct Merchants {
    merchants: Vec<Merchant>,
    by_serial: HashMap<Serial, Known>,
    tolerance_seconds: u32,
}

#[derive(Debug)]
struct Merchant {
    mchid: String,
    api_v3_keys: Vec<ApiV3Key>,
}

/// A verifying key and the merchants that configured it, by index.
#[derive(Debug)]
struct Known {
    key: VerifyingKey,
    merchants: Vec<usize>,
}

/// An opened resource.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The merchant whose APIv3 key opened it.
    pub mchid: String,
    /// The JSON inside: personal data, never to be logged.
    pub plaintext: String,
}

impl Merchants {
    /// Reads and checks every key.
    ///
    /// # Errors
    /// The first thing that is wrong, with the merchant it belongs to.
    pub fn new(config: &WechatPayConfig) -> Result<Self, ConfigError> {
        let mut merchants = Self {
            merchants: Vec::new(),
            by_serial: HashMap::new(),
            tolerance_seconds: config.tolerance_seconds,
        };
        for merchant in &config.merchants {
            merchants.add(merchant)?;
        }
        Ok(merchants)
    }

    /// The names of all keys that notices may be signed with, for diagnosis.
    #[must_use]
    pub fn serials(&self) -> Vec<&Serial> {
        let mut serials: Vec<_> = self.by_serial.keys().collect();
        serials.sort();
        serials
    }

    /// Checks kind, time, serial and signature of a request, in this order.
    ///
    /// # Errors
    /// The request is not believed.
    pub fn verify(&self, headers: &NoticeHeaders, body: &[u8], now: Timestamp) -> Result<(), VerifyError> {
        signature::check_type(headers)?;
        signature::check_time(headers, now, self.tolerance_seconds)?;
        let known = self
            .by_serial
            .get(&Serial::new(&headers.serial))
            .ok_or_else(|| VerifyError::UnknownSerial(headers.serial.clone()))?;
        signature::check_signature(&known.key, headers, body)
    }

    /// Opens a resource with the keys of the merchants that know this serial, each merchant's in the order configured.
    ///
    /// # Errors
    /// None opens it, or it is malformed.
    pub fn open(&self, serial: &str, resource: &Resource) -> Result<Opened, ResourceError> {
        let known = self.by_serial.get(&Serial::new(serial));
        let candidates: Vec<&Merchant> = match known {
            Some(known) => known
                .merchants
                .iter()
                .filter_map(|index| self.merchants.get(*index))
                .collect(),
            // The serial's key may have been removed since the notice was kept.
            None => self.merchants.iter().collect(),
        };
        for merchant in candidates {
            for key in &merchant.api_v3_keys {
                match key.open(resource) {
                    Ok(plaintext) => {
                        return Ok(Opened {
                            mchid: merchant.mchid.clone(),
                            plaintext,
                        });
                    }
                    Err(ResourceError::NoKey) => {}
                    Err(malformed) => return Err(malformed),
                }
            }
        }
        Err(ResourceError::NoKey)
    }

    fn add(&mut self, config: &MerchantConfig) -> Result<(), ConfigError> {
        let mchid = config.mchid.clone();
        let missing = |what| ConfigError::Missing {
            mchid: mchid.clone(),
            what,
        };
        if mchid.is_empty() {
            return Err(missing("its mchid"));
        }
        if self.merchants.iter().any(|merchant| merchant.mchid == mchid) {
            return Err(ConfigError::Twice(mchid));
        }
        if config.api_v3_keys.is_empty() {
            return Err(missing("an APIv3 key"));
        }
        if config.certificates.is_empty() && config.public_keys.is_empty() {
            return Err(missing("a platform certificate or public key"));
        }
        let api_v3_keys = config
            .api_v3_keys
            .iter()
            .map(|key| ApiV3Key::new(&key.0))
            .collect::<Result<_, _>>()
            .map_err(|source| ConfigError::ApiV3Key {
                mchid: mchid.clone(),
                source,
            })?;
        let fault = |source| ConfigError::Key {
            mchid: mchid.clone(),
            source,
        };
        let mut keys = Vec::new();
        for certificate in &config.certificates {
            keys.push(VerifyingKey::from_certificate(&pem_text(&mchid, certificate)?).map_err(fault)?);
        }
        for key in &config.public_keys {
            keys.push(VerifyingKey::from_public_key(&key.id, &pem_text(&mchid, &key.pem)?).map_err(fault)?);
        }
        self.merchants.push(Merchant { mchid, api_v3_keys });
        keys.into_iter().try_for_each(|key| self.know(key))
    }

    /// Registers a verifying key for the merchant added last.
    fn know(&mut self, key: VerifyingKey) -> Result<(), ConfigError> {
        let merchant = self.merchants.len() - 1;
        let serial = key.serial().clone();
        match self.by_serial.get_mut(&serial) {
            None => {
                self.by_serial.insert(
                    serial,
                    Known {
                        key,
                        merchants: vec![merchant],
                    },
                );
            }
            Some(known) if known.key.same_as(&key) => known.merchants.push(merchant),
            Some(_) => return Err(ConfigError::SerialTwice(serial)),
        }
        Ok(())
    }
}

/// PEM text as it is, or read from the file that the text names.
fn pem_text(mchid: &str, pem_or_path: &str) -> Result<String, ConfigError> {
    if pem_or_path.trim_start().starts_with("-----BEGIN") {
        return Ok(pem_or_path.to_owned());
    }
    std::fs::read_to_string(Path::new(pem_or_path)).map_err(|source| ConfigError::File {
        mchid: mchid.to_owned(),
        path: pem_or_path.to_owned(),
        source,
    })
}

/// Printed without what was inside.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("mchid", &self.mchid)
            .finish_non_exhaustive()
    }
}
