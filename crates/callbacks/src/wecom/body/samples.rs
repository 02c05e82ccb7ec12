//! The messages of the documentation, in both forms of their head.

use super::*;

const CORP: &str = "wx1";

/// A message of the company's own app.
fn own(event: &str, change: &str, rest: &str) -> Result<Message, BodyError> {
    let xml = format!(
        "<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
         <CreateTime>1772330500</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>\
         <ChangeType><![CDATA[{change}]]></ChangeType>{rest}</xml>"
    );
    Message::read(&xml, CORP)
}

fn contact(change: &str, rest: &str) -> ContactChange {
    let pair = "<UserID>guide_li</UserID><ExternalUserID>wm1</ExternalUserID>";
    match own("change_external_contact", change, &format!("{pair}{rest}"))
        .unwrap()
        .body
    {
        Body::Contact(change) => change,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_change_of_a_contact_is_typed() {
    use ContactChangeType::*;
    for (word, change_type) in [
        ("add_external_contact", Added),
        ("add_half_external_contact", HalfAdded),
        ("edit_external_contact", Edited),
        ("del_external_contact", DeletedByGuide),
        ("del_follow_user", DeletedByCustomer),
        ("transfer_fail", TransferFailed),
        ("msg_audit_approved", ArchivingAgreed),
        ("add_something_new", Other("add_something_new".into())),
    ] {
        let change = contact(word, "");
        assert_eq!(change.change_type, change_type);
        assert_eq!(change.change_type.as_str(), word);
        assert_eq!(
            (change.user_id.as_str(), change.external_user_id.0.as_str()),
            ("guide_li", "wm1")
        );
        assert_eq!(
            (change.state, change.source, change.fail_reason),
            (None, None, None)
        );
    }
    let deleted = contact("del_external_contact", "<Source>DELETE_BY_TRANSFER</Source>");
    assert_eq!(deleted.source, Some(DeletionSource::Transfer));
    let full = contact("transfer_fail", "<FailReason>customer_limit_exceed</FailReason>");
    assert_eq!(full.fail_reason, Some(FailReason::GuideFull));
    assert!(
        !format!("{full:?}").contains("wm1"),
        "a customer's id is never printed"
    );
}

#[test]
fn a_third_partys_head_names_the_company_inside() {
    let xml = "<xml><SuiteId>suite1</SuiteId><AuthCorpId>wx9</AuthCorpId>\
        <InfoType>change_external_contact</InfoType><TimeStamp>1403610513</TimeStamp>\
        <ChangeType>del_follow_user</ChangeType><UserID>zhangsan</UserID><ExternalUserID>wm2</ExternalUserID></xml>";
    let message = Message::read(xml, "suite1").unwrap();
    assert_eq!(
        (message.corp_id.as_str(), message.created_at.as_second()),
        ("wx9", 1_403_610_513)
    );
    assert_eq!(message.body.family(), "contact");
    assert!(matches!(
        Message::read(xml, "suite2"),
        Err(BodyError::Company { .. })
    ));
}

#[test]
fn neighbouring_families_are_typed() {
    let chat = own(
        "change_external_chat",
        "update",
        "<ChatId>wr1</ChatId><UpdateDetail>add_member</UpdateDetail><MemChangeCnt>1</MemChangeCnt>\
         <MemChangeList><Item>wm3</Item></MemChangeList>",
    );
    let Body::Chat(chat) = chat.unwrap().body else {
        panic!()
    };
    assert_eq!(
        (chat.change_type, chat.update),
        (ChatChangeType::Updated, Some(ChatUpdate::MemberAdded))
    );
    let tag = own(
        "change_external_tag",
        "create",
        "<Id>et1</Id><TagType>tag</TagType>",
    )
    .unwrap();
    assert_eq!(tag.body.family(), "tag");
    let link = own(
        "customer_acquisition",
        "customer_start_chat",
        "<LinkId>l1</LinkId><ExternalUserID>wm4</ExternalUserID>",
    );
    let link = link.unwrap().body;
    assert_eq!(
        (link.family(), link.customer().unwrap().0.as_str()),
        ("acquisition", "wm4")
    );
    for (event, change) in [("subscribe", ""), ("change_external_contact", "")] {
        let other = own(event, change, "").unwrap().body;
        assert_eq!(
            other,
            Body::Other {
                event: event.to_owned()
            }
        );
    }
}

#[test]
fn what_every_message_needs_is_missed() {
    assert_eq!(
        own("change_external_chat", "create", ""),
        Err(BodyError::Missing("ChatId"))
    );
    assert_eq!(
        own(
            "change_external_contact",
            "add_external_contact",
            "<UserID>u</UserID>"
        ),
        Err(BodyError::Missing("ExternalUserID"))
    );
    for (xml, error) in [
        ("<xml/>", BodyError::Missing("ToUserName")),
        (
            "<xml><ToUserName>wx1</ToUserName></xml>",
            BodyError::Missing("CreateTime"),
        ),
        (
            "<xml><ToUserName>wx1</ToUserName><CreateTime>99999999999999</CreateTime></xml>",
            BodyError::Time("CreateTime"),
        ),
        (
            "<xml><ToUserName>wx1</ToUserName><CreateTime>1</CreateTime></xml>",
            BodyError::Missing("Event"),
        ),
    ] {
        assert_eq!(Message::read(xml, CORP), Err(error), "{xml}");
    }
}
