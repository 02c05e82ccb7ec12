//! Members and the policies between them in one small world: a log, claims and deadlines, without a database.

mod facts;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use guanxi_kernel::envelope::Fact;
use guanxi_kernel::policy::{Cause, ClaimFacts, Deadline, DeadlineChange, Facts, Policy, Reaction};
use guanxi_kernel::{
    BasisPoints, BusinessDate, ClaimKey, ClaimSubject, Decider, EventSet, Fen, Metadata, Recorded, StreamRef,
    TimeZoneId,
};
use serde_json::json;

use super::{LoyaltyDays, LoyaltyOrders, MemberMerge};
use crate::loyalty::{AfterRefund, Level, PointsTerms, Programme, TierTerms, Window};
use crate::member::{
    Activate, Balance, ConsentGrant, Enrol, EnrolSource, Erase, ErasureBasis, Member, MemberCommand,
    MemberEvent, MemberRefusal, MemberState, MemberStatus, Merge, Profile, Purpose, SpendPoints, Survivor,
    Unmerge,
};
use crate::{GuanxiCommand, GuanxiEvent};
use facts::{check, claim, paid, refunded};

pub(crate) fn day(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

pub(crate) fn zone() -> TimeZoneId {
    TimeZoneId::shanghai()
}

pub(crate) fn level(code: &str, threshold_fen: i64, rate: u32) -> Level {
    Level {
        code: code.parse().unwrap(),
        threshold_fen: Fen(threshold_fen),
        rate: BasisPoints(rate),
    }
}

/// One point for each yuan, more from silver on; seven days to return, six months to spend.
pub(crate) fn programme() -> Programme {
    Programme {
        version: 1,
        points: PointsTerms {
            return_window_days: 7,
            expiry_months: 6,
            expiry_at_month_end: true,
        },
        tiers: TierTerms {
            window: Window::Rolling { months: 12 },
            validity_months: 12,
            grace_days: 30,
            after_refund: AfterRefund::Grace,
            levels: vec![
                level("ordinary", 0, 100),
                level("silver", 100_000, 120),
                level("gold", 300_000, 150),
            ],
        },
    }
}

/// The world: streams of members, what they claim, what is due.
pub(crate) struct World {
    pub(crate) members: BTreeMap<String, MemberState>,
    pub(crate) log: Vec<(String, MemberEvent)>,
    pub(crate) today: BusinessDate,
    claims: BTreeMap<(String, String), StreamRef>,
    deadlines: BTreeMap<String, Deadline>,
    turned: HashSet<String>,
    bases: BTreeMap<String, (String, i64)>,
    policies: (LoyaltyOrders, LoyaltyDays, MemberMerge),
}

impl World {
    pub(crate) fn new(programme: Programme, today: BusinessDate) -> Self {
        let programme = Arc::new(programme);
        let rules = || Arc::clone(&programme);
        let policies = (
            LoyaltyOrders { programme: rules() },
            LoyaltyDays { programme: rules() },
            MemberMerge { programme: rules() },
        );
        Self {
            members: BTreeMap::new(),
            log: Vec::new(),
            today,
            claims: BTreeMap::new(),
            deadlines: BTreeMap::new(),
            turned: HashSet::new(),
            bases: BTreeMap::new(),
            policies,
        }
    }

    /// Somebody becomes a member.
    pub(crate) fn member(&mut self, id: &str) {
        let enrol = Enrol {
            source: EnrolSource::Application,
            subjects: vec![format!("s-{id}").parse().unwrap()],
            identities: vec![],
            profile: Profile::default(),
            store_id: None,
            channel: None,
        };
        let terms = ConsentGrant {
            purpose: Purpose::Membership,
            document: "terms-1".to_owned(),
            granted_at: self.today.starts_at(&zone()),
        };
        let activate = Activate {
            consents: vec![terms],
            profile: Profile::default(),
            store_id: None,
            channel: None,
        };
        self.ask(id, MemberCommand::Enrol(enrol)).unwrap();
        self.ask(id, MemberCommand::Activate(activate)).unwrap();
    }

    pub(crate) fn state(&self, id: &str) -> MemberState {
        self.members.get(id).cloned().unwrap_or_default()
    }

    pub(crate) fn balance(&self, id: &str) -> (i64, i64, i64) {
        let Balance {
            available,
            pending,
            debt,
        } = self.state(id).ledger.balance();
        (available, pending, debt)
    }

    pub(crate) fn tier(&self, id: &str) -> Option<String> {
        self.state(id).tier.map(|held| held.tier.to_string())
    }

    /// Asks a member for something, and lets all policies do what follows.
    pub(crate) fn ask(
        &mut self,
        id: &str,
        command: MemberCommand,
    ) -> Result<Vec<MemberEvent>, MemberRefusal> {
        let events = self.decide(id, &command)?;
        self.settle();
        Ok(events)
    }

    fn decide(&mut self, id: &str, command: &MemberCommand) -> Result<Vec<MemberEvent>, MemberRefusal> {
        let state = self.members.entry(id.to_owned()).or_default();
        let events = Member::decide(state, command)?;
        for event in &events {
            Member::evolve(state, event);
            check(state, event);
            for change in Member::claims(event) {
                claim(&mut self.claims, id, change);
            }
            self.log.push((id.to_owned(), event.clone()));
        }
        let start = self.log.len() - events.len();
        for (offset, event) in events.iter().enumerate() {
            let event = self.recorded(
                "member",
                id,
                start + offset + 1,
                GuanxiEvent::Member(event.clone()),
            );
            self.follow(&event);
        }
        Ok(events)
    }

    /// An order is paid, or money of it went back; what is left of it is what counts.
    pub(crate) fn order(&mut self, order: &str, member: &str, base_fen: i64) {
        let date = self.today;
        let at = date.starts_at(&zone());
        let known = self.bases.insert(order.to_owned(), (member.to_owned(), base_fen));
        let payload = if known.is_none() {
            paid(member, base_fen, date, at)
        } else {
            refunded(member, base_fen, date, at)
        };
        let name = payload["type"].as_str().unwrap();
        let event = GuanxiEvent::decode("order", name, &payload.to_string()).unwrap();
        let event = self.recorded("order", order, 1, event);
        self.follow(&event);
        self.settle();
    }

    /// An order is called off.
    pub(crate) fn cancel(&mut self, order: &str) {
        let at = self.today.starts_at(&zone());
        let payload = json!({
            "type": "order.cancelled.v1", "reason": "timeout", "cancelled_at": at, "coupons": [],
        });
        let event = GuanxiEvent::decode("order", "order.cancelled.v1", &payload.to_string()).unwrap();
        let event = self.recorded("order", order, 2, event);
        self.follow(&event);
    }

    /// A person is forgotten.
    pub(crate) fn erase(&mut self, id: &str) {
        let command = MemberCommand::Erase(Erase {
            basis: ErasureBasis::Request,
            subjects: vec![],
            requested_at: self.today.starts_at(&zone()),
            survivor: None,
        });
        self.ask(id, command).unwrap();
    }

    /// Takes a part of an order back, in hundredths of what is left of it.
    pub(crate) fn refund(&mut self, order: &str, percent: i64) {
        let Some((member, base_fen)) = self.bases.get(order).cloned() else {
            return;
        };
        self.order(order, &member, base_fen - base_fen * percent / 100);
    }

    pub(crate) fn spend(&mut self, id: &str, spend: &str, points: i64) -> Result<(), MemberRefusal> {
        let command = MemberCommand::SpendPoints(SpendPoints {
            spend_id: spend.to_owned(),
            order_id: None,
            points,
            spent_on: self.today,
        });
        self.ask(id, command).map(drop)
    }

    fn survivor(&self, id: &str) -> Survivor {
        let state = self.state(id);
        Survivor {
            known: state.status != MemberStatus::Unknown,
            active: state.status == MemberStatus::Active,
            merged: state.merged_into.is_some(),
            erased: state.status == MemberStatus::Erased,
        }
    }

    pub(crate) fn merge(&mut self, source: &str, into: &str) -> Result<(), MemberRefusal> {
        let command = MemberCommand::Merge(Merge {
            source: source.parse().unwrap(),
            into: into.parse().unwrap(),
            survivor: self.survivor(into),
            reason: "one person".to_owned(),
            merged_on: self.today,
            time_zone: zone(),
        });
        self.ask(source, command).map(drop)
    }

    pub(crate) fn unmerge(&mut self, source: &str) -> Result<(), MemberRefusal> {
        let into = self.state(source).merged_into;
        let survivor = into.map_or_else(Survivor::default, |into| self.survivor(into.as_str()));
        let command = MemberCommand::Unmerge(Unmerge {
            survivor,
            reason: "two persons".to_owned(),
            unmerged_on: self.today,
            time_zone: zone(),
        });
        self.ask(source, command).map(drop)
    }

    /// Lets time pass, with each midnight's work at its time.
    pub(crate) fn advance(&mut self, to: BusinessDate) {
        while let Some(next) = self.next_due(to) {
            self.today = self.today.max(zone().business_date(next.due_at));
            self.turn(&next);
        }
        self.today = self.today.max(to);
    }

    fn next_due(&self, to: BusinessDate) -> Option<Deadline> {
        let until = to.starts_at(&zone());
        let due = self
            .deadlines
            .values()
            .filter(|deadline| deadline.due_at <= until);
        due.min_by_key(|deadline| (deadline.due_at, deadline.key.clone()))
            .cloned()
    }

    fn turn(&mut self, deadline: &Deadline) {
        self.deadlines.remove(&deadline.key);
        // As in the log: a command whose id was answered before is not decided again.
        if self
            .turned
            .insert(format!("{} {}", deadline.due_at, deadline.key))
        {
            for reaction in self.policies.1.due(deadline) {
                self.carry_out(reaction);
            }
        }
    }

    /// What is overdue already is done now.
    fn settle(&mut self) {
        while let Some(next) = self.next_due(self.today) {
            self.turn(&next);
        }
    }

    fn follow(&mut self, event: &Recorded<GuanxiEvent>) {
        let mut facts = ClaimFacts::default();
        for key in self.policies.0.claims_needed(event) {
            if let Some(holder) = self.holder(&key) {
                facts.insert(&key, holder);
            }
        }
        let facts = Facts::new(&facts, None);
        for change in self.policies.1.deadlines(event, &facts) {
            self.change_deadline(event, change);
        }
        let asked = self.policies.0.react(event, &facts);
        let merging = self.policies.2.react(event, &facts);
        for reaction in asked.into_iter().chain(merging) {
            self.carry_out(reaction);
        }
    }

    fn carry_out(&mut self, reaction: Reaction<GuanxiCommand>) {
        let GuanxiCommand::Member(command) = &reaction.command else {
            panic!("{reaction:?}");
        };
        let id = reaction.target.aggregate_id.to_string();
        let answer = self.decide(&id, command);
        assert!(answer.is_ok(), "a policy was refused: {answer:?} for {command:?}");
    }

    fn change_deadline(&mut self, event: &Recorded<GuanxiEvent>, change: DeadlineChange) {
        match change {
            DeadlineChange::Set { key, due_at, payload } => {
                let cause = Cause {
                    event_id: event.event_id.clone(),
                    metadata: event.metadata.clone(),
                };
                let deadline = Deadline {
                    key: key.clone(),
                    due_at,
                    payload,
                    cause,
                };
                self.deadlines.insert(key, deadline);
            }
            DeadlineChange::Cancel { key } => drop(self.deadlines.remove(&key)),
        }
    }

    fn holder(&self, claim: &ClaimKey) -> Option<StreamRef> {
        let ClaimSubject::Open(key) = &claim.key else {
            return None;
        };
        self.claims.get(&(claim.scope.to_owned(), key.clone())).cloned()
    }

    fn recorded(&self, of: &str, id: &str, sequence: usize, event: GuanxiEvent) -> Recorded<GuanxiEvent> {
        let at = self.today.starts_at(&zone());
        Recorded {
            position: self.log.len() as u64,
            event_id: "e".parse().unwrap(),
            command_id: None,
            stream: StreamRef::new(of, id),
            sequence: sequence as u64,
            event_type: event.name().into(),
            metadata: Metadata {
                occurred_at: at,
                business_date: self.today,
                actor: "test".into(),
                channel: None,
                store_id: None,
                correlation_id: "c".into(),
                causation_id: None,
                depth: 0,
            },
            recorded_at: at,
            fact: Fact::Own(event),
        }
    }
}
