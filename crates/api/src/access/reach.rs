//! Whose store a stream is, so that a key that is limited to stores reaches those and no others.
//!
//! A command or a question about a stream concerns the stream's store: an order's is the one that sold, a member's the
//! home store, a guide's the one where the guide works. What belongs to the chain (campaigns, coupons, money without an
//! order) is out of a limited key's reach, except where the command itself says at which of its stores it happens.

use guanxi_domain::campaign::Campaign;
use guanxi_domain::coupon::Coupon;
use guanxi_domain::guide::{Binding, GuideRelationship};
use guanxi_domain::handover::Handover;
use guanxi_domain::member::Member;
use guanxi_domain::order::Order;
use guanxi_domain::store::Store;
use guanxi_kernel::{Decider, StoreId};
use serde_json::Value;

use super::Caller;
use crate::http::Problem;

/// Whose a stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// This store's.
    Store(StoreId),
    /// This store's as far as something is left to do; what begins anew is where the command says it happens.
    Formerly(StoreId),
    /// No store's yet: where the command says it happens.
    Unsettled,
    /// The chain's: never a limited key's.
    Chain,
}

/// Rules whose streams are somebody's.
pub trait Reached: Decider {
    /// Whose the stream is.
    fn reach(id: &str, state: &Self::State) -> Reach;
}

fn at(store: Option<&StoreId>) -> Reach {
    store.map_or(Reach::Unsettled, |store| Reach::Store(store.clone()))
}

impl Reached for Order {
    fn reach(_: &str, state: &Self::State) -> Reach {
        at(state.placed.as_ref().map(|placed| &placed.store_id))
    }
}

impl Reached for Member {
    fn reach(_: &str, state: &Self::State) -> Reach {
        at(state.home_store.as_ref())
    }
}

impl Reached for GuideRelationship {
    fn reach(_: &str, state: &Self::State) -> Reach {
        match (&state.binding, state.binding.store_id()) {
            (Binding::Ended { .. }, Some(store)) => Reach::Formerly(store.clone()),
            (_, store) => at(store),
        }
    }
}

impl Reached for Handover {
    fn reach(_: &str, _: &Self::State) -> Reach {
        Reach::Chain
    }
}

impl Reached for Store {
    fn reach(id: &str, _: &Self::State) -> Reach {
        StoreId::new(id).map_or(Reach::Chain, Reach::Store)
    }
}

impl Reached for Coupon {
    fn reach(_: &str, _: &Self::State) -> Reach {
        Reach::Unsettled
    }
}

impl Reached for Campaign {
    fn reach(_: &str, _: &Self::State) -> Reach {
        Reach::Chain
    }
}

impl Caller {
    /// Checks that the key reaches a stream, for a command that says that it happens at a store, or at none.
    ///
    /// # Errors
    /// 403 if it does not.
    pub fn reaches(&self, reach: &Reach, said: Option<&StoreId>) -> Result<(), Problem> {
        match (reach, said) {
            (Reach::Formerly(_) | Reach::Unsettled, Some(store))
            | (Reach::Formerly(store), None)
            | (Reach::Store(store), _) => self.at_store(store),
            (Reach::Unsettled, None) | (Reach::Chain, _) => self.everywhere(),
        }
    }

    /// Checks every store that a command names, wherever in it.
    ///
    /// # Errors
    /// 403 if the key does not reach one of them.
    pub fn reaches_named(&self, content: &Value) -> Result<Option<StoreId>, Problem> {
        let mut named = None;
        if self.stores.is_some() {
            for store in stores_in(content) {
                let store = StoreId::new(store).map_err(|error| Problem::unfit(error.to_string()))?;
                self.at_store(&store)?;
                named = Some(store);
            }
        }
        Ok(named)
    }
}

fn stores_in(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(store) if name == "store_id" || name.ends_with("_store_id") => {
                    vec![store.as_str()]
                }
                other => stores_in(other),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(stores_in).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use guanxi_domain::guide::{Bind, GuideCommand, GuideState, Unbind, UnbindReason};
    use serde_json::json;

    use super::*;

    fn caller(stores: Option<&[&str]>) -> Caller {
        Caller {
            key_id: Arc::from("k"),
            name: Arc::from("till"),
            scopes: Arc::from([]),
            stores: stores.map(|stores| stores.iter().map(|store| store.parse().unwrap()).collect()),
        }
    }

    #[test]
    fn a_limited_key_reaches_its_own_stores_and_nothing_of_the_chain() {
        let (own, other): (StoreId, StoreId) = ("s1".parse().unwrap(), "s2".parse().unwrap());
        let limited = caller(Some(&["s1"]));
        assert!(limited.reaches(&Reach::Store(own.clone()), None).is_ok());
        assert!(limited.reaches(&Reach::Store(other.clone()), Some(&own)).is_err());
        assert!(limited.reaches(&Reach::Unsettled, Some(&own)).is_ok());
        assert!(limited.reaches(&Reach::Unsettled, None).is_err());
        assert!(limited.reaches(&Reach::Chain, Some(&own)).is_err());
        assert!(caller(None).reaches(&Reach::Chain, None).is_ok());
    }

    #[test]
    fn what_has_ended_between_a_guide_and_a_member_stays_their_stores() {
        let at = |day: u8| format!("2026-03-{day:02}T02:00:00Z").parse().unwrap();
        let (guide, own, other) = ("g".parse().unwrap(), "s1".parse().unwrap(), "s2".parse().unwrap());
        let bind = Bind {
            guide_id: guide,
            member_id: "m".parse().unwrap(),
            store_id: Some(StoreId::clone(&own)),
            exclusive: false,
            bound_at: at(1),
            expires_at: None,
            handed_over: None,
        };
        let unbind = Unbind {
            reason: UnbindReason::Guide,
            unbound_at: at(2),
        };
        let mut state = GuideState::default();
        assert_eq!(GuideRelationship::reach("g/m", &state), Reach::Unsettled);
        for command in [GuideCommand::Bind(bind), GuideCommand::Unbind(unbind)] {
            for event in GuideRelationship::decide(&state, &command).unwrap() {
                GuideRelationship::evolve(&mut state, &event);
            }
        }
        let reach = GuideRelationship::reach("g/m", &state);
        assert_eq!(reach, Reach::Formerly(own));
        assert!(caller(Some(&["s1"])).reaches(&reach, None).is_ok());
        assert!(caller(Some(&["s2"])).reaches(&reach, None).is_err());
        assert!(caller(Some(&["s2"])).reaches(&reach, Some(&other)).is_ok());
        assert!(
            caller(Some(&["s2"]))
                .reaches(&Reach::Store("s1".parse().unwrap()), Some(&other))
                .is_err()
        );
    }

    #[test]
    fn a_store_named_deep_in_a_command_is_seen() {
        let limited = caller(Some(&["s1"]));
        let named = limited.reaches_named(&json!(["route", { "lines": [{ "store_id": "s2" }] }]));
        assert_eq!(named.unwrap_err().status, 403);
        let own = limited
            .reaches_named(&json!({ "store_id": "s1", "name": "s2" }))
            .unwrap();
        assert_eq!(own.unwrap().as_str(), "s1");
        assert!(
            caller(None)
                .reaches_named(&json!({ "store_id": "s2" }))
                .unwrap()
                .is_none()
        );
    }
}
