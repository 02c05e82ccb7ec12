//! What a member's rules answer, told as given / when / then.

mod merging;
mod midnight;
mod points;
mod standing;
mod tiers;

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{ClaimChange, Decider, Sealed, SubjectId, Timestamp};

use super::*;

fn at() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

fn subject(id: &str) -> SubjectId {
    id.parse().unwrap()
}

fn sealed<T>(of: &str, value: &str) -> Sealed<T> {
    Sealed::from_parts(subject(of), format!("sealed {value}"), format!("tag {value}"))
}

fn identity(kind: IdentityKind, of: &str, value: &str) -> Identity {
    Identity {
        kind,
        issuer: None,
        value: sealed(of, value),
        lookup: sealed(of, value),
    }
}

fn phone() -> Identity {
    identity(IdentityKind::Phone, "s-1", "phone")
}

fn enrol(source: EnrolSource, identities: Vec<Identity>) -> MemberCommand {
    MemberCommand::Enrol(Enrol {
        source,
        subjects: vec![subject("s-1")],
        identities,
        profile: Profile::default(),
        store_id: Some("shop".parse().unwrap()),
        channel: None,
    })
}

fn consent(purpose: Purpose, document: &str) -> ConsentGrant {
    ConsentGrant {
        purpose,
        document: document.to_owned(),
        granted_at: at(),
    }
}

fn activate(consents: Vec<ConsentGrant>) -> MemberCommand {
    let profile = Profile {
        name: Some(sealed("s-2", "name")),
        ..Profile::default()
    };
    MemberCommand::Activate(Activate {
        consents,
        profile,
        store_id: None,
        channel: None,
    })
}

fn record(purpose: Purpose, document: &str) -> MemberCommand {
    MemberCommand::RecordConsent(RecordConsent {
        consent: consent(purpose, document),
    })
}

fn withdraw(purpose: Purpose) -> MemberCommand {
    MemberCommand::WithdrawConsent(WithdrawConsent {
        purpose,
        withdrawn_at: at(),
    })
}

fn link(identity: Identity) -> MemberCommand {
    MemberCommand::LinkIdentity(LinkIdentity { identity })
}

fn unlink() -> MemberCommand {
    MemberCommand::UnlinkIdentity(UnlinkIdentity {
        kind: IdentityKind::Phone,
        issuer: None,
        value: Sealed::from_parts(subject("s-1"), "sealed anew".to_owned(), "tag phone".to_owned()),
    })
}

fn touch() -> MemberCommand {
    MemberCommand::RecordTouchpoint(RecordTouchpoint {
        touchpoint: Touchpoint {
            kind: TouchpointKind::ProductViewed,
            about: Some("sku-1".to_owned()),
            store_id: None,
            channel: None,
            guide_id: None,
            touched_at: at(),
        },
    })
}

fn erase() -> MemberCommand {
    let subjects = vec![subject("s-9")];
    MemberCommand::Erase(Erase {
        basis: ErasureBasis::Request,
        subjects,
        requested_at: at(),
        survivor: None,
    })
}

fn unknown() -> Scenario<Member> {
    Scenario::given([])
}

fn walk_in() -> Scenario<Member> {
    unknown()
        .when(&enrol(EnrolSource::Payment, vec![phone()]))
        .accepted()
}

fn after(commands: &[MemberCommand]) -> Scenario<Member> {
    commands
        .iter()
        .fold(walk_in(), |scenario, command| scenario.when(command).accepted())
}

fn erased() -> Scenario<Member> {
    after(&[erase()])
}

fn enrolled(source: EnrolSource, walk_in: bool) -> MemberEvent {
    Enrolled {
        source,
        walk_in,
        subjects: vec![subject("s-1")],
        profile: Profile::default(),
        store_id: Some("shop".parse().unwrap()),
        channel: None,
    }
    .into()
}

#[test]
fn whoever_only_paid_is_a_walk_in() {
    let paid = enrol(EnrolSource::Payment, vec![phone()]);
    let linked = IdentityLinked { identity: phone() };
    unknown()
        .when(&paid)
        .then([enrolled(EnrolSource::Payment, true), linked.into()]);
    let asked = enrol(EnrolSource::Application, vec![]);
    unknown()
        .when(&asked)
        .then([enrolled(EnrolSource::Application, false)]);
}

#[test]
fn enrolling_again_adds_only_identities_not_linked_yet() {
    walk_in()
        .when(&enrol(EnrolSource::Payment, vec![phone()]))
        .nothing();
    let card = identity(IdentityKind::Card, "s-1", "card");
    let again = enrol(
        EnrolSource::Application,
        vec![phone(), card.clone(), card.clone()],
    );
    walk_in()
        .when(&again)
        .then([IdentityLinked { identity: card }.into()]);
}

#[test]
fn somebody_without_a_subject_is_not_enrolled() {
    let command = MemberCommand::Enrol(Enrol {
        source: EnrolSource::Payment,
        subjects: vec![],
        identities: vec![],
        profile: Profile::default(),
        store_id: None,
        channel: None,
    });
    unknown().when(&command).refused("member.subject_missing");
}

#[test]
fn nothing_is_known_of_an_unknown_member() {
    let commands = [
        activate(vec![]),
        record(Purpose::Marketing, "v1"),
        withdraw(Purpose::Marketing),
        link(phone()),
        unlink(),
        touch(),
        erase(),
    ];
    for command in commands {
        unknown().when(&command).refused("member.unknown");
    }
}

