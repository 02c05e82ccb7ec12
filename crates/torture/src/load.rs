//! Shops that sell without pause: an order is placed, its payment announced, and the provider tells that it was paid.
//!
//! Whatever is not answered is sent again under the same name until it is, as a till would. Some commands are sent to
//! two processes at once, some again after they were acknowledged, some in contradiction to what was.

use std::sync::Arc;
use std::time::Duration;

use guanxi_callbacks::wechat_pay::write::NoticeToWrite;
use guanxi_callbacks::wechat_pay::{ApiV3Key, NoticeWriter, SigningKey};
use guanxi_kernel::Timestamp;
use reqwest::Client;
use serde_json::{Value, json};

use crate::failure::{Failure, failed};
use crate::record::Record;

const MCHID: &str = "1900000109";
const KEY_ID: &str = "PUB_KEY_ID_0119000001092026000000000001";
const API_V3_KEY: &str = "0123456789abcdef0123456789abcdef";
const PAUSE: Duration = Duration::from_millis(100);

/// The provider's side of the payments.
pub struct Provider {
    writer: NoticeWriter,
    public_pem: String,
}

impl Provider {
    /// With a key of its own.
    ///
    /// # Errors
    /// No key can be made.
    pub fn new() -> Result<Self, Failure> {
        let key = SigningKey::generate()?;
        let public_pem = key.public_pem()?;
        let writer = NoticeWriter::new(Arc::new(key), KEY_ID, ApiV3Key::new(API_V3_KEY)?);
        Ok(Self { writer, public_pem })
    }

    /// Its section of the server's configuration.
    pub fn configuration(&self) -> String {
        format!(
            "[[wechat_pay.merchants]]\nmchid = \"{MCHID}\"\napi_v3_keys = [\"{API_V3_KEY}\"]\n\
             [[wechat_pay.merchants.public_keys]]\nid = \"{KEY_ID}\"\npem = '''\n{}'''\n",
            self.public_pem
        )
    }
}

/// A shop that sells, and what it needs.
#[derive(Clone)]
pub struct Shop {
    client: Client,
    servers: Vec<String>,
    key: String,
    provider: Arc<Provider>,
    record: Arc<Record>,
}

