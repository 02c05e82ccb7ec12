//! What each endpoint asks of a key. A new endpoint needs a line here, or the test of access fails.

use guanxi_api::access::Scope;
use guanxi_api::access::Scope::{Admin, Commands, Queries};
use serde_json::{Value, json};

use Limit::{Chain, Free, List, Store};

/// How a limit to stores applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The thing in the path, or the store in the body, is of store `s1`: no other store's key reaches it.
    Store,
    /// Belongs to no store: no limited key reaches it.
    Chain,
    /// A list that takes `store_id`: a limited key may not ask for other stores, and is shown its own.
    List,
    /// Says nothing of any store.
    Free,
}

/// What one endpoint asks.
pub struct Case {
    /// Verb and path, as in the OpenAPI document.
    pub endpoint: &'static str,
    /// The scope that it needs.
    pub scope: Scope,
    /// How a limit to stores applies.
    pub limit: Limit,
    /// What must be in the query string.
    pub query: &'static str,
    /// A body, where one made from the schema alone is not valid.
    pub body: Option<Value>,
}

fn case(endpoint: &'static str, scope: Scope, limit: Limit) -> Case {
    Case {
        endpoint,
        scope,
        limit,
        query: "",
        body: None,
    }
}

/// All endpoints, in the order of their paths.
pub fn cases() -> Vec<Case> {
    [commands(), queries()].into_iter().flatten().collect()
}

/// Commands: what they need, and how far a key that is limited to stores gets.
const COMMANDS: &[(&str, Scope, Limit)] = &[
    ("post /v1/campaigns/{id}/activate", Commands, Chain),
    ("post /v1/campaigns/{id}/amend-budget", Commands, Chain),
    ("post /v1/campaigns/{id}/claim", Commands, Chain),
    ("post /v1/campaigns/{id}/create", Commands, Chain),
    ("post /v1/campaigns/{id}/end", Commands, Chain),
    ("post /v1/campaigns/{id}/pause", Commands, Chain),
    ("post /v1/coupons/{id}/redeem", Commands, Store),
    ("post /v1/coupons/{id}/release", Commands, Chain),
    ("post /v1/coupons/{id}/reserve", Commands, Chain),
    ("post /v1/coupons/{id}/return", Commands, Store),
    ("post /v1/coupons/{id}/revoke", Commands, Chain),
    ("post /v1/coupons/{id}/transfer", Commands, Chain),
    (
        "post /v1/guides/{guide_id}/members/{member_id}/bind",
        Commands,
        Store,
    ),
    (
        "post /v1/guides/{guide_id}/members/{member_id}/complete-handover",
        Commands,
        Store,
    ),
    (
        "post /v1/guides/{guide_id}/members/{member_id}/reject-handover",
        Commands,
        Store,
    ),
    (
        "post /v1/guides/{guide_id}/members/{member_id}/renew-binding",
        Commands,
        Store,
    ),
    (
        "post /v1/guides/{guide_id}/members/{member_id}/request-handover",
        Commands,
        Store,
    ),
    (
        "post /v1/guides/{guide_id}/members/{member_id}/settle-commission",
        Commands,
        Store,
    ),
    (
        "post /v1/guides/{guide_id}/members/{member_id}/unbind",
        Commands,
        Store,
    ),
    ("post /v1/handovers/{id}/hand-over", Commands, Chain),
    ("post /v1/handovers/{id}/resign", Commands, Chain),
    ("post /v1/instructions/{number}/acknowledge", Commands, Store),
    ("post /v1/instructions/{number}/report-trouble", Commands, Store),
    ("post /v1/members/{id}/activate", Commands, Store),
    ("post /v1/members/{id}/activate-points", Commands, Store),
    ("post /v1/members/{id}/adjust-points", Commands, Store),
    ("post /v1/members/{id}/assign-tag", Commands, Store),
    ("post /v1/members/{id}/bind-card", Commands, Store),
    ("post /v1/members/{id}/claw-back-points", Commands, Store),
    ("post /v1/members/{id}/earn-points", Commands, Store),
    ("post /v1/members/{id}/evaluate-tier", Commands, Store),
    ("post /v1/members/{id}/expire-points", Commands, Store),
    ("post /v1/members/{id}/merge", Commands, Store),
    ("post /v1/members/{id}/reinstate", Commands, Store),
    ("post /v1/members/{id}/remove-tag", Commands, Store),
    ("post /v1/members/{id}/restore-points", Commands, Store),
    ("post /v1/members/{id}/spend-points", Commands, Store),
    ("post /v1/members/{id}/suspend", Commands, Store),
    ("post /v1/members/{id}/transfer-points", Commands, Store),
    ("post /v1/members/{id}/unbind-card", Commands, Store),
    ("post /v1/members/{id}/unmerge", Commands, Store),
    ("post /v1/members/{id}/enrol", Commands, Store),
    ("post /v1/members/{id}/erase", Admin, Store),
    ("post /v1/members/{id}/link-identity", Commands, Store),
    ("post /v1/members/{id}/record-consent", Commands, Store),
    ("post /v1/members/{id}/record-touchpoint", Commands, Store),
    ("post /v1/members/{id}/unlink-identity", Commands, Store),
    ("post /v1/members/{id}/withdraw-consent", Commands, Store),
    ("post /v1/orders/{id}/approve-after-sale", Commands, Store),
    ("post /v1/orders/{id}/cancel", Commands, Store),
    ("post /v1/orders/{id}/complete-pickup", Commands, Store),
    ("post /v1/orders/{id}/confirm-closed", Commands, Store),
    ("post /v1/orders/{id}/confirm-receipt", Commands, Store),
    ("post /v1/orders/{id}/issue-pickup-code", Commands, Store),
    ("post /v1/orders/{id}/place", Commands, Store),
    ("post /v1/orders/{id}/receive-return", Commands, Store),
    ("post /v1/orders/{id}/record-payment", Commands, Store),
    ("post /v1/orders/{id}/record-refund", Commands, Store),
    ("post /v1/orders/{id}/register-payment", Commands, Store),
    ("post /v1/orders/{id}/reject-after-sale", Commands, Store),
    ("post /v1/orders/{id}/request-after-sale", Commands, Store),
    ("post /v1/orders/{id}/request-close", Commands, Store),
    ("post /v1/orders/{id}/request-query", Commands, Store),
    ("post /v1/orders/{id}/request-refund", Commands, Store),
    ("post /v1/orders/{id}/ship", Commands, Store),
    ("post /v1/orders/{id}/withdraw-after-sale", Commands, Store),
    ("post /v1/stores/{id}/amend", Commands, Store),
    ("post /v1/stores/{id}/close", Commands, Store),
    ("post /v1/stores/{id}/open", Commands, Store),
];

