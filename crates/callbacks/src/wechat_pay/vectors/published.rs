//! Vectors from the providers' own test suites.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::vector::*;
use crate::wechat_pay::body::Body;
use crate::wechat_pay::envelope::Envelope;
use crate::wechat_pay::resource::{ALGORITHM, ApiV3Key, Resource, ResourceError};
use crate::wechat_pay::signature::{VerifyError, VerifyingKey, signed_message};

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
    let signature = include_str!("../../../vectors/a2_signature.txt").trim();
    let public = include_str!("../../../vectors/a2_public_key.pem");
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
        ciphertext: include_str!("../../../vectors/a5_ciphertext.txt").trim().into(),
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
    let signature = include_str!("../../../vectors/a8_merchant_signature.txt").trim();
    let merchant = include_str!("../../../vectors/a8_merchant_certificate.pem");
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
