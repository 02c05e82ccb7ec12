//! Payment notices as the provider would send them, signed beforehand, and posted at a receiver.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use guanxi_callbacks::wechat_pay::config::{MerchantConfig, PublicKeyConfig};
use guanxi_callbacks::wechat_pay::write::NoticeToWrite;
use guanxi_callbacks::wechat_pay::{
    ApiV3Key, Merchants, NoticeWriter, SigningKey, WechatPayConfig, WrittenNotice,
};
use guanxi_kernel::Timestamp;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
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

/// Posts all notices on so many connections; every answer must be a 200.
///
/// Without a client library's pool and redirects: what the generator takes is missing from whom it measures.
pub async fn post_all(url: &str, notices: Vec<WrittenNotice>, at_once: usize) -> Result<(), Failure> {
    let uri: Uri = url.parse().map_err(failed)?;
    let (notices, next) = (Arc::new(notices), Arc::new(AtomicUsize::new(0)));
    let mut posting = JoinSet::new();
    for _ in 0..at_once {
        let (notices, next, uri) = (Arc::clone(&notices), Arc::clone(&next), uri.clone());
        posting.spawn(async move {
            let mut connection = connect(&uri).await?;
            while let Some(notice) = notices.get(next.fetch_add(1, Ordering::Relaxed)) {
                let answer = connection
                    .send_request(request(&uri, notice)?)
                    .await
                    .map_err(failed)?;
                let status = answer.status();
                answer.into_body().collect().await.map_err(failed)?;
                if status != 200 {
                    return Err(Failure(format!("a notice was answered {status}")));
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

async fn connect(uri: &Uri) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let authority = uri.authority().ok_or_else(|| failed("no host in the address"))?;
    let stream = TcpStream::connect(authority.as_str()).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // Ends with the sender.
    drop(tokio::spawn(connection));
    Ok(sender)
}

fn request(uri: &Uri, notice: &WrittenNotice) -> Result<Request<Full<Bytes>>, Failure> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path);
    if let Some(authority) = uri.authority() {
        request = request.header("host", authority.as_str());
    }
    for (name, value) in notice.headers.pairs() {
        request = request.header(name, value);
    }
    request
        .body(Full::new(Bytes::from(notice.body.clone())))
        .map_err(failed)
}