fn commands() -> Vec<Case> {
    let cases = COMMANDS.iter();
    cases
        .map(|(endpoint, scope, limit)| Case {
            body: body(endpoint),
            ..case(endpoint, *scope, *limit)
        })
        .collect()
}

/// A body, where the document says of a field only that it is a text, and the command knows a few words.
fn body(endpoint: &str) -> Option<Value> {
    let path = endpoint.rsplit('/').next()?;
    Some(match path {
        "link-identity" | "unlink-identity" => json!({ "kind": "phone", "value": "+8613800138000" }),
        "place" => json!({ "kind": "counter", "channel": "counter", "store_id": "s1",
            "lines": [{ "sku": "a", "quantity": 2, "unit_price_fen": 500 }] }),
        "erase" => json!({ "basis": "request" }),
        _ => return None,
    })
}

fn queries() -> Vec<Case> {
    vec![
        case("get /v1/campaigns/{id}", Queries, Chain),
        case("get /v1/commission-statement", Queries, Chain),
        case("get /v1/coupon-funnel", Queries, Chain),
        case("get /v1/coupons/{id}", Queries, Chain),
        case("get /v1/dashboard", Queries, List),
        case("get /v1/events", Queries, Chain),
        Case {
            query: "date=2026-03-01&store_id=s1",
            ..case("get /v1/explain/dashboard", Queries, Store)
        },
        Case {
            query: "key=o1",
            ..case("get /v1/explain/views/{view}", Queries, Chain)
        },
        Case {
            query: "from_tier=walk_in&to_tier=ordinary",
            ..case("get /v1/funnel/conversion", Queries, List)
        },
        case("get /v1/funnel/days", Queries, List),
        case("get /v1/funnel/members", Queries, List),
        case("get /v1/funnel/transitions", Queries, List),
        case("get /v1/guide-members", Queries, List),
        case("get /v1/guides/{guide_id}/members/{member_id}", Queries, Store),
        case("get /v1/head", Queries, Free),
        case("get /v1/member-tags", Queries, List),
        case("get /v1/members/{id}", Queries, Store),
        case("get /v1/members/{id}/funnel", Queries, Store),
        case("get /v1/members/{id}/tags", Queries, Store),
        case("get /v1/members/{id}/overview", Queries, Store),
        case("get /v1/instructions", Queries, List),
        case("get /v1/orders", Queries, List),
        case("get /v1/orders/{id}", Queries, Store),
        case("get /v1/orders/{id}/state", Queries, Store),
        case("get /v1/parked", Admin, Chain),
        case("get /v1/points-liability", Queries, List),
        case("get /v1/reconciliation", Queries, Chain),
        case("get /v1/stores/{id}", Queries, Store),
        Case {
            query: "key=o1",
            ..case("get /v1/views/{view}", Queries, Chain)
        },
    ]
}
