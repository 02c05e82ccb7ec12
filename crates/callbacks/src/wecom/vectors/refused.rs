//! What must be refused, and configurations that cannot work.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::vector::*;
use crate::wecom::config::*;
use crate::wecom::key::{EncodingAesKey, KeyForm, OpenError};
use crate::wecom::signature::{SignedQuery, VerifyError};

#[test]
fn b4_b5_another_signature_or_nonce_is_refused() {
    let mut b4 = vector!("b4_check");
    b4.query = b4.query.replace("fae6cb011", "fae6cb010");
    let mut b5 = vector!("b5_check");
    b5.query = b5.query.replace("nonce=437374425", "nonce=437374424");
    for vector in [b4, b5] {
        let refused = apps(&[&vector]).verify(&vector.query(), &vector.encrypted());
        assert_eq!(refused, Err(VerifyError::BadSignature));
    }
}

#[test]
fn nothing_but_the_signed_texts_passes() {
    let vector = vector!("w1");
    let (apps, query, encrypted) = (apps(&[&vector]), vector.query(), vector.encrypted());
    let with = |change: fn(&mut SignedQuery)| {
        let mut query = query.clone();
        change(&mut query);
        apps.verify(&query, &encrypted)
    };
    for verdict in [
        with(|query| query.timestamp = "1772330501".into()),
        with(|query| query.nonce.push('0')),
        with(|query| query.msg_signature.clear()),
        with(|query| query.msg_signature = query.msg_signature.to_uppercase()),
        with(|query| query.msg_signature.truncate(39)),
        apps.verify(&query, &encrypted[1..]),
        apps.verify(&query, ""),
        Apps::default().verify(&query, &encrypted),
    ] {
        assert_eq!(verdict, Err(VerifyError::BadSignature));
    }
}

#[test]
fn b4_keys_that_are_no_keys() {
    for key in [
        "",
        "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw",
        "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIwss",
        "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw=",
        "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw$",
        "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYI好",
    ] {
        assert_eq!(EncodingAesKey::new(key), Err(KeyForm), "{key}");
    }
}

/// Encrypts any bytes, whatever stands in them.
fn raw(vector: &Vector, plain: &[u8]) -> String {
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let key = GeneralPurpose::new(&alphabet::STANDARD, lenient)
        .decode(format!("{}=", vector.encoding_aes_key))
        .unwrap();
    let iv: [u8; 16] = key[..16].try_into().unwrap();
    let key = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, &key).unwrap()).unwrap();
    let mut bytes = plain.to_vec();
    key.less_safe_encrypt(&mut bytes, EncryptionContext::Iv128(iv.into()))
        .unwrap();
    STANDARD.encode(bytes)
}

#[test]
fn well_encrypted_nonsense_is_refused() {
    let vector = vector!("b1");
    let opened = |bytes: &[u8]| vector.key().open(&raw(&vector, bytes)).unwrap_err();
    let padded = |bytes: &[u8], pad: u8| [bytes, &vec![pad; usize::from(pad)]].concat();
    assert_eq!(opened(&[0; 32]), OpenError::Padding);
    assert_eq!(opened(&[33; 48]), OpenError::Padding);
    assert_eq!(opened(&[17; 16]), OpenError::Padding, "more padding than bytes");
    let mut uneven = vec![4; 32];
    uneven[29] = 5;
    assert_eq!(opened(&uneven), OpenError::Padding);
    assert_eq!(opened(&[32; 32]), OpenError::Length, "nothing but padding");
    assert_eq!(opened(&padded(&[0; 19], 13)), OpenError::Length);
    let lengths: [(u32, usize); 3] = [(u32::MAX, 12), (13, 12), (1 << 31, 12)];
    for (length, there) in lengths {
        let head = [&[0; 16][..], &length.to_be_bytes(), &vec![b'x'; there]].concat();
        assert_eq!(opened(&padded(&head, 32)), OpenError::Length, "{length}");
    }
    let no_text = [&[0; 16][..], &1_u32.to_be_bytes(), &[0xff], &[b'x'; 11]].concat();
    assert_eq!(opened(&padded(&no_text, 32)), OpenError::NotText);
    for encrypted in ["", "no base64", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(
            vector.key().open(encrypted),
            Err(OpenError::Ciphertext),
            "{encrypted}"
        );
    }
}

