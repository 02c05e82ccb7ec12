//! Vectors from the provider's samples and from other implementations; and our own, made apart from any Rust crate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::vector::*;
use crate::wecom::body::{Body, ContactChangeType, FailReason, Message};
use crate::wecom::signature::sign;
use crate::wecom::write::NoticeWriter;
use crate::wecom::xml::Fields;

fn opens(vector: &Vector) -> String {
    let (apps, query, encrypted) = (apps(&[vector]), vector.query(), vector.encrypted());
    apps.verify(&query, &encrypted).unwrap();
    let opened = apps.open(&query, &encrypted).unwrap();
    assert_eq!(opened.receiver, vector.receiver);
    opened.message
}

#[test]
fn b1_b3_w1_w3_open_whatever_their_padding() {
    for vector in [vector!("b1"), vector!("b3"), vector!("w1"), vector!("w3")] {
        let plaintext = vector.plaintext.clone().unwrap();
        assert_eq!(opens(&vector).trim_end(), plaintext);
    }
}

#[test]
fn b1_b4_b5_address_checks_open_whether_the_plus_is_escaped_or_not() {
    for mut vector in [vector!("b1_check"), vector!("b4_check"), vector!("b5_check")] {
        assert_eq!(Some(opens(&vector)), vector.plaintext);
        vector.query = vector.query.replace("%2B", "+").replace("%2b", "+");
        assert_eq!(Some(opens(&vector)), vector.plaintext);
    }
}

#[test]
fn b2_signature_only() {
    let encrypted = include_str!("../../../vectors/b2_encrypt.txt").trim();
    let signature = sign("ovAkP0Tb", "1628737717", "1811081856", encrypted);
    assert_eq!(signature, "8128e41a38892d814e4aa67753425da9dc8ec2b3");
}

#[test]
fn b5_opens_inbound_and_closes_outbound_to_the_letter() {
    let vector = vector!("b5");
    let fields = Fields::read(&opens(&vector)).unwrap();
    assert_eq!(fields.get("Content"), Some("test"));
    assert_eq!(fields.get("FromUserName"), Some("messense"));
    let writer = NoticeWriter::new(&vector.token, vector.key(), &vector.receiver);
    let plaintext = include_str!("../../../vectors/b5_reply_plaintext.xml");
    let reply = writer.reply(*b"1234567890123456", plaintext, "1411525903", "461056294");
    assert_eq!(reply.unwrap(), include_str!("../../../vectors/b5_reply.xml"));
}

#[test]
fn w1_w3_are_typed_and_closed_to_the_letter() {
    for (vector, random) in [
        (vector!("w1"), b"0123456789abcdef"),
        (vector!("w3"), b"ABCDEFGHIJKLMNOP"),
    ] {
        let plaintext = vector.plaintext.clone().unwrap();
        let closed = vector.key().close(*random, &plaintext, &vector.receiver).unwrap();
        assert_eq!(closed, vector.encrypted());
        let message = Message::read(&plaintext, &vector.receiver).unwrap();
        let Body::Contact(change) = message.body else {
            panic!("{message:?}");
        };
        assert_eq!(change.external_user_id.0, "wmTESTAAAAexternal0000000000001");
        match change.change_type {
            ContactChangeType::Added => {
                assert_eq!(
                    (change.user_id.as_str(), change.may_be_welcomed),
                    ("guide_li", true)
                );
                assert_eq!(change.state.as_deref(), Some("store-0755-01"));
                assert_eq!(message.created_at.as_second(), 1_772_330_500);
            }
            ContactChangeType::TransferFailed => {
                assert_eq!(change.user_id, "guide_wang", "the one who was to take over");
                assert_eq!(change.fail_reason, Some(FailReason::CustomerRefused));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn every_padding_from_1_to_32_opens() {
    let vector = vector!("b1");
    for length in 0..64 {
        let message = "好".repeat(length / 3) + &"x".repeat(length % 3);
        let closed = vector
            .key()
            .close([b'r'; 16], &message, &vector.receiver)
            .unwrap();
        assert_eq!(STANDARD.decode(&closed).unwrap().len() % 32, 0);
        assert_eq!(vector.key().open(&closed).unwrap().message, message);
    }
}

#[test]
fn a_json_envelope_is_read_too() {
    let mut vector = vector!("w1");
    vector.body = format!(
        r#"{{"tousername":"x","encrypt":"{}","agentid":"1"}}"#,
        vector.encrypted()
    );
    assert_eq!(Some(opens(&vector)), vector.plaintext);
}
