//! Who follows: the list that a process is started with.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi_kernel::{EventSet, Policy, PolicyList};

use super::guanxi_loop::Inner;
use super::tail::Tail;
use super::{Follower, Loop};
use crate::EventStore;
use crate::policy::{Dispatch, RegisteredPolicy};
use crate::view::{Registered, Totals, View, With, Without};

/// Makes a follower each time the loop is run.
pub(super) type MakeFollower<E> = Box<dyn Fn(EventStore) -> Box<dyn Follower<Event = E>> + Send + Sync>;

impl<E: EventSet> Loop<E> {
    /// Begins to register followers.
    #[must_use]
    pub fn builder(store: EventStore) -> LoopBuilder<E> {
        let tail = Arc::new(Tail::new(store.pool().clone(), store.herald().clone()));
        let (views, policies, others) = (Vec::new(), Vec::new(), Vec::new());
        LoopBuilder {
            inner: Inner {
                store,
                views,
                policies,
                others,
                tracks: BTreeMap::new(),
                tail,
                clock_put: Arc::default(),
            },
        }
    }
}

/// Registers followers.
pub struct LoopBuilder<E: EventSet> {
    inner: Inner<E>,
}

impl<E: EventSet> LoopBuilder<E> {
    /// A view without a second table.
    #[must_use]
    pub fn view<V: View<Event = E>>(mut self, view: V) -> Self {
        self.track(V::NAME, view.version());
        self.inner
            .views
            .push(Box::new(Registered::<V, Without>::new(view)));
        self
    }

    /// A view with a second table.
    #[must_use]
    pub fn view_with_totals<V: Totals<Event = E>>(mut self, view: V) -> Self {
        self.track(V::NAME, view.version());
        self.inner
            .views
            .push(Box::new(Registered::<V, With<V>>::new(view)));
        self
    }

    /// A policy, and where its commands go.
    #[must_use]
    pub fn policy<P: Policy<Event = E>>(
        mut self,
        policy: P,
        dispatch: Arc<dyn Dispatch<P::Command>>,
    ) -> Self {
        self.track(P::NAME, P::VERSION);
        self.inner
            .policies
            .push(Arc::new(RegisteredPolicy::new(policy, dispatch)));
        self
    }

    /// All policies of a list, whose commands go to one place.
    #[must_use]
    pub fn policies<C: Clone + Send + Sync + 'static>(
        self,
        dispatch: Arc<dyn Dispatch<C>>,
        register: impl FnOnce(Registering<E, C>) -> Registering<E, C>,
    ) -> Self {
        register(Registering {
            builder: self,
            dispatch,
        })
        .builder
    }

    /// Any other follower; `make` is called each time the loop is run.
    #[must_use]
    pub fn follower(
        mut self,
        name: &str,
        version: u32,
        make: impl Fn(EventStore) -> Box<dyn Follower<Event = E>> + Send + Sync + 'static,
    ) -> Self {
        self.track(name, version);
        self.inner.others.push(Box::new(make));
        self
    }

    /// The loop, not yet running.
    #[must_use]
    pub fn build(self) -> Loop<E> {
        Loop {
            inner: Arc::new(self.inner),
        }
    }

    fn track(&mut self, name: &str, version: u32) {
        self.inner.tracks.insert(name.into(), (version, Arc::default()));
    }
}

/// A builder to which a list of policies is being added.
pub struct Registering<E: EventSet, C> {
    builder: LoopBuilder<E>,
    dispatch: Arc<dyn Dispatch<C>>,
}

impl<E: EventSet, C: Clone + Send + Sync + 'static> PolicyList for Registering<E, C> {
    type Event = E;
    type Command = C;

    fn add<P: Policy<Event = E, Command = C>>(self, policy: P) -> Self {
        Self {
            builder: self.builder.policy(policy, Arc::clone(&self.dispatch)),
            dispatch: self.dispatch,
        }
    }
}
