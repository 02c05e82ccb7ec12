//! Who paid: the member who holds the openid, or a walk-in enrolled for it.

use guanxi_domain::member::{EnrolSource, IdentityKind};
use guanxi_event_store::EventStore;
use guanxi_kernel::{Channel, MemberId, Metadata, StoreId};

use super::SOURCE;
use super::facts::Openid;
pub use crate::person::PersonError as PayerError;
use crate::person::{self, Sign};

/// The payment by which an unknown person becomes known.
#[derive(Debug, Clone, Copy)]
pub struct Introduction<'a> {
    /// The payment's business key: it names the walk-in.
    pub business_key: &'a str,
    /// The shop, if the order is known.
    pub store_id: Option<&'a StoreId>,
    /// The order's channel, if the order is known.
    pub channel: Option<&'a Channel>,
    /// When, where and by whom the enrolment is said to happen.
    pub metadata: &'a Metadata,
}

/// Finds the member by the first openid that somebody holds; enrols a walk-in with all of them where nobody does.
///
/// `None`: there is no openid, or the person was enrolled by this very payment before and has been erased since.
///
/// # Errors
/// The log, or a rule of the member's other than "somebody else holds it".
pub async fn find_or_enrol(
    store: &EventStore,
    openids: &[Openid],
    introduction: Introduction<'_>,
) -> Result<Option<MemberId>, PayerError> {
    let signs = signs(openids);
    let introduction = person::Introduction {
        partner: SOURCE,
        occasion: introduction.business_key,
        source: EnrolSource::Payment,
        store_id: introduction.store_id,
        channel: introduction.channel,
        metadata: introduction.metadata,
    };
    person::find_or_enrol(store, &signs, introduction).await
}

/// The payer's openids as signs.
pub(super) fn signs<'a>(openids: &'a [Openid]) -> Vec<Sign<'a>> {
    let sign = |Openid { appid, openid }: &'a Openid| Sign {
        kind: IdentityKind::Openid,
        issuer: Some(appid),
        value: openid,
    };
    openids.iter().map(sign).collect()
}
