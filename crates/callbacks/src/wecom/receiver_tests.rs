//! The receiver's answers, with a place of its own to keep notices in.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

use super::config::Apps;
use super::receiver::{Intake, IntakeError, Kept, MAX_BODY_BYTES, Receiver, VerifiedNotice, router};
use super::vectors::{Vector, apps, config, vector};

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
        if kept.iter().any(|other| other.query == notice.query) {
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

async fn send(shelf: &Arc<Shelf>, apps: Apps, request: Request<Body>) -> (StatusCode, String) {
    let receiver = Receiver::new(Arc::new(apps), shelf.clone());
    let response = router(Arc::new(receiver)).oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1024).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn get(vector: &Vector) -> Request<Body> {
    Request::get(format!("/?{}", vector.query))
        .body(Body::empty())
        .unwrap()
}

fn post(vector: &Vector) -> Request<Body> {
    Request::post(format!("/?{}", vector.query))
        .body(Body::from(vector.body.clone()))
        .unwrap()
}

fn answered(status: u16, body: &str) -> (StatusCode, String) {
    (StatusCode::from_u16(status).unwrap(), body.to_owned())
}

#[tokio::test]
async fn an_address_check_is_answered_with_the_bare_text() {
    let shelf = Arc::new(Shelf::default());
    for vector in [vector!("b1_check"), vector!("b4_check"), vector!("b5_check")] {
        let answer = send(&shelf, apps(&[&vector]), get(&vector)).await;
        assert_eq!(answer, answered(200, vector.plaintext.as_deref().unwrap()));
        let mut forged = vector.clone();
        forged.query = forged.query.replace("timestamp=1", "timestamp=2");
        assert_eq!(
            send(&shelf, apps(&[&vector]), get(&forged)).await,
            answered(401, "")
        );
    }
    let (check, other) = (vector!("b1_check"), vector!("b3"));
    let mut wrong_key = config(&[&check]);
    wrong_key.apps[0].keys[0].encoding_aes_key.0 = other.encoding_aes_key;
    let answer = send(&shelf, Apps::new(&wrong_key).unwrap(), get(&check)).await;
    assert_eq!(answer, answered(500, ""));
    let no_echo = Vector {
        query: vector!("w1").query,
        ..check.clone()
    };
    assert_eq!(
        send(&shelf, apps(&[&check]), get(&no_echo)).await,
        answered(401, "")
    );
    assert_eq!(shelf.count(), 0);
}

#[tokio::test]
async fn a_notice_is_kept_once_and_answered_each_time_with_nothing() {
    let (shelf, w1) = (Arc::new(Shelf::default()), vector!("w1"));
    for _ in 0..3 {
        assert_eq!(send(&shelf, apps(&[&w1]), post(&w1)).await, answered(200, ""));
    }
    assert_eq!(shelf.count(), 1);
    let kept = shelf.kept.lock().unwrap()[0].clone();
    assert_eq!(kept.body, w1.body.as_bytes());
    assert_eq!(Some(kept.opened.unwrap().message), w1.plaintext);
}

#[tokio::test]
async fn what_is_not_proven_is_refused_and_leaves_nothing() {
    let (shelf, w1, w3) = (Arc::new(Shelf::default()), vector!("w1"), vector!("w3"));
    let swapped = Vector {
        body: w3.body.clone(),
        ..w1.clone()
    };
    assert_eq!(
        send(&shelf, apps(&[&w1]), post(&swapped)).await,
        answered(401, "")
    );
    let unsigned = Vector {
        query: String::new(),
        ..w1.clone()
    };
    assert_eq!(
        send(&shelf, apps(&[&w1]), post(&unsigned)).await,
        answered(401, "")
    );
    assert_eq!(send(&shelf, Apps::default(), post(&w1)).await, answered(401, ""));
    for body in [
        "",
        "<xml/>",
        "{}",
        "no xml",
        "<!DOCTYPE a><xml><Encrypt>x</Encrypt></xml>",
    ] {
        let unreadable = Vector {
            body: body.to_owned(),
            ..w1.clone()
        };
        assert_eq!(
            send(&shelf, apps(&[&w1]), post(&unreadable)).await,
            answered(400, ""),
            "{body}"
        );
    }
    assert_eq!(shelf.count(), 0);
}

#[tokio::test]
async fn what_is_well_signed_and_does_not_open_is_kept_and_sent_again() {
    let w1 = vector!("w1");
    let mut wrong_key = config(&[&w1]);
    wrong_key.apps[0].keys[0].encoding_aes_key.0 = vector!("b3").encoding_aes_key;
    let mut another = config(&[&w1]);
    another.apps[0].receivers = vec!["wx0".into()];
    for config in [wrong_key, another] {
        let shelf = Arc::new(Shelf::default());
        let answer = send(&shelf, Apps::new(&config).unwrap(), post(&w1)).await;
        assert_eq!(answer, answered(500, ""));
        assert!(shelf.kept.lock().unwrap()[0].opened.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_durable_notice_there_is_no_200() {
    let w1 = vector!("w1");
    for (broken, stalled) in [(true, false), (false, true)] {
        let shelf = Arc::new(Shelf {
            broken,
            stalled,
            ..Shelf::default()
        });
        let began = tokio::time::Instant::now();
        assert_eq!(send(&shelf, apps(&[&w1]), post(&w1)).await, answered(503, ""));
        assert!(began.elapsed() < std::time::Duration::from_secs(5));
    }
}

#[tokio::test]
async fn more_than_a_mebibyte_is_not_read() {
    let (shelf, mut w1) = (Arc::new(Shelf::default()), vector!("w1"));
    w1.body = "x".repeat(MAX_BODY_BYTES + 1);
    assert_eq!(
        send(&shelf, apps(&[&vector!("w1")]), post(&w1)).await,
        answered(413, "")
    );
}
