//! Notices that go into the inbox settled, with the command that was read from them.

use guanxi_kernel::{SubjectId, Timestamp};

use super::{Inbox, NewNotice, content};
use crate::{StoreError, SubjectKey};

/// A notice to be kept in one append with what it means.
#[derive(Clone)]
pub struct SettledNotice {
    pub(crate) source: &'static str,
    pub(crate) key: String,
    pub(crate) digest: [u8; 32],
    pub(crate) subject: SubjectId,
    pub(crate) sealed: Vec<u8>,
    pub(crate) received_at: Timestamp,
    pub(crate) result: String,
}

impl std::fmt::Debug for SettledNotice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SettledNotice({}/{})", self.source, self.key)
    }
}

impl Inbox {
    /// Seals a notice under a key that is already kept, of the person whom it concerns: it dies with that key. `result`
    /// says what it was translated to, in a few words and without personal data.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn settled(
        &self,
        notice: &NewNotice,
        under: &SubjectKey,
        result: String,
    ) -> Result<SettledNotice, StoreError> {
        Ok(SettledNotice {
            source: notice.source,
            key: notice.key.clone(),
            digest: self.store.digest_of_bytes(&notice.body).0,
            subject: under.subject().clone(),
            sealed: under.seal_bytes(&content::pack(&notice.headers, &notice.body))?,
            received_at: notice.received_at,
            result,
        })
    }
}
