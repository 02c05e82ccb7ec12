//! Whatever comes, nothing panics, and nothing but the signed text passes.

use proptest::prelude::*;

use super::vector::*;
use crate::wecom::body::Message;
use crate::wecom::envelope;
use crate::wecom::key::EncodingAesKey;
use crate::wecom::signature::SignedQuery;

/// Something like a message: known names among others, closed or not.
fn xml() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "ToUserName",
        "AuthCorpId",
        "SuiteId",
        "InfoType",
        "TimeStamp",
        "CreateTime",
        "Event",
        "ChangeType",
        "UserID",
        "ExternalUserID",
        "ChatId",
        "UpdateDetail",
        "Source",
        "Encrypt",
        "xml",
        "!DOCTYPE",
        "?xml",
        "a b",
    ]);
    let text = prop_oneof![
        ".{0,16}",
        "[0-9]{1,24}",
        "<!\\[CDATA\\[.{0,8}(\\]\\]>)?",
        "&[a-z#0-9]{0,6};?",
        prop::sample::select(vec![
            "change_external_contact",
            "change_external_chat",
            "transfer_fail"
        ])
        .prop_map(str::to_owned),
    ];
    let element = (name, text, any::<bool>()).prop_map(|(name, text, closed)| {
        let end = if closed {
            format!("</{name}>")
        } else {
            String::new()
        };
        format!("<{name}>{text}{end}")
    });
    prop::collection::vec(element, 0..12).prop_map(|elements| format!("<xml>{}</xml>", elements.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_breaks_the_signature(at in any::<prop::sample::Index>(), by in 1u8..) {
        let vector = vector!("w1");
        let mut encrypted = vector.encrypted().into_bytes();
        let at = at.index(encrypted.len());
        encrypted[at] ^= by;
        let encrypted = String::from_utf8_lossy(&encrypted);
        prop_assert!(apps(&[&vector]).verify(&vector.query(), &encrypted).is_err());
    }

    #[test]
    fn any_changed_byte_of_the_ciphertext_opens_or_does_not(at in any::<prop::sample::Index>(), by in 1u8..) {
        use base64::Engine as _;
        let (vector, base64) = (vector!("b1"), base64::engine::general_purpose::STANDARD);
        let mut bytes = base64.decode(vector.encrypted()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        drop(vector.key().open(&base64.encode(bytes)));
    }

    #[test]
    fn any_query_is_read_or_refused(raw in ".{0,80}") {
        drop(SignedQuery::read(&raw));
        drop(SignedQuery::read(&format!("msg_signature={raw}&timestamp={raw}&nonce=1")));
    }

    #[test]
    fn any_bytes_are_no_envelope(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(envelope::encrypted(&bytes).is_err());
    }

    #[test]
    fn any_key_is_read_or_refused(text in ".{0,50}", letters in "[A-Za-z0-9+/]{43}") {
        drop(EncodingAesKey::new(&text));
        prop_assert!(EncodingAesKey::new(&letters).is_ok());
    }

    #[test]
    fn any_message_is_typed_or_refused(xml in xml(), receiver in "[a-z]{0,3}") {
        drop(Message::read(&xml, &receiver));
        drop(envelope::encrypted(xml.as_bytes()));
    }

    #[test]
    fn what_is_closed_is_opened(message in "\\PC{0,200}", receiver in "[a-z0-9]{0,20}", random in any::<[u8; 16]>()) {
        let key = vector!("b3").key();
        let opened = key.open(&key.close(random, &message, &receiver).unwrap()).unwrap();
        prop_assert_eq!((opened.message, opened.receiver), (message, receiver));
    }
}
