//! A member's life, from becoming known to being forgotten.

use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::member::MemberEvent;
use guanxi_domain::order::{OrderEvent, Paid};
use guanxi_kernel::{BusinessDate, Recorded};
use serde::{Deserialize, Serialize};

use super::{Entry, Home, Picked, Purchases};
use crate::rolling::Moment;

/// The facts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// Became known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolled: Option<Entry>,
    /// Joined, with consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated: Option<Entry>,
    /// Bought.
    pub purchases: Purchases,
    /// Was merged into another member, or stands alone again; in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merges: Vec<Merge>,
    /// Was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<Moment>,
}

/// The member was merged into another, or the merge was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// When.
    #[serde(flatten)]
    pub moment: Moment,
    /// The survivor; absent where the member stands alone again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<Arc<str>>,
}

impl History {
    /// The members whom an event concerns, if it is of a kind that histories are made of. With a person, all members
    /// are forgotten who lead to them.
    #[must_use]
    pub fn members_of(event: &Recorded<GuanxiEvent>) -> Vec<String> {
        let mut members: Vec<String> = Self::member_of(event).into_iter().collect();
        if let Some(GuanxiEvent::Member(MemberEvent::Erased(erased))) = event.own() {
            members.extend(erased.absorbed.iter().map(ToString::to_string));
        }
        members
    }

    fn member_of(event: &Recorded<GuanxiEvent>) -> Option<String> {
        match event.own()? {
            GuanxiEvent::Member(
                MemberEvent::Enrolled(_)
                | MemberEvent::Activated(_)
                | MemberEvent::Merged(_)
                | MemberEvent::Unmerged(_)
                | MemberEvent::Erased(_),
            ) => Some(event.stream.aggregate_id.to_string()),
            GuanxiEvent::Order(OrderEvent::Paid(paid)) if !paid.test => {
                paid.member_id.as_ref().map(ToString::to_string)
            }
            GuanxiEvent::Order(OrderEvent::RefundSucceeded(refund)) if !refund.test && !refund.of_surplus => {
                refund.member_id.as_ref().map(ToString::to_string)
            }
            _ => None,
        }
    }

    /// Takes in an event; `pick` tells what rules ask for among the goods of a paid order.
    pub fn apply(&mut self, event: &Recorded<GuanxiEvent>, pick: impl FnOnce(&Paid) -> Vec<Picked>) {
        let moment = Moment::fact(event.metadata.business_date, event.position);
        match event.own() {
            Some(GuanxiEvent::Member(MemberEvent::Enrolled(it))) => {
                let entry = Entry::new(event, it.store_id.as_ref(), it.channel.as_ref());
                keep_first(&mut self.enrolled, entry);
            }
            Some(GuanxiEvent::Member(MemberEvent::Activated(it))) => {
                let entry = Entry::new(event, it.store_id.as_ref(), it.channel.as_ref());
                keep_first(&mut self.activated, entry);
            }
            Some(GuanxiEvent::Member(MemberEvent::Merged(it))) => {
                let into = Some(it.into.as_str().into());
                self.merges.push(Merge { moment, into });
            }
            Some(GuanxiEvent::Member(MemberEvent::Unmerged(_))) => {
                self.merges.push(Merge { moment, into: None });
            }
            Some(GuanxiEvent::Member(MemberEvent::Erased(_))) => self.erased = Some(moment),
            Some(GuanxiEvent::Order(OrderEvent::Paid(paid))) => {
                let order = &event.stream.aggregate_id;
                self.purchases.paid(order, event.position, paid, pick(paid));
            }
            Some(GuanxiEvent::Order(OrderEvent::RefundSucceeded(refund))) => {
                self.purchases.refunded(&event.stream.aggregate_id, refund);
            }
            _ => {}
        }
    }

    /// Whether the member leads to another at a moment.
    #[must_use]
    pub fn is_merged_at(&self, moment: Moment) -> bool {
        let past = self.merges.iter().filter(|merge| merge.moment <= moment);
        past.max_by_key(|merge| merge.moment)
            .is_some_and(|merge| merge.into.is_some())
    }

    /// The member to whom this one leads now.
    #[must_use]
    pub fn survivor(&self) -> Option<Arc<str>> {
        let last = self.merges.iter().max_by_key(|merge| merge.moment);
        last.and_then(|merge| merge.into.clone())
    }

    /// Since when the member is known.
    #[must_use]
    pub fn known_since(&self) -> Option<Moment> {
        let entries = self
            .enrolled
            .iter()
            .chain(&self.activated)
            .map(|entry| entry.moment);
        entries
            .chain(self.purchases.first().map(|first| first.moment()))
            .min()
    }

    /// Where the member is at home at a moment: where they had joined; before, where they had become known; before that,
    /// or where neither names a store, where they had bought first. Store and channel each by themselves.
    #[must_use]
    pub fn home_at(&self, moment: Moment) -> Home {
        let entries = self.activated.iter().chain(&self.enrolled);
        let past = || entries.clone().filter(|entry| entry.moment <= moment);
        let first = self.purchases.first().filter(|first| first.moment() <= moment);
        let store = past().find_map(|entry| entry.store.clone());
        let channel = past().find_map(|entry| entry.channel.clone());
        let nowhere = Home::default();
        Home {
            store: store
                .or_else(|| first.map(|first| Arc::clone(&first.store)))
                .unwrap_or(nowhere.store),
            channel: channel
                .or_else(|| first.map(|first| Arc::clone(&first.channel)))
                .unwrap_or(nowhere.channel),
        }
    }

    /// The moments at which the home may change, or whether the member leads to another.
    pub(crate) fn turns(&self) -> impl Iterator<Item = Moment> {
        let entries = self
            .activated
            .iter()
            .chain(&self.enrolled)
            .map(|entry| entry.moment);
        let merges = self.merges.iter().map(|merge| merge.moment);
        entries
            .chain(merges)
            .chain(self.purchases.first().map(|first| first.moment()))
    }

    /// The last day of which anything is known.
    #[must_use]
    pub fn last_day(&self) -> Option<BusinessDate> {
        let entries = self
            .enrolled
            .iter()
            .chain(&self.activated)
            .map(|entry| entry.moment.day);
        entries
            .chain(self.purchases.last_day())
            .chain(self.merges.iter().map(|merge| merge.moment.day))
            .chain(self.erased.map(|erased| erased.day))
            .max()
    }
}

/// Both happen once in a life; were there two, the earlier is the one.
fn keep_first(known: &mut Option<Entry>, entry: Entry) {
    if known.as_ref().is_none_or(|known| entry.moment < known.moment) {
        *known = Some(entry);
    }
}
