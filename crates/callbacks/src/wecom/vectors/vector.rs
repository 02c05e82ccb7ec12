//! Vectors as they lie in `vectors/`, and a receiver that holds their keys.

use serde::Deserialize;

use crate::secret::SecretText;
use crate::wecom::config::{AppConfig, Apps, KeyPairConfig, WecomConfig};
use crate::wecom::envelope;
use crate::wecom::key::EncodingAesKey;
use crate::wecom::signature::SignedQuery;

#[derive(Clone, Deserialize)]
pub struct Vector {
    pub token: String,
    pub encoding_aes_key: String,
    pub receiver: String,
    pub query: String,
    #[serde(default)]
    pub body: String,
    pub plaintext: Option<String>,
}

impl Vector {
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap()
    }

    pub fn query(&self) -> SignedQuery {
        SignedQuery::read(&self.query).unwrap()
    }

    /// Of the body, or of the query where it is an address check.
    pub fn encrypted(&self) -> String {
        self.query()
            .echostr
            .unwrap_or_else(|| envelope::encrypted(self.body.as_bytes()).unwrap())
    }

    pub fn key(&self) -> EncodingAesKey {
        EncodingAesKey::new(&self.encoding_aes_key).unwrap()
    }
}

/// Reads a vector by name.
macro_rules! vector {
    ($name:literal) => {
        $crate::wecom::vectors::Vector::read(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/vectors/",
            $name,
            ".json"
        )))
    };
}
pub(crate) use vector;

pub fn config(vectors: &[&Vector]) -> WecomConfig {
    let app = |vector: &&Vector| AppConfig {
        receivers: vec![vector.receiver.clone()],
        keys: vec![pair(&vector.token, &vector.encoding_aes_key)],
        guides: Default::default(),
        stores: Default::default(),
    };
    WecomConfig {
        apps: vectors.iter().map(app).collect(),
    }
}

pub fn pair(token: &str, key: &str) -> KeyPairConfig {
    KeyPairConfig {
        token: SecretText(token.to_owned()),
        encoding_aes_key: SecretText(key.to_owned()),
    }
}

pub fn apps(vectors: &[&Vector]) -> Apps {
    Apps::new(&config(vectors)).unwrap()
}
