//! The word to stop, heard by everybody.

use tokio::sync::watch;

/// Hears the word to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// Gives the word to stop.
#[derive(Debug)]
pub struct Trigger(watch::Sender<bool>);

impl Shutdown {
    /// A word not yet given.
    #[must_use]
    pub fn new() -> (Trigger, Self) {
        let (sender, receiver) = watch::channel(false);
        (Trigger(sender), Self(receiver))
    }

    /// Done when the word was given, or nobody is left to give it.
    pub async fn wait(mut self) {
        drop(self.0.wait_for(|stop| *stop).await);
    }
}

impl Trigger {
    /// Stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Done on Ctrl-C or SIGTERM.
pub async fn signalled() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
}
