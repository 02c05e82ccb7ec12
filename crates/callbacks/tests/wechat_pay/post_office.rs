//! A sender and a receiver of signed notices: what WeChat Pay does, and what one server process does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use guanxi_callbacks::wechat_pay::config::{MerchantConfig, PublicKeyConfig, SecretText};
use guanxi_callbacks::wechat_pay::receiver::{Clock, Intake};
use guanxi_callbacks::wechat_pay::write::NoticeToWrite;
use guanxi_callbacks::wechat_pay::{
    ApiV3Key, InboxIntake, Merchants, NoticeWriter, Receiver, SigningKey, WechatPayConfig, Worker,
    WrittenNotice, router,
};
use guanxi_event_store::EventStore;
use guanxi_event_store::inbox::{Inbox, InboxCounts, InboxState};
use guanxi_kernel::Timestamp;
use serde_json::Value;
use tower::ServiceExt;

use super::house::MERCHANT;

const API_V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
const OTHER_KEY: &str = "0123456789abcdef0123456789abcdef";
const SERIAL: &str = "PUB_KEY_ID_0000000000000000000000000000000002";

/// The sender: it signs, and numbers its notices.
pub struct Provider {
    pub writer: NoticeWriter,
    public_pem: String,
    sent: AtomicU32,
}

impl Provider {
    pub fn new() -> Self {
        let key = Arc::new(SigningKey::generate().unwrap());
        let public_pem = key.public_pem().unwrap();
        let writer = NoticeWriter::new(key, SERIAL, ApiV3Key::new(API_V3_KEY).unwrap());
        Self {
            writer,
            public_pem,
            sent: AtomicU32::new(0),
        }
    }

    /// The keys of a receiver; with the wrong APIv3 key it can verify, and open nothing.
    pub fn merchants(&self, right_key: bool) -> Arc<Merchants> {
        let key = if right_key { API_V3_KEY } else { OTHER_KEY };
        let merchant = MerchantConfig {
            mchid: MERCHANT.into(),
            api_v3_keys: vec![SecretText(key.into())],
            certificates: vec![include_str!("../../vectors/a8_certificate.pem").into()],
            public_keys: vec![PublicKeyConfig {
                id: SERIAL.into(),
                pem: self.public_pem.clone(),
            }],
        };
        let config = WechatPayConfig {
            merchants: vec![merchant],
            ..WechatPayConfig::default()
        };
        Arc::new(Merchants::new(&config).unwrap())
    }

    /// A notice signed now, with an id of its own.
    pub fn notice(&self, event_type: &str, original_type: &str, body: &Value) -> WrittenNotice {
        let id = format!("n{}", self.sent.fetch_add(1, Ordering::Relaxed));
        self.notice_with(&id, event_type, original_type, body)
    }

    pub fn notice_with(
        &self,
        id: &str,
        event_type: &str,
        original_type: &str,
        body: &Value,
    ) -> WrittenNotice {
        let resource = body.to_string();
        let notice = NoticeToWrite {
            id,
            create_time: Timestamp::now(),
            event_type,
            original_type,
            summary: "",
            resource: &resource,
        };
        self.writer.write(&notice, Timestamp::now()).unwrap()
    }

    pub fn payment(&self, body: &Value) -> WrittenNotice {
        self.notice("TRANSACTION.SUCCESS", "transaction", body)
    }

    pub fn refund(&self, body: &Value) -> WrittenNotice {
        let status = body["refund_status"].as_str().unwrap();
        self.notice(&format!("REFUND.{status}"), "refund", body)
    }
}

/// One server process: endpoint, inbox and translator.
#[derive(Clone)]
pub struct Server {
    pub store: EventStore,
    pub inbox: Inbox,
    pub worker: Worker,
    router: Router,
}

impl Server {
    pub fn new(store: EventStore, merchants: Arc<Merchants>) -> Self {
        Self::with_clock(store, merchants, Arc::new(Timestamp::now))
    }

    pub fn with_clock(store: EventStore, merchants: Arc<Merchants>, clock: Clock) -> Self {
        let inbox = Inbox::open(store.clone());
        let intake = Arc::new(InboxIntake::new(inbox.clone()));
        Self::assemble(store, inbox, merchants, intake, clock)
    }

    pub fn assemble(
        store: EventStore,
        inbox: Inbox,
        merchants: Arc<Merchants>,
        intake: Arc<dyn Intake>,
        clock: Clock,
    ) -> Self {
        let worker = Worker::new(store.clone(), inbox.clone(), merchants.clone());
        let router = router(Arc::new(Receiver::with_clock(merchants, intake, clock)));
        Self {
            store,
            inbox,
            worker,
            router,
        }
    }

    /// Delivers a notice and gives the status of the answer.
    pub async fn deliver(&self, notice: &WrittenNotice) -> StatusCode {
        let request = Request::post("/");
        let pairs = notice.headers.pairs().into_iter();
        let request = pairs.fold(request, |request, (name, value)| request.header(name, value));
        let request = request.body(Body::from(notice.body.clone())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let answer = to_bytes(response.into_body(), 1024).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["code"] == "SUCCESS", status == StatusCode::OK, "{answer}");
        assert!(answer["message"].as_str().unwrap().len() <= 64);
        status
    }

    pub async fn counts(&self) -> InboxCounts {
        self.inbox.counts().await.unwrap()
    }

    /// What became of the notices in a state, oldest first.
    pub async fn results(&self, state: InboxState) -> Vec<String> {
        let entries = self.inbox.list(state, 0, 1_000).await.unwrap();
        entries
            .into_iter()
            .map(|entry| entry.result.unwrap_or_default())
            .collect()
    }
}
