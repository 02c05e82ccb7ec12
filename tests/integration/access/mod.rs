//! Who may call what: every endpoint of the served document with no key, a wrong scope, and another store's key.

mod cases;
mod sample;

use std::collections::BTreeSet;

use cases::{Case, Limit, cases};
use guanxi_api::access::Scope;
use guanxi_api::openapi;
use reqwest::{Method, Response, StatusCode};
use sample::sample;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::served::{Api, problem};

const SCOPES: [Scope; 3] = [Scope::Commands, Scope::Queries, Scope::Admin];

/// The keys of the test, by what they may do.
struct Keys {
    /// Everything but one scope, in the order of [`SCOPES`].
    without: Vec<String>,
    own: String,
    other: String,
}

impl Keys {
    async fn make(api: &Api) -> Self {
        let mut without = Vec::new();
        for scope in SCOPES {
            let rest: Vec<_> = SCOPES.into_iter().filter(|it| *it != scope).collect();
            without.push(api.a_key(&format!("without {scope}"), &rest, None).await);
        }
        Self {
            without,
            own: api.a_key("own", &SCOPES, Some("s1")).await,
            other: api.a_key("other", &SCOPES, Some("s2")).await,
        }
    }

    fn without(&self, scope: Scope) -> &str {
        let index = SCOPES.iter().position(|it| *it == scope).unwrap();
        &self.without[index]
    }
}

/// An endpoint with everything that a request to it needs.
struct Endpoint<'a> {
    api: &'a Api,
    case: &'a Case,
    body: Option<Value>,
}

impl Endpoint<'_> {
    async fn ask(&self, key: Option<&str>, query: &str) -> Response {
        let (verb, path) = self.case.endpoint.split_once(' ').unwrap();
        let method: Method = verb.to_uppercase().parse().unwrap();
        let query: Vec<_> = [self.case.query, query]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        let url = format!("{}{}?{}", self.api.base, at(path), query.join("&"));
        let mut request = self.api.client.request(method, url);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        if self.case.endpoint.starts_with("post ") {
            request = request.header("idempotency-key", uuid::Uuid::now_v7().to_string());
        }
        if let Some(body) = &self.body {
            request = request.json(body);
        }
        request.send().await.unwrap()
    }

    /// A key that the endpoint must turn away.
    async fn refuses(&self, key: &str, query: &str, why: &str) -> Vec<String> {
        let answer = self.ask(Some(key), query).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        let refused = status == 403 && text.contains("api.forbidden");
        let wrong = (!refused).then(|| format!("{}, {why}: {status} {text}", self.case.endpoint));
        wrong.into_iter().collect()
    }

    /// A key that must get past all checks of access, whatever the rules then say; and the answer.
    async fn lets_in(&self, key: &str) -> (Vec<String>, String) {
        let answer = self.ask(Some(key), "").await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        let in_vain = [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::BAD_REQUEST,
        ];
        let unread = status == 422 && text.contains("api.invalid");
        let wrong = unread || in_vain.contains(&status) || status.as_u16() >= 500;
        let wrong = wrong.then(|| format!("{}: let in, but {status} {text}", self.case.endpoint));
        (wrong.into_iter().collect(), text)
    }

    /// Everything that is wrong with it.
    async fn check(&self, keys: &Keys) -> Vec<String> {
        for key in [None, Some("gx_0000000000000000_00"), Some("nonsense")] {
            let refused = problem(self.ask(key, "").await).await;
            assert_eq!(
                refused,
                (401, "api.unauthorised".to_owned()),
                "{}",
                self.case.endpoint
            );
        }
        let mut wrong = self
            .refuses(keys.without(self.case.scope), "", "without the scope")
            .await;
        let all = &self.api.key;
        match self.case.limit {
            Limit::Store => {
                wrong.extend(self.refuses(&keys.other, "", "another store's key").await);
                wrong.extend(self.lets_in(&keys.own).await.0);
            }
            Limit::Chain => {
                wrong.extend(self.refuses(&keys.own, "", "a limited key").await);
                wrong.extend(self.lets_in(all).await.0);
            }
            Limit::List => {
                wrong.extend(
                    self.refuses(&keys.other, "store_id=s1", "another store's key")
                        .await,
                );
                let (failed, seen) = self.lets_in(&keys.other).await;
                wrong.extend(failed);
                if seen.contains("\"s1\"") {
                    wrong.push(format!("{} shows another store: {seen}", self.case.endpoint));
                }
            }
            Limit::Free => wrong.extend(self.lets_in(&keys.other).await.0),
        }
        wrong
    }
}

