//! An account with points and one optional e-mail address: enough to append, refuse, claim and erase.

use std::sync::Arc;

use guanxi_kernel::claim::LookupHash;
use guanxi_kernel::{
    ClaimChange, ClaimKey, CommandId, Decider, DecodeError, DomainEvent, EventSet, Metadata, Refusal, Sealed,
    SubjectId, TimeZoneId, domain_events,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::{CommandContext, EventStore, Keep, MasterKey, NewKey, StoreError, StoreOptions};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Earned {
    pub points: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spent {
    pub points: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeatTaken {
    pub seat: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeatLeft {
    pub seat: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Named {
    pub name: Sealed<String>,
    pub lookup: Sealed<LookupHash>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Erased {
    pub subjects: Vec<SubjectId>,
}

domain_events! {
    /// What happens to a test account.
    pub enum AccountEvent {
        /// Points came.
        Earned(Earned) = "account.earned.v1",
        /// Points went.
        Spent(Spent) = "account.spent.v1",
        /// A claim was taken.
        SeatTaken(SeatTaken) = "account.seat_taken.v1",
        /// A claim was given back.
        SeatLeft(SeatLeft) = "account.seat_left.v1",
        /// Personal data came.
        Named(Named) = "account.named.v1",
        /// Personal data went.
        Erased(Erased) = "account.erased.v1",
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub points: i64,
    pub seat: Option<String>,
    pub subjects: Vec<SubjectId>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Command {
    Earn(i64),
    Spend(i64),
    TakeSeat(String),
    LeaveSeat,
    Name(Sealed<String>, Sealed<LookupHash>),
    Erase,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0} points are too few")]
pub struct TooFew(i64);

impl Refusal for TooFew {
    fn code(&self) -> &'static str {
        "account.too_few"
    }
}

#[derive(Debug)]
pub struct Accounts;

impl Decider for Accounts {
    const TYPE: &'static str = "account";
    type State = Account;
    type Command = Command;
    type Event = AccountEvent;
    type Refusal = TooFew;

    fn decide(state: &Account, command: &Command) -> Result<Vec<AccountEvent>, TooFew> {
        Ok(match command {
            Command::Earn(points) => vec![Earned { points: *points }.into()],
            Command::Spend(points) if *points > state.points => return Err(TooFew(state.points)),
            Command::Spend(points) => vec![Spent { points: *points }.into()],
            Command::TakeSeat(seat) => vec![SeatTaken { seat: seat.clone() }.into()],
            Command::LeaveSeat => state
                .seat
                .iter()
                .map(|seat| SeatLeft { seat: seat.clone() }.into())
                .collect(),
            Command::Name(name, lookup) => vec![
                Named {
                    name: name.clone(),
                    lookup: lookup.clone(),
                }
                .into(),
            ],
            Command::Erase => vec![
                Erased {
                    subjects: state.subjects.clone(),
                }
                .into(),
            ],
        })
    }

    fn evolve(state: &mut Account, event: &AccountEvent) {
        match event {
            AccountEvent::Earned(earned) => state.points += earned.points,
            AccountEvent::Spent(spent) => state.points -= spent.points,
            AccountEvent::SeatTaken(taken) => state.seat = Some(taken.seat.clone()),
            AccountEvent::SeatLeft(_) => state.seat = None,
            AccountEvent::Named(named) => state.subjects.push(named.name.subject.clone()),
            AccountEvent::Erased(_) => state.subjects.clear(),
        }
    }

    fn claims(event: &AccountEvent) -> Vec<ClaimChange> {
        match event {
            AccountEvent::SeatTaken(taken) => {
                vec![ClaimChange::Take(ClaimKey::open("account.seat", &taken.seat))]
            }
            AccountEvent::SeatLeft(left) => {
                vec![ClaimChange::Release(ClaimKey::open("account.seat", &left.seat))]
            }
            AccountEvent::Named(named) => {
                vec![ClaimChange::Take(ClaimKey::sealed(
                    "account.name",
                    named.lookup.clone(),
                ))]
            }
            AccountEvent::Erased(_) => vec![ClaimChange::ReleaseAll {
                scope_prefix: "account.",
            }],
            AccountEvent::Earned(_) | AccountEvent::Spent(_) => Vec::new(),
        }
    }

    fn erased_subjects(event: &AccountEvent) -> Vec<SubjectId> {
        match event {
            AccountEvent::Erased(erased) => erased.subjects.clone(),
            _ => Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct TestEvent(pub AccountEvent);

impl EventSet for TestEvent {
    const TYPES: &'static [&'static str] = &["account"];

    fn decode(_: &str, event_type: &str, payload: &str) -> Result<Self, DecodeError> {
        AccountEvent::read(event_type, payload).map(Self)
    }
}

/// A log in the test's database, as the server's role sees it.
pub async fn open(pool: &PgPool) -> EventStore {
    open_with(pool, StoreOptions::new(MasterKey::new([7; 32])))
        .await
        .unwrap()
}

/// As [`open`], with options of the test's own.
pub async fn open_with(pool: &PgPool, options: StoreOptions) -> Result<EventStore, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(6)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("set role guanxi_server").execute(connection).await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    EventStore::open(pool, options).await
}

pub fn context(store: &EventStore, id: &str, command: &Command) -> CommandContext {
    context_with(store, id, command, Keep::Appended, Vec::new())
}

pub fn context_with(
    store: &EventStore,
    id: &str,
    command: &Command,
    keep: Keep,
    new_keys: Vec<NewKey>,
) -> CommandContext {
    let occurred_at = "2026-03-01T10:00:00+08:00".parse().unwrap();
    CommandContext {
        command_id: CommandId::new(id).unwrap(),
        digest: store.digest(command),
        metadata: Metadata {
            occurred_at,
            business_date: TimeZoneId::shanghai().business_date(occurred_at),
            actor: Arc::from("test"),
            channel: None,
            store_id: None,
            correlation_id: Arc::from("test"),
            causation_id: None,
            depth: 0,
        },
        keep,
        new_keys,
    }
}
