//! All aggregates in one place: what lies in the log, and what policies may ask for.

use guanxi_kernel::{CommandSet, DecodeError, DomainEvent as _, EventSet, Executor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::campaign::{Campaign, CampaignCommand, CampaignEvent};
use crate::coupon::{Coupon, CouponCommand, CouponEvent};
use crate::guide::{GuideCommand, GuideEvent, GuideRelationship};
use crate::handover::{Handover, HandoverCommand, HandoverEvent};
use crate::member::{Member, MemberCommand, MemberEvent};
use crate::order::{Order, OrderCommand, OrderEvent};
use crate::quota_shard::{QuotaShard, QuotaShardCommand, QuotaShardEvent};
use crate::store::{Store, StoreCommand, StoreEvent};
use crate::suspense::{Suspense, SuspenseCommand, SuspenseEvent};

/// Names every aggregate once: stored type, event, command.
macro_rules! aggregates {
    ($($(#[$doc:meta])* $variant:ident = $stored:literal, $event:ty, $command:ty, $rules:ty;)+) => {
        /// An event of any aggregate; its JSON is the stored one.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum GuanxiEvent { $($(#[$doc])* $variant($event),)+ }

        /// A command to any aggregate; the stream's id travels beside it.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub enum GuanxiCommand { $($(#[$doc])* $variant($command),)+ }

        impl GuanxiCommand {
            /// The stored type of the aggregate that answers.
            #[must_use]
            pub fn aggregate_type(&self) -> &'static str {
                match self { $(Self::$variant(_) => $stored,)+ }
            }

            /// Reads a command by the name and the fields that its schema has (`schemas/commands`).
            ///
            /// # Errors
            /// There is no such command, or its fields are others.
            pub fn read(name: &str, fields: &Value) -> Result<Self, String> {
                let (aggregate, command) = name.split_once('.').unwrap_or((name, ""));
                match aggregate {
                    $($stored => tagged::<$command>(command, fields).map(Self::$variant),)+
                    _ => Err(format!("`{name}` is no command")),
                }
            }
        }

        /// JSON Schemas of every aggregate's events and commands, with the aggregate's stored type.
        #[must_use]
        pub fn schemas() -> Vec<(&'static str, schemars::Schema, schemars::Schema)> {
            vec![$(($stored, schemars::schema_for!($event), schemars::schema_for!($command))),+]
        }

        impl GuanxiEvent {
            /// Every stored name, aggregate by aggregate.
            #[must_use]
            pub fn names() -> Vec<(&'static str, &'static str)> {
                let mut names = Vec::new();
                $(names.extend(<$event>::NAMES.iter().map(|name| ($stored, *name)));)+
                names
            }

            /// Its stored name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(event) => event.name(),)+ }
            }
        }

        impl EventSet for GuanxiEvent {
            const TYPES: &'static [&'static str] = &[$($stored),+];

            fn decode(aggregate_type: &str, event_type: &str, payload: &str) -> Result<Self, DecodeError> {
                match aggregate_type {
                    $($stored => <$event>::read(event_type, payload).map(Self::$variant),)+
                    _ => Err(DecodeError::UnknownName(event_type.to_owned())),
                }
            }
        }

        impl CommandSet for GuanxiCommand {
            fn hand_to<'a, E: Executor<'a>>(&'a self, executor: E) -> E::Output {
                match self { $(Self::$variant(command) => executor.execute::<$rules>(command),)+ }
            }
        }

        $(
            impl From<$event> for GuanxiEvent { fn from(event: $event) -> Self { Self::$variant(event) } }
            impl From<$command> for GuanxiCommand {
                fn from(command: $command) -> Self { Self::$variant(command) }
            }
        )+
    };
}

/// Reads one of a set of commands, whose name stands around its fields or among them.
fn tagged<C: DeserializeOwned>(name: &str, fields: &Value) -> Result<C, String> {
    let mut words = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        words.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        words.push_str(letters.as_str());
    }
    let around = serde_json::from_value(json!({ words: fields }));
    let error = match around {
        Ok(command) => return Ok(command),
        Err(error) => error.to_string(),
    };
    if !error.contains("missing field `command`") {
        return Err(error);
    }
    let mut among = fields.clone();
    let Some(object) = among.as_object_mut() else {
        return Err("the fields of a command are an object".to_owned());
    };
    object.insert("command".to_owned(), name.into());
    serde_json::from_value(among).map_err(|error| error.to_string())
}

aggregates! {
    /// Member.
    Member = "member", MemberEvent, MemberCommand, Member;
    /// Campaign.
    Campaign = "campaign", CampaignEvent, CampaignCommand, Campaign;
    /// Part of a campaign.
    QuotaShard = "quota_shard", QuotaShardEvent, QuotaShardCommand, QuotaShard;
    /// Coupon.
    Coupon = "coupon", CouponEvent, CouponCommand, Coupon;
    /// Order.
    Order = "order", OrderEvent, OrderCommand, Order;
    /// Guide and member.
    GuideRelationship = "guide_relationship", GuideEvent, GuideCommand, GuideRelationship;
    /// Handing members over in numbers.
    Handover = "handover", HandoverEvent, HandoverCommand, Handover;
    /// Suspense.
    Suspense = "suspense", SuspenseEvent, SuspenseCommand, Suspense;
    /// Store.
    Store = "store", StoreEvent, StoreCommand, Store;
}

#[cfg(test)]
mod tests {
    use guanxi_kernel::Decider;

    use super::*;

    #[test]
    fn stored_types_are_those_of_the_deciders() {
        let types = [
            Member::TYPE,
            Campaign::TYPE,
            QuotaShard::TYPE,
            Coupon::TYPE,
            Order::TYPE,
            GuideRelationship::TYPE,
            Handover::TYPE,
            Suspense::TYPE,
            Store::TYPE,
        ];
        assert_eq!(GuanxiEvent::TYPES, types);
    }

    #[test]
    fn stored_names_are_unique_and_versioned() {
        let mut names: Vec<_> = GuanxiEvent::names().into_iter().map(|(_, name)| name).collect();
        assert!(names.iter().all(|name| {
            name.rsplit_once(".v")
                .is_some_and(|(_, v)| v.parse::<u16>().is_ok())
        }));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
