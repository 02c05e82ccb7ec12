//! Payment notices as the provider would send them, signed beforehand, and posted at a receiver.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use guanxi_callbacks::wechat_pay::config::{MerchantConfig, PublicKeyConfig};
use guanxi_callbacks::wechat_pay::write::NoticeToWrite;
use guanxi_callbacks::wechat_pay::{
    ApiV3Key, Merchants, NoticeWriter, SigningKey, WechatPayConfig, WrittenNotice,
};
use guanxi_kernel::Timestamp;
use serde_json::json;
use tokio::task::JoinSet;

use crate::drive::Failure;
use crate::shop::{MCHID, failed, out_trade_no, price};

const KEY_ID: &str = "PUB_KEY_ID_0119000001092026000000000001";
const API_V3_KEY: &str = "0123456789abcdef0123456789abcdef";

/// The provider: signs what the receiver can verify.
pub struct Provider {
    writer: Arc<NoticeWriter>,
    /// The receiver's configuration.
    pub public_pem: String,
}

impl Provider {
    /// With a key of its own.
    pub fn new() -> Result<Self, Failure> {
        let key = SigningKey::generate().map_err(failed)?;
        let public_pem = key.public_pem().map_err(failed)?;
        let api_v3 = ApiV3Key::new(API_V3_KEY).map_err(failed)?;
        let writer = Arc::new(NoticeWriter::new(Arc::new(key), KEY_ID, api_v3));
        Ok(Self { writer, public_pem })
    }

    /// The keys of the receiving merchant.
    pub fn merchants(&self) -> Result<Arc<Merchants>, Failure> {
        let config = WechatPayConfig {
            merchants: vec![MerchantConfig {
                mchid: MCHID.to_owned(),
                api_v3_keys: vec![guanxi_callbacks::wechat_pay::config::SecretText(
                    API_V3_KEY.to_owned(),
                )],
                certificates: Vec::new(),
                public_keys: vec![PublicKeyConfig {
                    id: KEY_ID.to_owned(),
                    pem: self.public_pem.clone(),
                }],
            }],
            ..WechatPayConfig::default()
        };
        Merchants::new(&config).map(Arc::new).map_err(failed)
    }

    /// The same as a section of a configuration file.
    pub fn configuration(&self) -> String {
        format!(
            "[[wechat_pay.merchants]]\nmchid = \"{MCHID}\"\napi_v3_keys = [\"{API_V3_KEY}\"]\n\
             [[wechat_pay.merchants.public_keys]]\nid = \"{KEY_ID}\"\npem = '''\n{}'''\n",
            self.public_pem
        )
    }

    /// Notices of the payments of these orders, signed now: they are good for five minutes.
    pub async fn payments(&self, orders: std::ops::Range<u64>) -> Result<Vec<WrittenNotice>, Failure> {
        let mut signing = JoinSet::new();
        let (middle, writer) = (orders.start.midpoint(orders.end), &self.writer);
        for half in [orders.start..middle, middle..orders.end] {
            let writer = Arc::clone(writer);
            signing.spawn_blocking(move || {
                half.map(|order| payment(&writer, order))
                    .collect::<Result<Vec<_>, _>>()
            });
        }
        let mut notices = Vec::new();
        while let Some(signed) = signing.join_next().await {
            notices.extend(signed.map_err(failed)??);
        }
        Ok(notices)
    }
}

fn payment(writer: &NoticeWriter, order: u64) -> Result<WrittenNotice, Failure> {
    let amount = price(order);
    let resource = json!({
        "transaction_id": format!("42000{order:023}"), "mchid": MCHID, "appid": "wx0123456789abcdef",
        "out_trade_no": out_trade_no(order), "trade_state": "SUCCESS", "trade_state_desc": "ok",
        "trade_type": "JSAPI", "bank_type": "OTHERS", "success_time": "2026-03-02T12:00:30+08:00",
        "payer": { "openid": format!("oBench{:022}", order % 500) },
        "amount": { "total": amount, "payer_total": amount, "currency": "CNY", "payer_currency": "CNY" },
    });
    let notice = NoticeToWrite {
        id: &format!("EV-{order}"),
        create_time: "2026-03-02T12:00:31+08:00".parse().map_err(failed)?,
        event_type: "TRANSACTION.SUCCESS",
        original_type: "transaction",
        summary: "paid",
        resource: &resource.to_string(),
    };
    writer.write(&notice, Timestamp::now()).map_err(failed)
}

/// Posts all notices, so many at once; every answer must be a 200.
pub async fn post_all(url: &str, notices: Vec<WrittenNotice>, at_once: usize) -> Result<(), Failure> {
    let client = reqwest::Client::builder().no_proxy().build().map_err(failed)?;
    let (notices, next) = (Arc::new(notices), Arc::new(AtomicUsize::new(0)));
    let mut posting = JoinSet::new();
    for _ in 0..at_once {
        let (client, notices, next, url) = (
            client.clone(),
            Arc::clone(&notices),
            Arc::clone(&next),
            url.to_owned(),
        );
        posting.spawn(async move {
            while let Some(notice) = notices.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut request = client.post(&url).body(notice.body.clone());
                for (name, value) in notice.headers.pairs() {
                    request = request.header(name, value);
                }
                let answer = request.send().await.map_err(failed)?;
                if answer.status() != 200 {
                    return Err(Failure(format!("a notice was answered {}", answer.status())));
                }
            }
            Ok(())
        });
    }
    while let Some(ended) = posting.join_next().await {
        ended.map_err(failed)??;
    }
    Ok(())
}
