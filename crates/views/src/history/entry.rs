//! How somebody came in, and where at home that makes them.

use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_kernel::{Channel, Recorded, StoreId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rolling::Moment;
use crate::store_dashboard::UNATTRIBUTED;

/// A step into the chain: becoming known, or joining.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    #[serde(flatten)]
    pub moment: Moment,
    /// At which store, if at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Arc<str>>,
    /// Through which channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
}

/// Where a member is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Home {
    /// The store; [`UNATTRIBUTED`] where none is known.
    pub store: Arc<str>,
    /// The channel through which the member came; [`UNATTRIBUTED`] where none is known.
    pub channel: Arc<str>,
}

impl Entry {
    /// An event that names store and channel, or happened where its surroundings say.
    pub(crate) fn new(
        event: &Recorded<GuanxiEvent>,
        store: Option<&StoreId>,
        channel: Option<&Channel>,
    ) -> Self {
        let around = &event.metadata;
        Self {
            moment: Moment::fact(around.business_date, event.position),
            store: store
                .or(around.store_id.as_ref())
                .map(|store| store.as_str().into()),
            channel: channel
                .or(around.channel.as_ref())
                .map(|channel| channel.as_str().into()),
        }
    }
}

impl Default for Home {
    fn default() -> Self {
        Self {
            store: UNATTRIBUTED.into(),
            channel: UNATTRIBUTED.into(),
        }
    }
}
