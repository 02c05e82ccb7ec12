//! What outsiders may know of a store: its terms over time.

use crate::store::StoreEvent;

pub(super) fn fields(event: &StoreEvent) -> &'static [&'static str] {
    match event {
        StoreEvent::StoreOpened(_) => &["store_id", "name", "terms", "effective_from"],
        StoreEvent::StoreAmended(_) => &["terms", "effective_from"],
        StoreEvent::StoreClosed(_) => &["effective_from"],
    }
}
