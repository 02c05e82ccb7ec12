//! Tiers of the loyalty programme, had another version of it applied from the beginning.
//!
//! The programme is applied by commands, so there is no view to fold anew. But the policies and the member's rules are
//! pure: here they are run in memory over the facts of the log (orders, joining, what people did by hand), while what
//! the live programme has led to is left out and kept beside it for comparison.

use std::sync::Arc;

use guanxi_domain::loyalty::Programme;
use guanxi_domain::member::{Member, MemberEvent, MemberState, TierHeld};
use guanxi_domain::policy::{LoyaltyDays, LoyaltyOrders};
use guanxi_domain::{GuanxiCommand, GuanxiEvent};
use guanxi_event_store::View;
use guanxi_kernel::policy::{Cause, ClaimFacts, Deadline, DeadlineChange, Facts, Policy, Reaction};
use guanxi_kernel::{Decider, Fact, Recorded, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outcome::Said;

/// The loyalty programme run in memory.
pub(super) struct Loyalty {
    orders: LoyaltyOrders,
    days: LoyaltyDays,
    /// What the policies do, as actors are named.
    actors: [String; 2],
    nobody: ClaimFacts,
}

/// A member, as they are and as they would be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct LoyaltyRow {
    live: MemberState,
    then: MemberState,
    /// Midnights to come, in order: when, key, what the policy put in.
    due: Vec<(Timestamp, String, Value)>,
    /// Counts the events of the imagined stream.
    sequence: u64,
    /// Whether the member has to do with a merge: what came and went over there is not imagined.
    pub merged: bool,
}

impl Loyalty {
    pub(super) fn new(programme: Programme) -> Self {
        let programme = Arc::new(programme);
        let actor = |name: &str| format!("policy:{name}");
        Self {
            orders: LoyaltyOrders {
                programme: Arc::clone(&programme),
            },
            days: LoyaltyDays { programme },
            actors: [actor(LoyaltyOrders::NAME), actor(LoyaltyDays::NAME)],
            nobody: ClaimFacts::default(),
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts::new(&self.nobody, None)
    }

    /// Does the work of all midnights up to an event.
    pub(super) fn advance(&self, row: &mut LoyaltyRow, to: &Recorded<GuanxiEvent>) {
        while row
            .due
            .first()
            .is_some_and(|(at, _, _)| *at <= to.metadata.occurred_at)
        {
            let (due_at, key, payload) = row.due.remove(0);
            let cause = Cause {
                event_id: to.event_id.clone(),
                metadata: to.metadata.clone(),
            };
            let deadline = Deadline {
                key,
                due_at,
                payload,
                cause,
            };
            for reaction in self.days.due(&deadline) {
                self.perform(row, reaction, to);
            }
        }
    }

    /// What the member's rules answer. A refusal changes nothing, here as there.
    fn perform(&self, row: &mut LoyaltyRow, asked: Reaction<GuanxiCommand>, around: &Recorded<GuanxiEvent>) {
        let GuanxiCommand::Member(command) = asked.command else {
            return;
        };
        for event in Member::decide(&row.then, &command).unwrap_or_default() {
            self.happen(row, &event, around);
        }
    }

    fn happen(&self, row: &mut LoyaltyRow, event: &MemberEvent, around: &Recorded<GuanxiEvent>) {
        row.then.apply(event);
        row.sequence += 1;
        let recorded = Recorded {
            sequence: row.sequence,
            fact: Fact::Own(GuanxiEvent::Member(event.clone())),
            ..around.clone()
        };
        for change in self.days.deadlines(&recorded, &self.facts()) {
            let (DeadlineChange::Set { key, .. } | DeadlineChange::Cancel { key }) = &change;
            row.due.retain(|(_, other, _)| other != key);
            if let DeadlineChange::Set { key, due_at, payload } = change {
                let at = row
                    .due
                    .partition_point(|(at, other, _)| (*at, other) < (due_at, &key));
                row.due.insert(at, (due_at, key, payload));
            }
        }
    }
}

impl View for Loyalty {
    const NAME: &'static str = "loyalty";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    type Key = String;
    type Row = LoyaltyRow;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        match event.own() {
            Some(GuanxiEvent::Member(_)) => vec![event.stream.aggregate_id.to_string()],
            Some(GuanxiEvent::Order(_)) => {
                let asked = self.orders.react(event, &self.facts());
                asked
                    .into_iter()
                    .map(|reaction| reaction.target.aggregate_id.to_string())
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn evolve(
        &self,
        _: &String,
        row: Option<LoyaltyRow>,
        event: &Recorded<GuanxiEvent>,
    ) -> Option<LoyaltyRow> {
        let mut row = row.unwrap_or_default();
        self.advance(&mut row, event);
        match event.own() {
            Some(GuanxiEvent::Member(own)) => {
                row.live.apply(own);
                row.merged |= matches!(own, MemberEvent::Merged(_) | MemberEvent::Absorbed(_));
                if !self.actors.contains(&event.metadata.actor.to_string()) {
                    self.happen(&mut row, own, event);
                }
            }
            Some(GuanxiEvent::Order(_)) => {
                for reaction in self.orders.react(event, &self.facts()) {
                    self.perform(&mut row, reaction, event);
                }
            }
            _ => {}
        }
        Some(row)
    }
}

impl LoyaltyRow {
    /// The tier, and when it ends: as it is, and as it would be.
    pub(super) fn said(&self, everybodys: &str) -> (Said, Said) {
        let say = |held: Option<&TierHeld>| {
            let name = held.map_or_else(|| everybodys.to_owned(), |held| held.tier.to_string());
            let mut said = Said::default();
            said.on_the_day.insert(name.clone());
            let ends = held.map(|held| format!("{} {:?} {:?}", held.since, held.until, held.grace_until));
            said.over_time.insert(name, ends.into_iter().collect());
            said
        };
        (say(self.live.tier.as_ref()), say(self.then.tier.as_ref()))
    }
}
