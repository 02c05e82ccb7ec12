//! A transaction in parts: its first messages are on their way while its last ones are still being made.

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{Outgoing, Position};

/// Parts that wait to be sent; whoever makes them faster waits too.
const WAITING: usize = 4;

#[derive(Debug)]
pub(crate) enum Part {
    Messages(Vec<Outgoing>),
    /// All was handed over, and this stands for it.
    End(Position),
}

/// For whoever makes the messages.
#[derive(Debug)]
pub struct Giver(Sender<Part>);

/// For [`publish`](crate::Publisher::publish).
#[derive(Debug)]
pub struct Parts(pub(crate) Receiver<Part>);

/// Both ends of a transaction that is about to be published.
#[must_use]
pub fn parts() -> (Giver, Parts) {
    let (giver, parts) = channel(WAITING);
    (Giver(giver), Parts(parts))
}

impl Giver {
    /// Hands messages over, in the order in which they are published.
    pub async fn give(&self, messages: Vec<Outgoing>) {
        self.send(Part::Messages(messages)).await;
    }

    /// Ends the transaction. Without this nothing of it is published.
    pub async fn end(self, position: Position) {
        self.send(Part::End(position)).await;
    }

    async fn send(&self, part: Part) {
        // Nobody takes it any more once publishing has failed, and that says why itself.
        let _ = self.0.send(part).await;
    }
}

impl Parts {
    /// A transaction that tells of a position only.
    #[must_use]
    pub fn only(position: Position) -> Self {
        let (giver, parts) = channel(1);
        // The channel is new and has room for one.
        let _ = giver.try_send(Part::End(position));
        Self(parts)
    }
}
