//! Vectors as they lie in `vectors/`, and a receiver that holds their keys.

use guanxi_kernel::Timestamp;
use serde::Deserialize;

use crate::wechat_pay::config::{MerchantConfig, Merchants, PublicKeyConfig, SecretText, WechatPayConfig};
use crate::wechat_pay::envelope::Envelope;
use crate::wechat_pay::headers::NoticeHeaders;
use crate::wechat_pay::resource::Resource;
use crate::wechat_pay::signature::VerifyError;

pub const API_V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
pub const CERTIFICATE_SERIAL: &str = "440024045C4A427599D09BB4E3DE0279F2E813FD";
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0000000000000000000000000000000001";
pub const A8_CERTIFICATE: &str = include_str!("../../../vectors/a8_certificate.pem");
pub const A8_PUBLIC_KEY: &str = include_str!("../../../vectors/a8_public_key.pem");
pub const A1_CERTIFICATE: &str = include_str!("../../../vectors/a1_certificate.pem");

#[derive(Deserialize)]
pub struct Vector {
    pub serial: String,
    pub timestamp: String,
    pub nonce: String,
    pub signature: String,
    pub body: String,
    pub plaintext: String,
}

impl Vector {
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap()
    }

    pub fn headers(&self) -> NoticeHeaders {
        NoticeHeaders {
            timestamp: self.timestamp.clone(),
            nonce: self.nonce.clone(),
            signature: self.signature.clone(),
            serial: self.serial.clone(),
            signature_type: None,
            request_id: None,
        }
    }

    pub fn signed_at(&self) -> Timestamp {
        Timestamp::from_second(self.timestamp.parse().unwrap()).unwrap()
    }

    pub fn resource(&self) -> Resource {
        Envelope::read(self.body.as_bytes()).unwrap().resource
    }
}

/// Reads a vector by name.
macro_rules! vector {
    ($name:literal) => {
        Vector::read(include_str!(concat!("../../../vectors/", $name, ".json")))
    };
}

pub fn s1() -> Vector {
    vector!("s1")
}

/// A receiver's keys as at a merchant that changes from certificate to public key.
pub fn merchants() -> Merchants {
    Merchants::new(&config(&[API_V3_KEY])).unwrap()
}

pub fn config(api_v3_keys: &[&str]) -> WechatPayConfig {
    WechatPayConfig {
        merchants: vec![MerchantConfig {
            mchid: "1234567891".into(),
            api_v3_keys: api_v3_keys.iter().map(|key| SecretText((*key).into())).collect(),
            certificates: vec![A8_CERTIFICATE.into()],
            public_keys: vec![PublicKeyConfig {
                id: PUBLIC_KEY_ID.into(),
                pem: A8_PUBLIC_KEY.into(),
            }],
        }],
        ..WechatPayConfig::default()
    }
}

pub fn verify(vector: &Vector) -> Result<(), VerifyError> {
    merchants().verify(&vector.headers(), vector.body.as_bytes(), vector.signed_at())
}

pub(super) use vector;
