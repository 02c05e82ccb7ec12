//! The caller of a request, as the gate has recognised it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use guanxi_kernel::StoreId;

use super::Scope;
use crate::http::Problem;

/// A recognised key.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// The key's id, which may be logged.
    pub key_id: Arc<str>,
    /// The name that an operator gave it.
    pub name: Arc<str>,
    /// What it may do.
    pub scopes: Arc<[Scope]>,
    /// Stores that it is limited to; `None` means all.
    pub stores: Option<Arc<[StoreId]>>,
}

impl Caller {
    /// Who acts, as events say it.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("api:{}", self.name)
    }

    /// Checks that the key reaches a store.
    ///
    /// # Errors
    /// 403 if it is limited to others.
    pub fn at_store(&self, store: &StoreId) -> Result<(), Problem> {
        match &self.stores {
            Some(stores) if !stores.contains(store) => {
                Err(Problem::forbidden(format!("This key is not for store {store}.")))
            }
            _ => Ok(()),
        }
    }

    /// Checks that the key is not limited to stores, for what belongs to none.
    ///
    /// # Errors
    /// 403 if it is limited.
    pub fn everywhere(&self) -> Result<(), Problem> {
        match self.stores {
            Some(_) => Err(Problem::forbidden(
                "This key is limited to stores; ask for one that is not.",
            )),
            None => Ok(()),
        }
    }

    /// The stores that a list may show: those asked for, as far as the key reaches; empty means all.
    ///
    /// # Errors
    /// 400 for an unusable id, 403 if the key does not reach the store.
    pub fn stores_asked(&self, asked: Option<&str>) -> Result<Vec<String>, Problem> {
        match (asked, &self.stores) {
            (Some(asked), _) => {
                let store = StoreId::new(asked).map_err(|error| Problem::unfit(error.to_string()))?;
                self.at_store(&store)?;
                Ok(vec![asked.to_owned()])
            }
            (None, Some(stores)) => Ok(stores.iter().map(ToString::to_string).collect()),
            (None, None) => Ok(Vec::new()),
        }
    }

    fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        Err(Problem::forbidden(format!("This needs the scope {scope}.")))
    }
}

/// A caller with the scope [`Scope::Commands`].
#[derive(Debug, Clone)]
pub struct Commander(pub Caller);

/// A caller with the scope [`Scope::Queries`].
#[derive(Debug, Clone)]
pub struct Reader(pub Caller);

/// A caller with the scope [`Scope::Admin`].
#[derive(Debug, Clone)]
pub struct Administrator(pub Caller);

fn recognised(parts: &Parts, scope: Scope) -> Result<Caller, Problem> {
    let caller = parts.extensions.get::<Caller>().cloned();
    let caller = caller.ok_or_else(|| Problem::unauthorised("Send Authorization: Bearer <key>."))?;
    caller.require(scope)?;
    Ok(caller)
}

impl<S: Send + Sync> FromRequestParts<S> for Commander {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        recognised(parts, Scope::Commands).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        recognised(parts, Scope::Queries).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Administrator {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        recognised(parts, Scope::Admin).map(Self)
    }
}
