//! The work that both sides do: points are earned on an account, one small event a command.

use guanxi_kernel::{Decider, DomainEvent as _, Refusal, domain_events};
use serde::{Deserialize, Serialize};

/// Points were earned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Earned {
    /// How many.
    pub points: i64,
    /// For what.
    pub order_id: String,
}

domain_events! {
    /// What happens to an account.
    pub enum AccountEvent {
        /// Points came in.
        Earned(Earned) = "account.earned.v1",
    }
}

/// The state of both sides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Sum of all points.
    pub points: i64,
}

/// Earn points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earn {
    /// How many.
    pub points: i64,
    /// For what.
    pub order_id: String,
}

/// What is asked of the log; cqrs-es is asked to [`Earn`] only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Movement {
    /// As on both sides.
    Earn(Earn),
    /// So many events at once, to fill a log.
    Fill(u64),
}

/// Points must be positive.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("points must be positive")]
pub struct NotPositive;

impl Refusal for NotPositive {
    fn code(&self) -> &'static str {
        "account.not_positive"
    }
}

fn earn(command: &Earn) -> Result<Earned, NotPositive> {
    if command.points <= 0 {
        return Err(NotPositive);
    }
    Ok(Earned {
        points: command.points,
        order_id: command.order_id.clone(),
    })
}

/// The rule as Guanxi has it.
#[derive(Debug)]
pub struct Points;

impl Decider for Points {
    const TYPE: &'static str = "account";
    type State = Account;
    type Command = Movement;
    type Event = AccountEvent;
    type Refusal = NotPositive;

    fn decide(_: &Account, command: &Movement) -> Result<Vec<AccountEvent>, NotPositive> {
        match command {
            Movement::Earn(command) => earn(command).map(|earned| vec![earned.into()]),
            Movement::Fill(events) => (0..*events)
                .map(|n| Earn {
                    points: 10,
                    order_id: format!("order-{n}"),
                })
                .map(|command| earn(&command).map(AccountEvent::from))
                .collect(),
        }
    }

    fn evolve(state: &mut Account, AccountEvent::Earned(earned): &AccountEvent) {
        state.points += earned.points;
    }
}

impl cqrs_es::DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// The rule as cqrs-es has it.
impl cqrs_es::Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = Earn;
    type Event = AccountEvent;
    type Error = NotPositive;
    type Services = ();

    async fn handle(
        &mut self,
        command: Earn,
        _: &(),
        sink: &cqrs_es::event_sink::EventSink<Self>,
    ) -> Result<(), NotPositive> {
        let event = earn(&command)?.into();
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, AccountEvent::Earned(earned): AccountEvent) {
        self.points += earned.points;
    }
}