impl Shop {
    /// Speaks to these servers.
    ///
    /// # Errors
    /// No client can be made.
    pub fn new(
        ports: &[u16],
        key: &str,
        provider: Arc<Provider>,
        record: Arc<Record>,
    ) -> Result<Self, Failure> {
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(15))
            .build()?;
        let servers = ports
            .iter()
            .map(|port| format!("http://127.0.0.1:{port}"))
            .collect();
        Ok(Self {
            client,
            servers,
            key: key.to_owned(),
            provider,
            record,
        })
    }

    /// Opens the shop that sells.
    pub async fn open(&self, dice: &mut fastrand::Rng) {
        let body = json!({ "store_id": "s1", "name": "Bund", "effective_from": "2020-01-01T00:00:00Z",
            "terms": { "time_zone": "Asia/Shanghai", "legal_entity": "Guanxi", "ownership": "own", "payee": MCHID } });
        self.command(dice, "/v1/stores/s1/open", "open", &body).await;
    }

    /// Sells until the shop closes; what was begun is brought to its end.
    ///
    /// # Errors
    /// A notice cannot be signed.
    pub async fn sell(self, mut dice: fastrand::Rng) -> Result<(), Failure> {
        while let Some(order) = self.record.next() {
            let (place, body) = (format!("/v1/orders/o-{order}/place"), placing(order));
            let key = format!("place-{order}");
            if dice.u8(..6) == 0 {
                let mut other = dice.fork();
                tokio::join!(
                    self.command(&mut dice, &place, &key, &body),
                    self.command(&mut other, &place, &key, &body)
                );
            } else {
                self.command(&mut dice, &place, &key, &body).await;
            }
            let attempt = json!({ "provider": "wechat", "mchid": MCHID, "out_trade_no": format!("T{order}"),
                "amount_fen": price(order) });
            let register = format!("/v1/orders/o-{order}/register-payment");
            self.command(&mut dice, &register, &format!("register-{order}"), &attempt)
                .await;
            self.notify(&mut dice, order).await?;
            match dice.u8(..8) {
                0 => drop(self.command(&mut dice, &place, &key, &body).await),
                1 => self.contradict(&mut dice, order, &place).await,
                2 => self.notify(&mut dice, order).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Until it is acknowledged.
    async fn command(&self, dice: &mut fastrand::Rng, path: &str, key: &str, body: &Value) -> Option<u64> {
        let (status, answer) = self.answered(dice, path, key, body).await;
        let position = answer["position"].as_u64();
        match position {
            Some(position) if status == 200 => self.record.acknowledged(key, position),
            _ => self.record.wrong(format!("{key}: {status} {answer}")),
        }
        position
    }

    /// Places the same order under another name: a 200 would be an order placed twice.
    async fn contradict(&self, dice: &mut fastrand::Rng, order: u64, path: &str) {
        let key = format!("contradict-{order}");
        let (status, answer) = self.answered(dice, path, &key, &placing(order + 1)).await;
        if status != 409 || answer["code"] != "order.already_placed" {
            self.record.wrong(format!("{key}: {status} {answer}"));
        }
    }

    async fn answered(&self, dice: &mut fastrand::Rng, path: &str, key: &str, body: &Value) -> (u16, Value) {
        loop {
            let url = format!("{}{path}", self.server(dice));
            let request = self
                .client
                .post(url)
                .bearer_auth(&self.key)
                .header("idempotency-key", key);
            if let Ok(answer) = request.json(body).send().await {
                let status = answer.status().as_u16();
                if let (true, Ok(body)) = (status < 500, answer.json().await) {
                    return (status, body);
                }
            }
            self.record.again();
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The provider's notice, signed anew for each try as it does, until it is taken.
    async fn notify(&self, dice: &mut fastrand::Rng, order: u64) -> Result<(), Failure> {
        let resource = payment(order).to_string();
        let notice = NoticeToWrite {
            id: &format!("EV-{order}"),
            create_time: "2026-03-02T12:00:31+08:00"
                .parse()
                .map_err(|why| failed("a time", why))?,
            event_type: "TRANSACTION.SUCCESS",
            original_type: "transaction",
            summary: "paid",
            resource: &resource,
        };
        loop {
            let written = self.provider.writer.write(&notice, Timestamp::now())?;
            let url = format!("{}/callbacks/wechat-pay", self.server(dice));
            let mut request = self.client.post(url).body(written.body);
            for (name, value) in written.headers.pairs() {
                request = request.header(name, value);
            }
            match request.send().await.map(|answer| answer.status().as_u16()) {
                Ok(200) => {
                    self.record.paid(order);
                    return Ok(());
                }
                Ok(status) if status < 500 => self.record.wrong(format!("notice {order}: {status}")),
                Ok(_) | Err(_) => {}
            }
            self.record.again();
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn server(&self, dice: &mut fastrand::Rng) -> &str {
        &self.servers[dice.usize(..self.servers.len())]
    }
}

fn price(order: u64) -> u64 {
    8_000 + order % 97 * 130
}

fn placing(order: u64) -> Value {
    json!({ "kind": "counter", "channel": "counter", "store_id": "s1", "placed_at": "2026-03-02T12:00:00+08:00",
        "lines": [{ "sku": "tea", "quantity": 1, "unit_price_fen": price(order) }] })
}

fn payment(order: u64) -> Value {
    let amount = price(order);
    json!({
        "transaction_id": format!("42000{order:023}"), "mchid": MCHID, "appid": "wx0123456789abcdef",
        "out_trade_no": format!("T{order}"), "trade_state": "SUCCESS", "trade_state_desc": "ok",
        "trade_type": "JSAPI", "bank_type": "OTHERS", "success_time": "2026-03-02T12:00:30+08:00",
        "payer": { "openid": format!("oTorture{:020}", order % 200) },
        "amount": { "total": amount, "payer_total": amount, "currency": "CNY", "payer_currency": "CNY" },
    })
}
