//! Drives one follower: batch after batch, through failures.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use guanxi_kernel::EventSet;
use sqlx::PgPool;
use tokio::time::{sleep, sleep_until, timeout, timeout_at};

use super::error::Remedy;
use super::progress::{Standing, Track};
use super::read::{check_continuity, head};
use super::source::Source;
use super::{Checkpoint, FollowError, Follower};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How long a superseded follower watches whether the other one is alive.
const STAND_BY: Duration = Duration::from_millis(500);
const SLOW_POLL: Duration = Duration::from_secs(2);
/// A place that is carried on is stored after so long without news, for those who wait in other processes …
const STORE_AFTER: Duration = Duration::from_millis(20);
/// … or after so many events, so that a crash does not make the next start read them all again.
const STORE_EVERY: u64 = 16_384;
/// Even a follower that somebody waits for begins no batch sooner than this behind the one before.
const HURRIED: Duration = Duration::from_millis(5);
/// Who gets so many events at once is not made to wait.
const HURRY: usize = 256;
/// Who gets so many events at once is said to be behind.
const BEHIND: usize = 2048;

pub(crate) struct Driver<E: EventSet> {
    pub(crate) pool: PgPool,
    pub(crate) source: Box<dyn Source<E>>,
    pub(crate) track: Arc<Track>,
}

impl<E: EventSet> Driver<E> {
    /// As [`run`](Self::run); a fault of the follower itself stops it and shows, instead of ending its task unseen.
    pub(crate) async fn guard(self, follower: Box<dyn Follower<Event = E>>) {
        let (track, who) = (Arc::clone(&self.track), follower.identity());
        if AssertUnwindSafe(self.run(follower)).catch_unwind().await.is_err() {
            tracing::error!(follower = %who, "panicked; see docs/runbooks/stuck-follower.md");
            metrics::gauge!("guanxi_follower_stopped", "follower" => who.name.to_string()).set(1.0);
            track.set(Standing::Stopped("panicked".to_owned()));
        }
    }

    /// Runs until the task is dropped, or until something happens that only a person can mend.
    async fn run(mut self, mut follower: Box<dyn Follower<Event = E>>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let begun = Instant::now();
            let Err(error) = self.follow(follower.as_mut()).await else {
                continue;
            };
            if begun.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            let who = follower.identity();
            match error.remedy() {
                Remedy::StandBy => self.stand_by(follower.as_mut()).await,
                Remedy::TryAgain => {
                    tracing::warn!(follower = %who, %error, pause_ms = pause.as_millis(), "will try again");
                    self.track.set(Standing::Retrying(error.to_string()));
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Remedy::Stop => {
                    tracing::error!(follower = %who, %error, "stopped; see docs/runbooks/stuck-follower.md");
                    metrics::gauge!("guanxi_follower_stopped", "follower" => who.name.to_string()).set(1.0);
                    self.track.set(Standing::Stopped(error.to_string()));
                    return;
                }
            }
        }
    }

    async fn follow(&mut self, follower: &mut dyn Follower<Event = E>) -> Result<(), FollowError> {
        let mut at = follower.resume().await?;
        let mut stored = at.mark.position;
        check_continuity(&self.pool, at.mark).await?;
        let who = follower.identity();
        let name = who.name.to_string();
        self.reached(follower, &at);
        let mut rested = Duration::ZERO;
        let mut begun = Instant::now();
        loop {
            self.rest(begun, rested, at.mark.position).await;
            begun = Instant::now();
            self.source.attend();
            let Some(batch) = self.source.next(&at, follower.batch_size()).await? else {
                rested = Duration::ZERO;
                if follower.gathers() {
                    at = follower.flush(&at).await?;
                    stored = at.mark.position;
                    continue;
                }
                follower.idle().await?;
                self.reached(follower, &at);
                self.track.set(Standing::Live);
                metrics::gauge!("guanxi_follower_lag", "follower" => name.clone()).set(0.0);
                let patience = if stored < at.mark.position {
                    STORE_AFTER
                } else {
                    SLOW_POLL
                };
                let moved = timeout(patience, self.source.moved()).await;
                if moved.is_err() && stored < at.mark.position {
                    at = at.keep(&self.pool, &who).await?;
                    stored = at.mark.position;
                }
                continue;
            };
            rested = if batch.len() < HURRY {
                follower.pace()
            } else {
                Duration::ZERO
            };
            at.feed_offset = batch.feed_offset().or(at.feed_offset);
            let done = follower.work(&batch, &at).await?;
            if done.number > at.number {
                stored = done.mark.position;
            }
            at = done;
            if !follower.gathers() {
                self.reached(follower, &at);
                if at.mark.position.saturating_sub(stored) >= STORE_EVERY {
                    at = at.keep(&self.pool, &who).await?;
                    stored = at.mark.position;
                }
            }
            metrics::counter!("guanxi_follower_events_total", "follower" => name.clone())
                .increment(batch.len() as u64);
            if batch.len() >= BEHIND.min(follower.batch_size() / 2) {
                let lag = head(&self.pool).await?.position.saturating_sub(at.mark.position);
                self.track.set(Standing::Behind(lag));
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                metrics::gauge!("guanxi_follower_lag", "follower" => name.clone()).set(lag as f64);
            }
        }
    }

    /// Waits until so long after the beginning of the last batch, or less if somebody waits for what lies behind it.
    async fn rest(&self, begun: Instant, rest: Duration, done: u64) {
        sleep_until((begun + rest.min(HURRIED)).into()).await;
        if rest > HURRIED {
            drop(timeout_at((begun + rest).into(), self.track.wanted(done)).await);
        }
    }

    fn reached(&self, follower: &dyn Follower<Event = E>, at: &Checkpoint) {
        if follower.serves() {
            self.track.reached(at.mark.position);
        }
    }

    /// Waits as long as the other one makes progress; when it stands still, this one tries again.
    async fn stand_by(&self, follower: &mut dyn Follower<Event = E>) {
        let mut seen: Option<Checkpoint> = None;
        loop {
            let now = match self.pool.acquire().await {
                Ok(mut connection) => Checkpoint::load(&mut connection, &follower.identity()).await.ok(),
                Err(_) => None,
            };
            if seen.is_some() && now == seen {
                return;
            }
            if let Some(now) = &now {
                self.track.reached(now.mark.position);
                self.track.set(Standing::StandingBy);
            }
            seen = now;
            sleep(STAND_BY).await;
        }
    }
}
