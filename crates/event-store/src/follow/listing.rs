//! What people do about parked keys.

use guanxi_kernel::EventSet;

use super::parking::{self, Parked, ParkedError};
use super::{FollowError, Loop, discards};

impl<E: EventSet> Loop<E> {
    /// Everything that is parked: by follower, key and position.
    ///
    /// # Errors
    /// The database.
    pub async fn parked(&self) -> Result<Vec<Parked>, FollowError> {
        parking::list(self.inner.store.pool()).await
    }

    /// How many keys of a follower are parked; a list that is read from it says so.
    ///
    /// # Errors
    /// The database.
    pub async fn parked_keys(&self, follower: &str) -> Result<u64, FollowError> {
        parking::count(self.inner.store.pool(), follower).await
    }

    /// Whether a key of a follower is parked; an answer about it says so. The key is in its stored form, see
    /// [`key_text`](crate::view::key_text).
    ///
    /// # Errors
    /// The database.
    pub async fn is_parked(&self, follower: &str, key: &str) -> Result<bool, FollowError> {
        parking::is_parked(self.inner.store.pool(), follower, key).await
    }

    /// Applies what is parked under the key of this entry, in order.
    ///
    /// # Errors
    /// It fails still (what went before it is done), or the entry is unknown.
    pub async fn retry(&self, id: i64) -> Result<(), ParkedError> {
        let parked = self.find(id).await?;
        self.retry_key(&parked).await
    }

    /// Leaves out an event for good, for a reason that is kept, and applies what waits behind it. A rebuild leaves it
    /// out, too.
    ///
    /// # Errors
    /// No reason, the entry is unknown, or something behind it fails (the discard stands).
    pub async fn discard(&self, id: i64, reason: &str, by: &str) -> Result<(), ParkedError> {
        let parked = self.find(id).await?;
        discards::discard(self.inner.store.pool(), &parked, reason, by).await?;
        self.retry_key(&parked).await
    }

    async fn find(&self, id: i64) -> Result<Parked, ParkedError> {
        parking::find(self.inner.store.pool(), id)
            .await?
            .ok_or(ParkedError::Unknown(id))
    }

    async fn retry_key(&self, parked: &Parked) -> Result<(), ParkedError> {
        if let Some(view) = self.view(&parked.follower) {
            return view.retry(self.inner.store.pool(), &parked.key).await;
        }
        let policy = self
            .inner
            .policies
            .iter()
            .find(|policy| policy.name() == parked.follower);
        let policy = policy.ok_or_else(|| ParkedError::UnknownFollower(parked.follower.clone()))?;
        policy.retry(&self.inner.store, &parked.key).await
    }
}
