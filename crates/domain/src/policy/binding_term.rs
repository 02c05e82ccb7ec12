//! A binding that was made for a time ends with it.

use guanxi_kernel::policy::{Deadline, DeadlineChange, Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, Recorded, StreamRef};
use serde_json::json;

use crate::guide::{ExpireBinding, GuideCommand, GuideEvent, GuideRelationship};
use crate::{GuanxiCommand, GuanxiEvent};

/// Bound or renewed for a time → expired at its end.
#[derive(Debug)]
pub struct BindingTerm;

impl Policy for BindingTerm {
    const NAME: &'static str = "binding_term";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, _: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        Vec::new()
    }

    fn deadlines(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<DeadlineChange> {
        let Some(GuanxiEvent::GuideRelationship(relationship)) = event.own() else {
            return Vec::new();
        };
        let ends = match relationship {
            GuideEvent::Bound(bound) => bound.expires_at,
            GuideEvent::BindingRenewed(renewed) => renewed.expires_at,
            GuideEvent::Unbound(_) | GuideEvent::BindingExpired(_) | GuideEvent::HandoverCompleted(_) => None,
            _ => return Vec::new(),
        };
        let key = event.stream.aggregate_id.to_string();
        let change = match ends {
            Some(due_at) => DeadlineChange::Set {
                key,
                due_at,
                payload: json!({}),
            },
            None => DeadlineChange::Cancel { key },
        };
        vec![change]
    }

    fn due(&self, deadline: &Deadline) -> Vec<Reaction<GuanxiCommand>> {
        let command = GuideCommand::ExpireBinding(ExpireBinding {
            expired_at: deadline.due_at,
        });
        let target = StreamRef::new(GuideRelationship::TYPE, deadline.key.as_str());
        vec![Reaction::new("expire", target, command.into())]
    }
}
