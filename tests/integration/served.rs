//! The API served on a port of its own over a running house, and how a test speaks to it.

use std::time::Duration;

use guanxi_api::access::{Keyring, Scope};
use guanxi_api::{ApiState, router};
use guanxi_kernel::StoreId;
use guanxi_views::MemberRules;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::house::{House, programme};

/// A served API with a key that may do everything.
pub struct Api {
    pub house: House,
    pub client: Client,
    pub base: String,
    pub keyring: Keyring,
    pub key: String,
}

impl Api {
    pub async fn open(pool: &PgPool) -> Self {
        Self::over(House::open(pool).await).await
    }

    /// Over a house that runs.
    pub async fn over(house: House) -> Self {
        let state = ApiState::new(
            house.store.clone(),
            house.followers.clone(),
            programme(),
            MemberRules::shipped().unwrap(),
        );
        let keyring = state.keyring.clone();
        let key = keyring
            .create("all", &[Scope::Commands, Scope::Queries, Scope::Admin], None)
            .await
            .unwrap()
            .key;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router(state)).await });
        let client = Client::builder()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self {
            house,
            client,
            base,
            keyring,
            key,
        }
    }

    pub async fn post(&self, path: &str, name: &str, body: &Value) -> Response {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .bearer_auth(&self.key);
        request
            .header("idempotency-key", name)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    pub async fn get(&self, path: &str, key: &str) -> Response {
        self.client
            .get(format!("{}{path}", self.base))
            .bearer_auth(key)
            .send()
            .await
            .unwrap()
    }

    pub async fn store_opened(&self) {
        self.opened("s1").await;
    }

    /// A store that is open.
    pub async fn opened(&self, store: &str) {
        let body = json!({ "store_id": store, "name": "Bund", "effective_from": "2020-01-01T00:00:00Z",
            "terms": { "time_zone": "Asia/Shanghai", "legal_entity": "Guanxi", "ownership": "own", "payee": "1900000109" } });
        assert_eq!(
            self.post(
                &format!("/v1/stores/{store}/open"),
                &format!("open-{store}"),
                &body
            )
            .await
            .status(),
            200
        );
    }

    /// A key.
    pub async fn a_key(&self, name: &str, scopes: &[Scope], store: Option<&str>) -> String {
        let stores = store.map(|store| vec![StoreId::new(store).unwrap()]);
        self.keyring
            .create(name, scopes, stores.as_deref())
            .await
            .unwrap()
            .key
    }
}

/// Status and code of a problem.
pub async fn problem(response: Response) -> (u16, String) {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], status);
    (status, body["code"].as_str().unwrap().to_owned())
}
