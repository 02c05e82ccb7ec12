//! Stores, with the dates from which their terms hold.

use guanxi_domain::store::{AmendStore, CloseStore, OpenStore, Store, StoreCommand};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(open::handle))
        .routes(routes!(amend::handle))
        .routes(routes!(close::handle))
}

endpoint!(
    open,
    "/v1/stores/{id}/open",
    "stores",
    OpenStore,
    Store,
    StoreCommand::OpenStore,
    "Opens a store: time zone, owner, payee."
);
endpoint!(
    amend,
    "/v1/stores/{id}/amend",
    "stores",
    AmendStore,
    Store,
    StoreCommand::AmendStore,
    "Changes a store's terms from a date on."
);
endpoint!(
    close,
    "/v1/stores/{id}/close",
    "stores",
    CloseStore,
    Store,
    StoreCommand::CloseStore,
    "Closes a store from a date on."
);
