//! Whose notices we take: apps with their tokens and keys, and what their names mean in the house.

use std::collections::BTreeMap;

use guanxi_kernel::{GuideId, IdError, StoreId};
use serde::Deserialize;

use super::key::{EncodingAesKey, KeyForm, OpenError, Opened};
use super::signature::{SignedQuery, VerifyError};
use crate::secret::SecretText;

/// The section `[wecom]` of the configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WecomConfig {
    /// The apps that receive.
    pub apps: Vec<AppConfig>,
}

/// One app: of the company itself, or of a third party.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppConfig {
    /// To whom its messages may be addressed: the CorpID of the company's own app; the SuiteID of a third party's, and
    /// beside it the third party's CorpID, to which address checks are addressed.
    pub receivers: Vec<String>,
    /// Token and key: one pair, or old and new during a change.
    pub keys: Vec<KeyPairConfig>,
    /// The guides' ids where they are not the UserIDs; `CorpID/UserID` goes before `UserID`.
    #[serde(default)]
    pub guides: BTreeMap<String, GuideId>,
    /// The shops that contact-me states stand for.
    #[serde(default)]
    pub stores: BTreeMap<String, StoreId>,
}

/// What the provider's console shows for the address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPairConfig {
    /// The token, which signs.
    pub token: SecretText,
    /// The EncodingAESKey, 43 characters.
    pub encoding_aes_key: SecretText,
}

/// What is wrong with the configuration, and where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Without it nothing can be taken.
    #[error("app {app}: {what} is missing")]
    Missing {
        /// Which, by its first receiver.
        app: String,
        /// What.
        what: &'static str,
    },
    /// An EncodingAESKey that is none.
    #[error("app {app}: {source}")]
    Key {
        /// Which.
        app: String,
        /// What is wrong.
        source: KeyForm,
    },
    /// Listed twice.
    #[error("receiver {0} is configured twice; merge both apps")]
    Twice(String),
}

/// All apps' keys, ready to verify and to open.
#[derive(Debug, Default)]
pub struct Apps(Vec<App>);

/// One app.
#[derive(Debug)]
pub struct App {
    receivers: Vec<String>,
    keys: Vec<KeyPair>,
    guides: BTreeMap<String, GuideId>,
    stores: BTreeMap<String, StoreId>,
}

#[derive(Debug)]
struct KeyPair {
    token: SecretText,
    key: EncodingAesKey,
}

impl Apps {
    /// Reads and checks every key.
    ///
    /// # Errors
    /// The first thing that is wrong, with the app it belongs to.
    pub fn new(config: &WecomConfig) -> Result<Self, ConfigError> {
        let mut apps = Self::default();
        for app in &config.apps {
            let app = App::new(app)?;
            if let Some(twice) = app.receivers.iter().find(|receiver| apps.of(receiver).is_some()) {
                return Err(ConfigError::Twice(twice.clone()));
            }
            apps.0.push(app);
        }
        Ok(apps)
    }

    /// Whether a configured token signed this text.
    ///
    /// # Errors
    /// None did.
    pub fn verify(&self, query: &SignedQuery, encrypted: &str) -> Result<(), VerifyError> {
        let known = self.signers(query, encrypted).next().is_some();
        if known {
            Ok(())
        } else {
            Err(VerifyError::BadSignature)
        }
    }

    /// Opens a text with the keys that stand beside the token that signed it, and checks to whom it is addressed. Where
    /// that token is no longer configured, every key is tried.
    ///
    /// # Errors
    /// None opens it; of several reasons the one that got farthest.
    pub fn open(&self, query: &SignedQuery, encrypted: &str) -> Result<Opened, OpenError> {
        let mut pairs: Vec<_> = self.signers(query, encrypted).collect();
        if pairs.is_empty() {
            pairs = self.pairs().collect();
        }
        let mut failed = OpenError::Padding;
        for (app, pair) in pairs {
            match pair.key.open(encrypted) {
                Ok(opened) if app.receivers.contains(&opened.receiver) => return Ok(opened),
                Ok(opened) => failed = OpenError::Receiver(opened.receiver),
                // Most of what another key opens is cut here; by chance some of it looks padded.
                Err(error) if failed == OpenError::Padding => failed = error,
                Err(_) => {}
            }
        }
        Err(failed)
    }

    /// The app whose messages are addressed to this receiver.
    #[must_use]
    pub fn of(&self, receiver: &str) -> Option<&App> {
        self.0
            .iter()
            .find(|app| app.receivers.iter().any(|known| known == receiver))
    }

    /// How many apps are configured, for diagnosis.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    fn pairs(&self) -> impl Iterator<Item = (&App, &KeyPair)> {
        self.0
            .iter()
            .flat_map(|app| app.keys.iter().map(move |pair| (app, pair)))
    }

    fn signers<'a>(
        &'a self,
        query: &'a SignedQuery,
        encrypted: &'a str,
    ) -> impl Iterator<Item = (&'a App, &'a KeyPair)> {
        self.pairs()
            .filter(|(_, pair)| query.is_of(&pair.token.0, encrypted))
    }
}

impl App {
    fn new(config: &AppConfig) -> Result<Self, ConfigError> {
        let name = config.receivers.first().cloned().unwrap_or_default();
        let missing = |what| ConfigError::Missing {
            app: name.clone(),
            what,
        };
        if config.receivers.is_empty() || config.receivers.iter().any(String::is_empty) {
            return Err(missing("a receiver"));
        }
        if config.keys.is_empty() {
            return Err(missing("a pair of token and EncodingAESKey"));
        }
        let mut keys = Vec::with_capacity(config.keys.len());
        for pair in &config.keys {
            if pair.token.0.is_empty() {
                return Err(missing("a token"));
            }
            let key = EncodingAesKey::new(&pair.encoding_aes_key.0);
            keys.push(KeyPair {
                token: pair.token.clone(),
                key: key.map_err(|source| ConfigError::Key {
                    app: name.clone(),
                    source,
                })?,
            });
        }
        Ok(Self {
            receivers: config.receivers.clone(),
            keys,
            guides: config.guides.clone(),
            stores: config.stores.clone(),
        })
    }

    /// The guide whom a member of the company is: the UserID itself where nothing else is configured.
    ///
    /// # Errors
    /// The UserID is no id.
    pub fn guide(&self, corp_id: &str, user_id: &str) -> Result<GuideId, IdError> {
        let configured = self
            .guides
            .get(&format!("{corp_id}/{user_id}"))
            .or_else(|| self.guides.get(user_id));
        configured.cloned().map_or_else(|| GuideId::new(user_id), Ok)
    }

    /// The shop that a contact-me state stands for.
    #[must_use]
    pub fn store(&self, state: Option<&str>) -> Option<&StoreId> {
        self.stores.get(state?)
    }
}
