//! What views were, and why: questions that run a fold again over a part of the log.

use guanxi_kernel::EventSet;

use super::{FollowError, Loop};
use crate::view::{Asked, Explained, Replayed, Until};

impl<E: EventSet> Loop<E> {
    /// Folds a view as of a position or an instant, in memory; `None` where no view has the name.
    ///
    /// # Errors
    /// The log cannot be read.
    pub async fn replay(
        &self,
        view: &str,
        key: Option<&str>,
        until: Until,
    ) -> Result<Option<Replayed>, FollowError> {
        match self.view(view) {
            Some(found) => found.replay(self.inner.store.pool(), key, until).await.map(Some),
            None => Ok(None),
        }
    }

    /// The events behind rows and cells of a view, as of a position or an instant; `None` where no view has the name.
    ///
    /// # Errors
    /// The log cannot be read.
    pub async fn explain(
        &self,
        view: &str,
        asked: &[Asked],
        until: Until,
    ) -> Result<Option<Vec<Explained>>, FollowError> {
        match self.view(view) {
            Some(found) => found
                .explain(self.inner.store.pool(), asked, until)
                .await
                .map(Some),
            None => Ok(None),
        }
    }
}
