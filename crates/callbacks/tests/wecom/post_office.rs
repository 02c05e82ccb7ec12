//! A sender and a receiver of signed messages: what WeCom does, and what one server process does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use guanxi_callbacks::wecom::{
    Apps, EncodingAesKey, InboxIntake, NoticeWriter, Receiver, WecomConfig, Worker, WrittenNotice, router,
};
use guanxi_event_store::EventStore;
use guanxi_event_store::inbox::{Inbox, InboxState};
use sqlx::PgPool;
use tower::ServiceExt;

pub const CORP: &str = "wx5823bf96d3bd56c7";
const TOKEN: &str = "QDG6eK";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const OTHER_KEY: &str = "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP";

/// The keys of a receiver, which knows a shop and a guide by other names; with the wrong key it can verify, and open
/// nothing.
pub fn apps(right_key: bool) -> Arc<Apps> {
    let key = if right_key { KEY } else { OTHER_KEY };
    let config: WecomConfig = serde_json::from_value(serde_json::json!({ "apps": [{
        "receivers": [CORP],
        "keys": [{ "token": TOKEN, "encoding_aes_key": key }],
        "guides": { "guide_li": "g-17" },
        "stores": { "store-0755-01": "S1" },
    }] }))
    .unwrap();
    Arc::new(Apps::new(&config).unwrap())
}

/// The sender.
pub struct Provider {
    pub writer: NoticeWriter,
    sent: AtomicU32,
}

impl Provider {
    pub fn new() -> Self {
        Self {
            writer: NoticeWriter::new(TOKEN, EncodingAesKey::new(KEY).unwrap(), CORP),
            sent: AtomicU32::new(0),
        }
    }

    /// A change of a contact at a second of 1 March 2026 in Shenzhen, 10 o'clock.
    pub fn change(
        &self,
        change: &str,
        guide: &str,
        customer: &str,
        second: i64,
        rest: &str,
    ) -> WrittenNotice {
        let created = 1_772_330_400 + second;
        self.message(&format!(
            "<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
             <CreateTime>{created}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
             <Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[{change}]]></ChangeType>\
             <UserID><![CDATA[{guide}]]></UserID><ExternalUserID><![CDATA[{customer}]]></ExternalUserID>{rest}</xml>"
        ))
    }

    /// A message with a nonce of its own.
    pub fn message(&self, xml: &str) -> WrittenNotice {
        let nonce = format!("{:010}", self.sent.fetch_add(1, Ordering::Relaxed));
        self.writer.write(xml, "1772330500", &nonce).unwrap()
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
    pub async fn open(pool: &PgPool) -> Self {
        Self::with(pool, apps(true)).await
    }

    pub async fn with(pool: &PgPool, apps: Arc<Apps>) -> Self {
        let store = super::house::open(pool).await;
        let inbox = Inbox::open(store.clone());
        let intake = Arc::new(InboxIntake::new(inbox.clone()));
        let worker = Worker::new(store.clone(), inbox.clone(), apps.clone());
        let receiver = Arc::new(Receiver::new(apps, intake));
        let router = Router::new().nest("/callbacks/wecom", router(receiver));
        Self {
            store,
            inbox,
            worker,
            router,
        }
    }

    /// Delivers a notice and gives the status of the answer, which has no body.
    pub async fn deliver(&self, notice: &WrittenNotice) -> StatusCode {
        let request = Request::post(format!("/callbacks/wecom?{}", notice.query.to_raw()));
        let request = request.body(Body::from(notice.body.clone())).unwrap();
        let (status, body) = self.send(request).await;
        assert_eq!(body, "");
        status
    }

    pub async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Delivers and translates, one after the other.
    pub async fn take(&self, notices: &[WrittenNotice]) {
        for notice in notices {
            assert_eq!(self.deliver(notice).await, StatusCode::OK);
            self.worker.drain().await.unwrap();
        }
    }

    /// What became of the notices in a state, oldest first.
    pub async fn results(&self, state: InboxState) -> Vec<String> {
        let entries = self.inbox.list(state, 0, 1_000).await.unwrap();
        entries
            .into_iter()
            .map(|entry| entry.result.unwrap_or_default())
            .collect()
    }

    /// Makes what waits for another try due now, as if that much time had passed.
    pub async fn wait_no_longer(&self, pool: &PgPool) {
        sqlx::query("update log.inbox set next_attempt_at = clock_timestamp() where state = 'waiting'")
            .execute(pool)
            .await
            .unwrap();
        self.worker.drain().await.unwrap();
    }
}
