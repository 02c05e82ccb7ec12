//! The network between server and PostgreSQL, which can be slow, swallow answers, and break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::failure::Failure;

/// A listening proxy.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    weather: Arc<Weather>,
    cut: watch::Sender<u64>,
}

/// What holds for every connection.
#[derive(Default)]
struct Weather {
    target: AtomicU16,
    delay_ms: AtomicU64,
    /// Answers are swallowed: what was committed is never heard of.
    mute: AtomicBool,
}

impl Proxy {
    /// Listens for a PostgreSQL on that port.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(target: u16) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let weather = Arc::new(Weather::default());
        weather.target.store(target, Ordering::Relaxed);
        let (cut, cuts) = watch::channel(0);
        let over = Arc::clone(&weather);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, Arc::clone(&over), cuts.clone()));
            }
        });
        Ok(Self { port, weather, cut })
    }

    /// PostgreSQL has moved.
    pub fn aim(&self, target: u16) {
        self.weather.target.store(target, Ordering::Relaxed);
    }

    /// Every packet takes that long, both ways.
    pub fn delay(&self, delay_ms: u64) {
        self.weather.delay_ms.store(delay_ms, Ordering::Relaxed);
    }

    /// Answers are swallowed, or not any more.
    pub fn mute(&self, mute: bool) {
        self.weather.mute.store(mute, Ordering::Relaxed);
    }

    /// Breaks every connection, in the middle of whatever it carries.
    pub fn cut(&self) {
        self.cut.send_modify(|number| *number += 1);
    }
}

async fn carry(client: TcpStream, weather: Arc<Weather>, mut cuts: watch::Receiver<u64>) {
    cuts.mark_unchanged();
    let target = weather.target.load(Ordering::Relaxed);
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else {
        return;
    };
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        _ = cuts.changed() => {}
        () = pass(from_client, to_server, &weather, false) => {}
        () = pass(from_server, to_client, &weather, true) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: &Weather, answers: bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let delay_ms = weather.delay_ms.load(Ordering::Relaxed);
        if delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        if answers && weather.mute.load(Ordering::Relaxed) {
            continue;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
