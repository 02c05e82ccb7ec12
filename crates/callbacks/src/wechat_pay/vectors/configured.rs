//! Configurations, and what we write ourselves.

use super::vector::*;
use crate::wechat_pay::SigningKey;
use crate::wechat_pay::config::*;
use crate::wechat_pay::envelope::Envelope;
use crate::wechat_pay::resource::{ApiV3Key, ResourceError};
use crate::wechat_pay::signature::{KeyError, VerifyingKey};
use crate::wechat_pay::write::{NoticeToWrite, NoticeWriter};

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
