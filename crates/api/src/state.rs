//! What handlers share.

use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::loyalty::Programme;
use guanxi_event_store::{EventStore, Loop};
use guanxi_kernel::Timestamp;
use guanxi_views::MemberRules;

use crate::access::Keyring;
use crate::claiming::Claims;

/// Tells the time; replaced in tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// The log.
    pub store: EventStore,
    /// Claims of coupons, over campaigns and their shards.
    pub claims: Claims,
    /// Views, for waiting and lists; they may run elsewhere.
    pub followers: Loop<GuanxiEvent>,
    /// By which rules members are tagged and counted.
    pub rules: MemberRules,
    /// Who may call.
    pub keyring: Keyring,
    /// The loyalty programme, which commands to members carry.
    pub programme: Arc<Programme>,
    /// The time of what happens now.
    pub clock: Clock,
}

impl ApiState {
    /// State on the machine's clock.
    #[must_use]
    pub fn new(
        store: EventStore,
        followers: Loop<GuanxiEvent>,
        programme: Arc<Programme>,
        rules: MemberRules,
    ) -> Self {
        let keyring = Keyring::new(store.pool().clone());
        Self {
            claims: Claims::new(store.clone()),
            store,
            followers,
            rules,
            keyring,
            programme,
            clock: Arc::new(Timestamp::now),
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl std::fmt::Debug for ApiState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiState")
    }
}
