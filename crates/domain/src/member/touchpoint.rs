//! What a person did that is not yet a purchase.

use guanxi_kernel::{Channel, GuideId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Touchpoint {
    /// What kind.
    pub kind: TouchpointKind,
    /// What it was about: the page, the article, the link, the room. No personal data.
    #[serde(default)]
    pub about: Option<String>,
    /// At which store.
    #[serde(default)]
    pub store_id: Option<StoreId>,
    /// Through which channel.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// Whose link or page it was.
    #[serde(default)]
    pub guide_id: Option<GuideId>,
    /// When, in the world.
    pub touched_at: Timestamp,
}

/// Kinds of contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TouchpointKind {
    /// Opened a page.
    PageViewed,
    /// Looked at an article.
    ProductViewed,
    /// Opened a shared link.
    LinkOpened,
    /// Joined a live room.
    LiveJoined,
    /// Followed an account.
    AccountFollowed,
    /// Installed an app.
    AppInstalled,
    /// Entered a shop.
    StoreEntered,
    /// Something of the chain's own, by its name.
    Other(String),
}