/// A path with the things that the test has set up.
fn at(path: &str) -> String {
    let id = match path.split('/').nth(2).unwrap_or_default() {
        "orders" => "o1",
        "members" => "m1",
        "coupons" => "k1",
        "campaigns" => "c1",
        "stores" => "s1",
        "guides" => "g1",
        _ => "x",
    };
    path.replace("{id}", id)
        .replace("{view}", "order_timeline")
        .replace("{number}", "close:1900:T1")
        .replace("{guide_id}", "g1")
        .replace("{member_id}", "m1")
}

fn body_of(document: &Value, case: &Case) -> Option<Value> {
    if case.body.is_some() {
        return case.body.clone();
    }
    let (verb, path) = case.endpoint.split_once(' ').unwrap();
    let request = &document["paths"][path][verb]["requestBody"];
    let schema = &request["content"]["application/json"]["schema"];
    (!schema.is_null()).then(|| sample(document, schema, ""))
}

fn endpoints(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(move |verb| format!("{verb} {path}"))
        })
        .collect()
}

/// A store with an order, a member and a guide, and another store.
async fn set_up(api: &Api) {
    api.opened("s1").await;
    api.opened("s2").await;
    let order = json!({ "kind": "counter", "channel": "counter", "store_id": "s1",
        "lines": [{ "sku": "a", "quantity": 2, "unit_price_fen": 500 }] });
    let attempt = json!({ "provider": "wechat", "mchid": "1900", "out_trade_no": "T1", "amount_fen": 1000 });
    let close = json!({ "reason": "customer", "requested_at": "2026-03-01T02:00:00Z" });
    let bind = json!({ "guide_id": "g1", "member_id": "m1", "store_id": "s1", "exclusive": false,
        "bound_at": "2026-03-01T02:00:00Z" });
    for (path, body) in [
        (
            "/v1/members/m1/enrol",
            json!({ "store_id": "s1", "channel": "counter" }),
        ),
        ("/v1/orders/o1/place", order),
        ("/v1/orders/o1/register-payment", attempt),
        ("/v1/orders/o1/request-close", close),
        ("/v1/guides/g1/members/m1/bind", bind),
    ] {
        let answer = api.post(path, path.rsplit('/').next().unwrap(), &body).await;
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap());
        if path.ends_with("/request-close") {
            let receipt: Value = answer.json().await.unwrap();
            let seen = format!("/v1/instructions?wait_for={}", receipt["position"]);
            assert_eq!(api.get(&seen, &api.key).await.status(), 200);
        }
    }
}

#[test]
fn every_endpoint_has_its_case() {
    let document: Value = serde_json::from_str(&openapi().to_json().unwrap()).unwrap();
    let listed: BTreeSet<String> = cases().iter().map(|case| case.endpoint.to_owned()).collect();
    let served = endpoints(&document);
    let missing: Vec<_> = served.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&served).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "give these endpoints their line in tests/integration/access/cases.rs: {missing:?}; these are gone: {gone:?}"
    );
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn no_key_wrong_scope_and_another_stores_key_are_turned_away(pool: PgPool) {
    let api = Api::open(&pool).await;
    set_up(&api).await;
    let keys = Keys::make(&api).await;
    let served = api
        .client
        .get(format!("{}/openapi.json", api.base))
        .send()
        .await
        .unwrap();
    let document: Value = served.json().await.unwrap();
    // Queries first, while everything is as it was set up; erasing the member last, so that the others find it.
    let mut cases = cases();
    cases.sort_by_key(|case| {
        (
            case.endpoint.starts_with("post "),
            case.endpoint.ends_with("/erase"),
        )
    });
    let mut wrong = Vec::new();
    for case in &cases {
        let body = body_of(&document, case);
        let endpoint = Endpoint {
            api: &api,
            case,
            body,
        };
        wrong.extend(endpoint.check(&keys).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    api.house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn what_is_open_to_all_tells_nothing_of_the_business(pool: PgPool) {
    let api = Api::open(&pool).await;
    for open in ["/docs", "/openapi.json", "/docs/errors/api.forbidden"] {
        let answer = api
            .client
            .get(format!("{}{open}", api.base))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{open}");
    }
    api.house.close().await;
}
