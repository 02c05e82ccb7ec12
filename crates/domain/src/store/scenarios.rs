//! What happens to a store, told as given / when / then.

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{TimeZoneId, Timestamp};

use super::*;

fn on(day: u8) -> Timestamp {
    format!("2026-03-{day:02}T00:00:00Z").parse().unwrap()
}

fn terms(payee: &str) -> StoreTerms {
    StoreTerms {
        time_zone: TimeZoneId::shanghai(),
        legal_entity: "Guanxi (Shenzhen) Retail Co., Ltd.".to_owned(),
        ownership: Ownership::Own,
        payee: payee.parse().unwrap(),
    }
}

fn open() -> StoreCommand {
    StoreCommand::OpenStore(OpenStore {
        store_id: "shop".parse().unwrap(),
        name: "Coastal City".to_owned(),
        terms: terms("1900000001"),
        effective_from: on(1),
    })
}

fn amend(day: u8, payee: &str) -> StoreCommand {
    StoreCommand::AmendStore(AmendStore {
        terms: terms(payee),
        effective_from: on(day),
    })
}

fn close(day: u8) -> StoreCommand {
    StoreCommand::CloseStore(CloseStore {
        effective_from: on(day),
    })
}

fn opened() -> Scenario<Store> {
    Scenario::given([]).when(&open()).accepted()
}

#[test]
fn a_store_opens_once() {
    let event = StoreOpened {
        store_id: "shop".parse().unwrap(),
        name: "Coastal City".to_owned(),
        terms: terms("1900000001"),
        effective_from: on(1),
    };
    let other = StoreCommand::OpenStore(OpenStore {
        store_id: "shop".parse().unwrap(),
        name: "Bay Park".to_owned(),
        terms: terms("1900000001"),
        effective_from: on(1),
    });
    Scenario::<Store>::given([])
        .when(&open())
        .then([event.into()])
        .when(&open())
        .nothing()
        .when(&other)
        .refused("store.already_open");
}

#[test]
fn terms_hold_from_their_date_on() {
    let store = opened().when(&amend(10, "1900000002")).accepted();
    let payee = |day| store.state().terms_at(on(day)).map(|terms| terms.payee.as_str());
    assert_eq!(payee(1), Some("1900000001"));
    assert_eq!(payee(9), Some("1900000001"));
    assert_eq!(payee(10), Some("1900000002"));
    assert_eq!(
        store.state().terms_at("2026-02-28T23:59:59Z".parse().unwrap()),
        None
    );
}

#[test]
fn the_same_change_again_changes_nothing_and_none_goes_before_another() {
    let amended = || opened().when(&amend(10, "1900000002")).accepted();
    amended().when(&amend(10, "1900000002")).nothing();
    amended()
        .when(&amend(10, "1900000003"))
        .refused("store.not_latest");
    amended()
        .when(&amend(9, "1900000003"))
        .refused("store.not_latest");
    amended().when(&close(10)).refused("store.not_latest");
}

#[test]
fn a_closed_store_has_no_terms_and_takes_no_change() {
    let closed = || opened().when(&close(20)).accepted();
    assert!(closed().state().terms_at(on(19)).is_some());
    assert_eq!(closed().state().terms_at(on(20)), None);
    closed().when(&close(20)).nothing();
    closed().when(&close(21)).refused("store.already_closed");
    closed()
        .when(&amend(25, "1900000002"))
        .refused("store.already_closed");
}

#[test]
fn a_store_that_never_opened_cannot_change_or_close() {
    Scenario::<Store>::given([])
        .when(&amend(10, "1900000002"))
        .refused("store.unknown");
    Scenario::<Store>::given([])
        .when(&close(10))
        .refused("store.unknown");
}