#[test]
fn a_message_for_another_company_is_not_opened() {
    let vector = vector!("w1");
    let mut config = config(&[&vector]);
    config.apps[0].receivers = vec!["wx0000000000000000".into()];
    let opened = Apps::new(&config)
        .unwrap()
        .open(&vector.query(), &vector.encrypted());
    assert_eq!(opened, Err(OpenError::Receiver(vector.receiver)));
}

#[test]
fn during_a_change_old_and_new_stand_side_by_side() {
    let (vector, other) = (vector!("w1"), vector!("b3"));
    let ours = pair(&vector.token, &vector.encoding_aes_key);
    for keys in [
        vec![pair("new", &other.encoding_aes_key), ours.clone()],
        vec![ours.clone(), pair("new", &other.encoding_aes_key)],
        // Only the key is changed, and the token stays.
        vec![pair(&vector.token, &other.encoding_aes_key), ours],
    ] {
        let mut config = config(&[&vector]);
        config.apps[0].keys = keys;
        let apps = Apps::new(&config).unwrap();
        apps.verify(&vector.query(), &vector.encrypted()).unwrap();
        let opened = apps.open(&vector.query(), &vector.encrypted()).unwrap();
        assert_eq!(Some(opened.message), vector.plaintext);
    }
    let mut config = config(&[&vector]);
    config.apps[0].keys = vec![pair(&vector.token, &other.encoding_aes_key)];
    let apps = Apps::new(&config).unwrap();
    assert!(apps.open(&vector.query(), &vector.encrypted()).is_err());
}

#[test]
fn two_apps_share_an_address() {
    let (one, two) = (vector!("w1"), vector!("b3"));
    let apps = apps(&[&one, &two]);
    for vector in [&one, &two] {
        apps.verify(&vector.query(), &vector.encrypted()).unwrap();
        let opened = apps.open(&vector.query(), &vector.encrypted()).unwrap();
        assert_eq!(opened.receiver, vector.receiver);
        assert!(apps.of(&vector.receiver).is_some());
    }
}

#[test]
fn configurations_that_cannot_work_say_why() {
    let vector = vector!("w1");
    let with = |change: fn(&mut WecomConfig)| {
        let mut config = config(&[&vector]);
        change(&mut config);
        Apps::new(&config).map(|_| ()).unwrap_err().to_string()
    };
    for (message, says) in [
        (
            with(|config| config.apps[0].receivers.clear()),
            "a receiver is missing",
        ),
        (with(|config| config.apps[0].keys.clear()), "a pair of token"),
        (
            with(|config| config.apps[0].keys[0].token.0.clear()),
            "a token is missing",
        ),
        (
            with(|config| config.apps[0].keys[0].encoding_aes_key.0.push('A')),
            "exactly 43",
        ),
        (
            with(|config| config.apps.push(config.apps[0].clone())),
            "configured twice",
        ),
    ] {
        assert!(message.contains(says), "{message}");
    }
    let printed = format!("{:?} {:?}", config(&[&vector]), apps(&[&vector]));
    assert!(!printed.contains(&vector.token) && !printed.contains(&vector.encoding_aes_key));
}

#[test]
fn names_mean_what_the_configuration_says() {
    let vector = vector!("w1");
    let mut config = config(&[&vector]);
    config.apps[0].guides = [
        ("guide_li".to_owned(), "g-17".parse().unwrap()),
        ("wx2/guide_li".to_owned(), "g-99".parse().unwrap()),
    ]
    .into();
    config.apps[0].stores = [("store-0755-01".to_owned(), "S1".parse().unwrap())].into();
    let apps = Apps::new(&config).unwrap();
    let app = apps.of(&vector.receiver).unwrap();
    let guide = |corp, user| app.guide(corp, user).unwrap().to_string();
    assert_eq!(guide("wx1", "guide_li"), "g-17");
    assert_eq!(guide("wx2", "guide_li"), "g-99");
    assert_eq!(guide("wx1", "guide_wang"), "guide_wang");
    assert!(app.guide("wx1", "\n").is_err());
    assert_eq!(app.store(Some("store-0755-01")).unwrap().as_str(), "S1");
    assert_eq!((app.store(Some("?")), app.store(None)), (None, None));
}
