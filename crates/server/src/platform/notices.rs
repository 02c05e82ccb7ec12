//! Payments of an import, delivered as their provider would: signed notices by HTTP.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use guanxi_callbacks::wechat_pay::write::NoticeToWrite;
use guanxi_callbacks::wechat_pay::{ApiV3Key, NoticeWriter, SigningKey};
use guanxi_event_store::inbox::Inbox;
use guanxi_imports::complete_journey::{ImportError, MCHID, Notice, PaymentRoute};
use guanxi_kernel::Timestamp;
use serde_json::json;

use crate::config::Config;
use crate::exit::Failure;

/// How often a notice is sent before the import gives up; a later run goes on from there.
const TRIES: u32 = 6;
/// How long the notices of a day may take to be translated.
const PATIENCE: Duration = Duration::from_secs(300);

/// Who signs, and where notices go.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The endpoint.
    pub url: String,
    /// PEM of the signing key.
    pub signing_key: String,
    /// The id under which the receiver knows the key.
    pub serial: String,
}

/// A route by signed notices.
pub struct SignedNotices {
    writer: NoticeWriter,
    client: reqwest::Client,
    url: String,
    inbox: Inbox,
}

impl SignedNotices {
    /// A route to an endpoint that is configured like this process.
    ///
    /// # Errors
    /// The key is none, or the merchant of the data set is not configured.
    pub fn new(config: &Config, sender: Sender, inbox: Inbox) -> Result<Self, Failure> {
        let key = SigningKey::from_pem(&sender.signing_key)
            .map_err(|error| Failure::configuration(format!("the signing key: {error}")))?;
        let merchant = config
            .wechat_pay
            .merchants
            .iter()
            .find(|merchant| merchant.mchid == MCHID);
        let api_v3 = merchant
            .and_then(|merchant| merchant.api_v3_keys.first())
            .ok_or_else(|| {
                Failure::configuration(format!(
                    "wechat_pay has no merchant {MCHID}, for whom the data set's payments are"
                ))
            })?;
        let api_v3 = ApiV3Key::new(&api_v3.0).map_err(Failure::configuration)?;
        Ok(Self {
            writer: NoticeWriter::new(Arc::new(key), sender.serial, api_v3),
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(10))
                .build()
                .map_err(Failure::fault)?,
            url: sender.url,
            inbox,
        })
    }

    async fn post(&self, notice: &Notice) -> Result<(), String> {
        let amount = notice.amount_fen.0;
        let resource = json!({
            "transaction_id": notice.transaction_id, "out_trade_no": notice.out_trade_no, "mchid": notice.mchid,
            "appid": notice.appid, "trade_type": "JSAPI", "trade_state": "SUCCESS", "trade_state_desc": "OK",
            "bank_type": "OTHERS", "attach": "", "success_time": notice.succeeded_at.to_string(),
            "payer": { "openid": notice.openid },
            "amount": { "total": amount, "payer_total": amount, "currency": "CNY", "payer_currency": "CNY" },
        })
        .to_string();
        // The same notice keeps its id, as the provider's repeats do.
        let id = format!("cj-{}", notice.transaction_id);
        let written = self
            .writer
            .write(
                &NoticeToWrite {
                    id: &id,
                    create_time: notice.succeeded_at,
                    event_type: "TRANSACTION.SUCCESS",
                    original_type: "transaction",
                    summary: "payment succeeded",
                    resource: &resource,
                },
                Timestamp::now(),
            )
            .map_err(|error| error.to_string())?;
        let mut request = self
            .client
            .post(&self.url)
            .header("content-type", "application/json");
        for (name, value) in written.headers.pairs() {
            request = request.header(name, value);
        }
        let response = request
            .body(written.body)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(format!("{} answered {}", self.url, response.status()))
    }
}

#[async_trait]
impl PaymentRoute for SignedNotices {
    async fn deliver(&self, notice: &Notice) -> Result<(), ImportError> {
        let mut pause = Duration::from_millis(100);
        for attempt in 1..=TRIES {
            match self.post(notice).await {
                Ok(()) => return Ok(()),
                Err(why) if attempt == TRIES => {
                    return Err(ImportError::Notice(format!("{}: {why}", notice.transaction_id)));
                }
                Err(_) => tokio::time::sleep(pause).await,
            }
            pause *= 3;
        }
        Ok(())
    }

    async fn settle(&self) -> Result<(), ImportError> {
        let empty = async {
            while self.inbox.counts().await?.waiting > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, empty).await.unwrap_or_else(|_| {
            Err(ImportError::Notice(
                "the notices of a day are not translated: does a server with the role followers run?"
                    .to_owned(),
            ))
        })
    }
}