#[test]
fn becoming_a_member_takes_consent() {
    walk_in()
        .when(&activate(vec![]))
        .refused("member.consent_missing");
    after(&[record(Purpose::Marketing, "v1")])
        .when(&activate(vec![]))
        .refused("member.consent_missing");
    let terms = consent(Purpose::Membership, "v1");
    let activated = Activated {
        document: "v1".to_owned(),
        profile: Profile {
            name: Some(sealed("s-2", "name")),
            ..Profile::default()
        },
        store_id: None,
        channel: None,
        was_walk_in: true,
    };
    let now = walk_in().when(&activate(vec![terms.clone()]));
    now.then([ConsentGranted { consent: terms }.into(), activated.clone().into()]);
    let before = after(&[record(Purpose::Membership, "v1")]).when(&activate(vec![]));
    before.then([activated.into()]).when(&activate(vec![])).nothing();
}

#[test]
fn a_consent_names_its_document() {
    walk_in()
        .when(&record(Purpose::Sharing, " "))
        .refused("member.document_missing");
}

#[test]
fn a_consent_is_noted_once_per_document() {
    let agreed = || after(&[record(Purpose::Marketing, "v1")]);
    agreed().when(&record(Purpose::Marketing, "v1")).nothing();
    let newer = consent(Purpose::Marketing, "v2");
    agreed()
        .when(&record(Purpose::Marketing, "v2"))
        .then([ConsentGranted { consent: newer }.into()]);
}

#[test]
fn a_consent_can_be_withdrawn_and_given_again() {
    let withdrawn = ConsentWithdrawn {
        purpose: Purpose::Marketing,
        withdrawn_at: at(),
    };
    walk_in().when(&withdraw(Purpose::Marketing)).nothing();
    let no_more = after(&[record(Purpose::Marketing, "v1")]).when(&withdraw(Purpose::Marketing));
    no_more
        .then([withdrawn.into()])
        .when(&record(Purpose::Marketing, "v1"))
        .accepted();
}

#[test]
fn an_identity_is_linked_once_and_claimed() {
    let openid = identity(IdentityKind::Openid, "s-2", "openid");
    let linked = MemberEvent::from(IdentityLinked {
        identity: openid.clone(),
    });
    assert_eq!(Member::claims(&linked), [ClaimChange::Take(openid.claim())]);
    let known = walk_in().when(&link(openid.clone())).then([linked]);
    assert!(known.state().subjects.contains(&subject("s-2")));
    known.when(&link(openid)).nothing();
}

#[test]
fn the_same_sign_of_two_issuers_is_two_identities() {
    let one = Identity {
        issuer: Some("wx1".to_owned()),
        ..identity(IdentityKind::Openid, "s-1", "openid")
    };
    let two = Identity {
        issuer: Some("wx2".to_owned()),
        ..one.clone()
    };
    assert_ne!(
        lookup_kind(one.kind, one.issuer.as_deref()),
        lookup_kind(two.kind, two.issuer.as_deref())
    );
    after(&[link(one)])
        .when(&link(two.clone()))
        .then([IdentityLinked { identity: two }.into()]);
}

#[test]
fn nobody_has_more_identities_than_make_sense() {
    let many: Vec<_> = (0..=MOST_IDENTITIES)
        .map(|number| identity(IdentityKind::Card, "s-1", &number.to_string()))
        .collect();
    unknown()
        .when(&enrol(EnrolSource::Import, many))
        .refused("member.too_many_identities");
}

#[test]
fn unlinking_gives_the_claim_back_that_was_taken() {
    let unlinked = MemberEvent::from(IdentityUnlinked { identity: phone() });
    assert_eq!(Member::claims(&unlinked), [ClaimChange::Release(phone().claim())]);
    walk_in()
        .when(&unlink())
        .then([unlinked])
        .when(&unlink())
        .refused("member.identity_not_linked");
}

#[test]
fn a_touchpoint_is_a_fact() {
    let answer = walk_in().when(&touch()).answer().unwrap();
    assert!(matches!(answer[..], [MemberEvent::TouchpointRecorded(_)]));
}

#[test]
fn erasing_destroys_every_subjects_key_and_gives_back_all_identities() {
    let subjects = ["s-1", "s-2", "s-9"].map(subject).to_vec();
    let event = MemberEvent::from(Erased {
        basis: ErasureBasis::Request,
        subjects: subjects.clone(),
        requested_at: at(),
        absorbed: vec![],
    });
    assert_eq!(Member::erased_subjects(&event), subjects);
    assert_eq!(
        Member::claims(&event),
        [ClaimChange::ReleaseAll {
            scope_prefix: "member.identity"
        }]
    );
    let gone = after(&[activate(vec![consent(Purpose::Membership, "v1")])])
        .when(&erase())
        .then([event]);
    assert_eq!(
        gone.state(),
        &MemberState {
            status: MemberStatus::Erased,
            ..MemberState::default()
        }
    );
    gone.when(&erase()).nothing();
}

#[test]
fn an_erased_member_refuses_everything_but_facts() {
    let commands = [
        enrol(EnrolSource::Payment, vec![phone()]),
        activate(vec![]),
        record(Purpose::Marketing, "v1"),
        withdraw(Purpose::Marketing),
        link(phone()),
        unlink(),
    ];
    for command in commands {
        erased().when(&command).refused("member.erased");
    }
    erased().when(&touch()).nothing();
}
