//! Vectors made for this project, and what must be refused of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use guanxi_kernel::Timestamp;

use super::vector::*;
use crate::wechat_pay::body::Body;
use crate::wechat_pay::business_key;
use crate::wechat_pay::envelope::Envelope;
use crate::wechat_pay::headers::NoticeHeaders;
use crate::wechat_pay::resource::{ALGORITHM, ApiV3Key, Resource, ResourceError};
use crate::wechat_pay::signature::{VerifyError, VerifyingKey};

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
