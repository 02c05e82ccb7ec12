//! The receiver's answers, with a place of its own to keep notices in.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use guanxi_kernel::Timestamp;
use tower::ServiceExt;

use super::config::Merchants;
use super::headers::NoticeHeaders;
use super::receiver::{Answer, Intake, IntakeError, Kept, MAX_BODY_BYTES, Receiver, VerifiedNotice, router};
use super::vectors::{API_V3_KEY, config, s1};
use super::{ApiV3Key, NoticeWriter, SigningKey};

/// Keeps in memory; or fails, or hangs.
#[derive(Default)]
struct Shelf {
    kept: Mutex<Vec<VerifiedNotice>>,
    broken: bool,
    stalled: bool,
}

#[async_trait]
impl Intake for Shelf {
    async fn keep(&self, notice: VerifiedNotice) -> Result<Kept, IntakeError> {
        if self.stalled {
            std::future::pending::<()>().await;
        }
        if self.broken {
            return Err(IntakeError("disk full".to_owned()));
        }
        let mut kept = self.kept.lock().unwrap();
        if kept.iter().any(|other| other.envelope.id == notice.envelope.id) {
            return Ok(Kept::Duplicate);
        }
        kept.push(notice);
        Ok(Kept::New)
    }
}

impl Shelf {
    fn count(&self) -> usize {
        self.kept.lock().unwrap().len()
    }
}

async fn post(
    shelf: &Arc<Shelf>,
    api_v3_key: &str,
    headers: &NoticeHeaders,
    body: impl Into<Body>,
    now: Timestamp,
) -> (StatusCode, String) {
    let merchants = Arc::new(Merchants::new(&config(&[api_v3_key])).unwrap());
    post_to(shelf, merchants, headers, body, now).await
}

async fn post_to(
    shelf: &Arc<Shelf>,
    merchants: Arc<Merchants>,
    headers: &NoticeHeaders,
    body: impl Into<Body>,
    now: Timestamp,
) -> (StatusCode, String) {
    let receiver = Receiver::with_clock(merchants, shelf.clone(), Arc::new(move || now));
    let request = headers
        .pairs()
        .into_iter()
        .fold(Request::post("/"), |request, (name, value)| {
            request.header(name, value)
        })
        .body(body.into())
        .unwrap();
    let response = router(Arc::new(receiver)).oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1024).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_notice_is_kept_once_and_answered_each_time() {
    let (shelf, s1) = (Arc::new(Shelf::default()), s1());
    for _ in 0..3 {
        let (status, body) = post(&shelf, API_V3_KEY, &s1.headers(), s1.body.clone(), s1.signed_at()).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::OK, r#"{"code":"SUCCESS","message":""}"#)
        );
    }
    assert_eq!(shelf.count(), 1);
    let kept = shelf.kept.lock().unwrap()[0].clone();
    assert_eq!(kept.body, s1.body.as_bytes());
    assert_eq!(kept.opened.unwrap().plaintext, s1.plaintext);
}

#[tokio::test]
async fn what_is_not_proven_is_refused_and_leaves_nothing() {
    let (shelf, s1) = (Arc::new(Shelf::default()), s1());
    let mut probe = s1.headers();
    probe.signature.replace_range(0..19, "WECHATPAY/SIGNTEST/");
    let unknown = NoticeHeaders {
        serial: "AA".into(),
        ..s1.headers()
    };
    for headers in [probe, unknown] {
        let (status, body) = post(&shelf, API_V3_KEY, &headers, s1.body.clone(), s1.signed_at()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(body.contains(r#""code":"FAIL""#), "{body}");
    }
    let late = s1.signed_at() + jiff::SignedDuration::from_secs(300);
    let (status, _) = post(&shelf, API_V3_KEY, &s1.headers(), s1.body.clone(), late).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let receiver = Receiver::new(Arc::new(super::vectors::merchants()), shelf.clone());
    let answer = receiver
        .receive(&axum::http::HeaderMap::new(), s1.body.clone().into())
        .await;
    assert_eq!(answer, Answer::Refused);
    assert_eq!(shelf.count(), 0);
}

#[tokio::test]
async fn a_notice_that_does_not_open_is_kept_and_sent_again() {
    let (shelf, s1) = (Arc::new(Shelf::default()), s1());
    let other = "0123456789abcdef0123456789abcdef";
    let (status, _) = post(&shelf, other, &s1.headers(), s1.body.clone(), s1.signed_at()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(shelf.kept.lock().unwrap()[0].opened.is_none());
}

#[tokio::test(start_paused = true)]
async fn without_a_durable_notice_there_is_no_200() {
    let s1 = s1();
    for shelf in [
        Shelf {
            broken: true,
            ..Shelf::default()
        },
        Shelf {
            stalled: true,
            ..Shelf::default()
        },
    ] {
        let began = tokio::time::Instant::now();
        let (status, _) = post(
            &Arc::new(shelf),
            API_V3_KEY,
            &s1.headers(),
            s1.body.clone(),
            s1.signed_at(),
        )
        .await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(began.elapsed() < std::time::Duration::from_secs(5));
    }
}

#[tokio::test]
async fn well_signed_text_that_is_no_notice_is_unreadable() {
    let (shelf, now) = (Arc::new(Shelf::default()), s1().signed_at());
    let key = Arc::new(SigningKey::generate().unwrap());
    let mut config = config(&[API_V3_KEY]);
    config.merchants[0].public_keys[0].pem = key.public_pem().unwrap();
    let merchants = Arc::new(Merchants::new(&config).unwrap());
    let writer = NoticeWriter::new(
        key,
        super::vectors::PUBLIC_KEY_ID,
        ApiV3Key::new(API_V3_KEY).unwrap(),
    );
    for body in [
        "",
        "{}",
        "[1]",
        "no json",
        r#"{"id":"a\u0000","event_type":"X","resource":{}}"#,
    ] {
        let written = writer.sign(body.as_bytes().to_vec(), now).unwrap();
        let (status, answer) = post_to(&shelf, merchants.clone(), &written.headers, written.body, now).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {answer}");
    }
    assert_eq!(shelf.count(), 0);
}

#[tokio::test]
async fn more_than_two_mebibytes_are_not_read() {
    let (shelf, s1) = (Arc::new(Shelf::default()), s1());
    let (status, body) = post(
        &shelf,
        API_V3_KEY,
        &s1.headers(),
        vec![b'x'; MAX_BODY_BYTES + 1],
        s1.signed_at(),
    )
    .await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(body.contains("FAIL"), "{body}");
}
