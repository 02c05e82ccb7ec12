//! The published and the self-made vectors, and everything that must be refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use guanxi_kernel::Timestamp;
use serde::Deserialize;

use super::body::Body;
use super::config::{MerchantConfig, Merchants, PublicKeyConfig, SecretText, WechatPayConfig};
use super::envelope::Envelope;
use super::headers::NoticeHeaders;
use super::resource::{ALGORITHM, ApiV3Key, Resource, ResourceError};
use super::signature::{KeyError, VerifyError, VerifyingKey, signed_message};
use super::write::{NoticeToWrite, NoticeWriter};
use super::{SigningKey, business_key};

pub const API_V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
pub const CERTIFICATE_SERIAL: &str = "440024045C4A427599D09BB4E3DE0279F2E813FD";
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0000000000000000000000000000000001";
pub const A8_CERTIFICATE: &str = include_str!("../../vectors/a8_certificate.pem");
pub const A8_PUBLIC_KEY: &str = include_str!("../../vectors/a8_public_key.pem");
const A1_CERTIFICATE: &str = include_str!("../../vectors/a1_certificate.pem");

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

    fn resource(&self) -> Resource {
        Envelope::read(self.body.as_bytes()).unwrap().resource
    }
}

macro_rules! vector {
    ($name:literal) => {
        Vector::read(include_str!(concat!("../../vectors/", $name, ".json")))
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

fn verify(vector: &Vector) -> Result<(), VerifyError> {
    merchants().verify(&vector.headers(), vector.body.as_bytes(), vector.signed_at())
}

#[test]
fn every_self_made_vector_verifies_opens_and_is_of_its_family() {
    for (vector, family) in [
        (vector!("s1"), "payment"),
        (vector!("s2"), "refund"),
        (vector!("s3"), "coupon_received"),
        (vector!("s4"), "discount_card"),
        (vector!("s6"), "profit_sharing"),
    ] {
        verify(&vector).unwrap();
        let envelope = Envelope::read(vector.body.as_bytes()).unwrap();
        let opened = merchants().open(&vector.serial, &envelope.resource).unwrap();
        assert_eq!(
            (opened.mchid.as_str(), opened.plaintext),
            ("1234567891", vector.plaintext)
        );
        let body = Body::read(&envelope.event_type, &s_plain(&envelope)).unwrap();
        assert_eq!(body.family(), family);
    }
}

fn s_plain(envelope: &Envelope) -> String {
    ApiV3Key::new(API_V3_KEY)
        .unwrap()
        .open(&envelope.resource)
        .unwrap()
}

#[test]
fn a1_verifies_with_its_certificate_and_its_short_key_is_refused() {
    let a1 = vector!("a1");
    let key = VerifyingKey::from_certificate(A1_CERTIFICATE).unwrap();
    assert_eq!(key.serial().to_string(), a1.serial);
    key.verify(
        &signed_message(&a1.timestamp, &a1.nonce, a1.body.as_bytes()),
        &a1.signature,
    )
    .unwrap();
    assert_eq!(ApiV3Key::new("testMchAPIv3Key0").unwrap_err().0, 16);
    let envelope = Envelope::read(a1.body.as_bytes()).unwrap();
    assert!(
        ApiV3Key::new(API_V3_KEY)
            .unwrap()
            .open(&envelope.resource)
            .is_err()
    );
    assert!(matches!(
        Body::read(&envelope.event_type, &a1.plaintext),
        Ok(Body::PayscorePermission(_))
    ));
}

#[test]
fn a2_verifies_with_public_key_and_with_certificate_and_nothing_else_does() {
    let signature = include_str!("../../vectors/a2_signature.txt").trim();
    let public = include_str!("../../vectors/a2_public_key.pem");
    for key in [
        VerifyingKey::from_public_key(PUBLIC_KEY_ID, public).unwrap(),
        VerifyingKey::from_certificate(A1_CERTIFICATE).unwrap(),
    ] {
        key.verify(b"source", signature).unwrap();
        for (message, signature) in [
            (&b"wrong source"[..], signature),
            (b"", signature),
            (b"source", ""),
            (b"source", "invalid base64 signature"),
        ] {
            assert_eq!(key.verify(message, signature), Err(VerifyError::BadSignature));
        }
    }
}

#[test]
fn a3_opens_and_its_neighbours_do_not() {
    let key = ApiV3Key::new(API_V3_KEY).unwrap();
    let resource = |ciphertext: &str, nonce: &str, aad: &str| Resource {
        original_type: None,
        algorithm: ALGORITHM.into(),
        ciphertext: ciphertext.into(),
        associated_data: Some(aad.into()),
        nonce: nonce.into(),
    };
    let sealed = "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=";
    assert_eq!(
        key.open(&resource(sealed, "uluk4a9R25RW", "associatedData"))
            .unwrap(),
        "message"
    );
    assert_eq!(
        key.seal("uluk4a9R25RW", "associatedData", "message").unwrap(),
        sealed
    );
    let zeros = STANDARD.encode([0; 128]);
    for (ciphertext, nonce, aad, error) in [
        (sealed, "uluk4a9R25RW", "bad-associatedData", ResourceError::NoKey),
        (sealed, "bad-4a9R25RW", "associatedData", ResourceError::NoKey),
        (
            zeros.as_str(),
            "uluk4a9R25RW",
            "associatedData",
            ResourceError::NoKey,
        ),
        (
            "invalid cipher",
            "uluk4a9R25RW",
            "associatedData",
            ResourceError::Ciphertext,
        ),
        (
            "SGVsbG8gV29ybGQK",
            "uluk4a9R25RW",
            "associatedData",
            ResourceError::Ciphertext,
        ),
        ("", "uluk4a9R25RW", "associatedData", ResourceError::Ciphertext),
        (sealed, "", "associatedData", ResourceError::NonceLength(0)),
    ] {
        assert_eq!(key.open(&resource(ciphertext, nonce, aad)), Err(error));
    }
}

#[test]
fn a4_keys_that_are_no_keys() {
    for key in [
        "",
        "testAPIv3Key0000",
        "not a aes key",
        "testAPIv3Key1111",
        "33 bytes 33 bytes 33 bytes 33 byt",
    ] {
        assert_eq!(ApiV3Key::new(key).unwrap_err().0, key.len());
    }
}

#[test]
fn a5_gives_the_certificate_with_its_serial() {
    let resource = Resource {
        original_type: None,
        algorithm: ALGORITHM.into(),
        ciphertext: include_str!("../../vectors/a5_ciphertext.txt").trim().into(),
        associated_data: Some("certificate".into()),
        nonce: "14b16c03dc1b".into(),
    };
    let pem = ApiV3Key::new(API_V3_KEY).unwrap().open(&resource).unwrap();
    assert_eq!(pem.len(), 1475);
    let key = VerifyingKey::from_certificate(&pem).unwrap();
    assert_eq!(
        key.serial().to_string(),
        "5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC"
    );
}

#[test]
fn a8_only_the_signers_key_verifies() {
    let signature = include_str!("../../vectors/a8_merchant_signature.txt").trim();
    let merchant = include_str!("../../vectors/a8_merchant_certificate.pem");
    let merchant = VerifyingKey::from_certificate(merchant).unwrap();
    assert_eq!(
        merchant.serial().to_string(),
        "5F1C72E2A8931B72A2E13AF8DEE92471EB397115"
    );
    merchant.verify(b"message", signature).unwrap();
    let platform = VerifyingKey::from_public_key(PUBLIC_KEY_ID, A8_PUBLIC_KEY).unwrap();
    assert_eq!(
        platform.verify(b"message", signature),
        Err(VerifyError::BadSignature)
    );
}

#[test]
fn s7_1_a_probe_is_refused_by_its_own_name() {
    let mut probe = s1();
    probe.signature = format!("WECHATPAY/SIGNTEST/{}", &probe.signature[19..]);
    assert!(
        probe
            .signature
            .starts_with("WECHATPAY/SIGNTEST/HrwYLXdp3LE6vWS+jMgsx")
    );
    assert_eq!(STANDARD.decode(&probe.signature).unwrap().len(), 256);
    assert_eq!(verify(&probe), Err(VerifyError::Probe));
    verify(&s1()).unwrap();
}

#[test]
fn s7_2_to_4_any_other_bytes_are_refused() {
    let changed = [
        s1().body.replace("支付成功", "支付成攻"),
        s1().body.replace("\":", "\": "),
        format!("{}\n", s1().body),
        String::new(),
    ];
    for body in changed {
        assert_eq!(verify(&Vector { body, ..s1() }), Err(VerifyError::BadSignature));
    }
    let (key, s1) = (VerifyingKey::from_certificate(A8_CERTIFICATE).unwrap(), s1());
    let without_last_newline = format!("{}\n{}\n{}", s1.timestamp, s1.nonce, s1.body);
    assert!(
        key.verify(without_last_newline.as_bytes(), &s1.signature)
            .is_err()
    );
}

#[test]
fn s7_5_the_window_is_below_300_seconds_either_way() {
    let at = |seconds: i64| {
        let now = Timestamp::from_second(1_772_330_403 + seconds).unwrap();
        merchants().verify(&s1().headers(), s1().body.as_bytes(), now)
    };
    for seconds in [0, 299, -299] {
        assert_eq!(at(seconds), Ok(()), "{seconds}");
    }
    for seconds in [300, -300, 86_400] {
        assert_eq!(
            at(seconds),
            Err(VerifyError::Stale {
                apart_seconds: seconds.unsigned_abs()
            })
        );
    }
    for timestamp in [
        "",
        "+1772330403",
        "-1",
        "1772330403.0",
        "99999999999999999999",
        "１７",
    ] {
        let vector = Vector {
            timestamp: timestamp.into(),
            ..s1()
        };
        let verified = merchants().verify(&vector.headers(), vector.body.as_bytes(), s1().signed_at());
        assert_eq!(verified, Err(VerifyError::UnreadableTimestamp), "{timestamp}");
    }
}

#[test]
fn s7_6_and_7_unknown_serials_and_other_signatures_are_refused() {
    for serial in [
        "",
        "440024045C4A427599D09BB4E3DE0279F2E813FE",
        "PUB_KEY_ID_2",
        "pub_key_id_1",
    ] {
        let refused = verify(&Vector {
            serial: serial.into(),
            ..s1()
        });
        assert_eq!(refused, Err(VerifyError::UnknownSerial(serial.into())));
    }
    for kind in ["WECHATPAY2-SM2-WITH-SM3", "WECHATPAY-BRAND-SHA256-RSA2048", ""] {
        let headers = NoticeHeaders {
            signature_type: Some(kind.into()),
            ..s1().headers()
        };
        let refused = merchants().verify(&headers, s1().body.as_bytes(), s1().signed_at());
        assert_eq!(refused, Err(VerifyError::UnsupportedType(kind.into())));
    }
}

#[test]
fn s7_8_a_nonce_of_another_length_is_an_error() {
    for nonce in ["S1nonce0000", "S1nonce000011"] {
        let resource = Resource {
            nonce: nonce.into(),
            ..s1().resource()
        };
        let refused = merchants().open(CERTIFICATE_SERIAL, &resource);
        assert_eq!(refused.map(|_| ()), Err(ResourceError::NonceLength(nonce.len())));
    }
    let resource = Resource {
        algorithm: "AEAD_SM4_GCM".into(),
        ..s1().resource()
    };
    assert!(matches!(
        merchants().open(CERTIFICATE_SERIAL, &resource),
        Err(ResourceError::Algorithm(_))
    ));
}

#[test]
fn s7_9_missing_and_empty_associated_data_are_the_same() {
    let key = ApiV3Key::new(API_V3_KEY).unwrap();
    let ciphertext = key.seal("S1nonce00001", "", "{}").unwrap();
    for associated_data in [None, Some(String::new())] {
        let resource = Resource {
            ciphertext: ciphertext.clone(),
            associated_data,
            ..s1().resource()
        };
        assert_eq!(key.open(&resource).unwrap(), "{}");
    }
    let without = format!(
        r#"{{"event_type":"X","resource":{{"nonce":"S1nonce00001","algorithm":"{ALGORITHM}","ciphertext":"{ciphertext}"}},"id":"1","new":[]}}"#
    );
    let envelope = Envelope::read(without.as_bytes()).unwrap();
    assert_eq!(key.open(&envelope.resource).unwrap(), "{}");
}

#[test]
fn s7_10_a_ledger_notice_is_no_payment() {
    let (s1, s6) = (s1(), vector!("s6"));
    let kind = |vector: &Vector| {
        let envelope = Envelope::read(vector.body.as_bytes()).unwrap();
        (
            envelope.event_type,
            envelope.resource.original_type,
            envelope.resource.associated_data,
        )
    };
    assert_eq!(kind(&s1), kind(&s6));
    let body = Body::read("TRANSACTION.SUCCESS", &s6.plaintext).unwrap();
    let keys = business_key::business_keys("TRANSACTION.SUCCESS", "x", &body);
    assert_eq!(
        keys[0].as_str(),
        "profit_sharing/30000000002026030100000000001/1900000109"
    );
}

#[test]
fn serials_are_hex_in_any_case_and_public_key_ids_are_taken_as_they_are() {
    for serial in [
        "440024045c4a427599d09bb4e3de0279f2e813fd",
        "00440024045C4A427599D09BB4E3DE0279F2E813FD",
    ] {
        verify(&Vector {
            serial: serial.into(),
            ..s1()
        })
        .unwrap();
    }
    assert!(
        verify(&Vector {
            serial: PUBLIC_KEY_ID.to_lowercase(),
            ..s1()
        })
        .is_err()
    );
}

#[test]
fn during_a_change_both_api_v3_keys_open() {
    for keys in [
        ["0123456789abcdef0123456789abcdef", API_V3_KEY],
        [API_V3_KEY, "0123456789abcdef0123456789abcdef"],
    ] {
        let merchants = Merchants::new(&config(&keys)).unwrap();
        assert!(merchants.open(CERTIFICATE_SERIAL, &s1().resource()).is_ok());
    }
    let other = Merchants::new(&config(&["0123456789abcdef0123456789abcdef"])).unwrap();
    let refused = other.open(CERTIFICATE_SERIAL, &s1().resource()).map(|_| ());
    assert_eq!(refused, Err(ResourceError::NoKey));
}

#[test]
fn configurations_that_cannot_work_say_why() {
    let with = |change: fn(&mut WechatPayConfig)| {
        let mut config = config(&[API_V3_KEY]);
        change(&mut config);
        Merchants::new(&config).map(|_| ()).unwrap_err().to_string()
    };
    for (message, says) in [
        (
            with(|config| config.merchants[0].api_v3_keys = vec![SecretText("short".into())]),
            "exactly 32 bytes",
        ),
        (
            with(|config| config.merchants[0].api_v3_keys.clear()),
            "an APIv3 key is missing",
        ),
        (
            with(|config| config.merchants.push(config.merchants[0].clone())),
            "configured twice",
        ),
        (
            with(|config| config.merchants[0].public_keys[0].id = "1".into()),
            "PUB_KEY_ID_",
        ),
        (
            with(|config| config.merchants[0].certificates[0] = "/no/such/file".into()),
            "/no/such/file",
        ),
        (
            with(|config| config.merchants[0].certificates[0] = A8_PUBLIC_KEY.into()),
            "expected CERTIFICATE",
        ),
    ] {
        assert!(message.contains(says), "{message}");
    }
    assert!(matches!(
        VerifyingKey::from_certificate("-----BEGIN X"),
        Err(KeyError::Pem(_))
    ));
    assert!(!format!("{:?}", config(&[API_V3_KEY])).contains(API_V3_KEY));
}

#[test]
fn what_is_written_is_read() {
    let key = SigningKey::generate().unwrap();
    let key = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
    let mut config = config(&[API_V3_KEY]);
    config.merchants[0].public_keys[0].pem = key.public_pem().unwrap();
    let merchants = Merchants::new(&config).unwrap();
    let writer = NoticeWriter::new(key.into(), PUBLIC_KEY_ID, ApiV3Key::new(API_V3_KEY).unwrap());
    let notice = NoticeToWrite {
        id: "n1",
        create_time: s1().signed_at(),
        event_type: "TRANSACTION.SUCCESS",
        original_type: "transaction",
        summary: "支付成功",
        resource: &s1().plaintext,
    };
    let written = writer.write(&notice, s1().signed_at()).unwrap();
    merchants
        .verify(&written.headers, &written.body, s1().signed_at())
        .unwrap();
    let envelope = Envelope::read(&written.body).unwrap();
    assert_eq!(
        merchants
            .open(PUBLIC_KEY_ID, &envelope.resource)
            .unwrap()
            .plaintext,
        s1().plaintext
    );
}
