//! One connection between a store and PostgreSQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::frames::{Frame, frames};
use super::wire::{Order, Shared, Standing};
use crate::world::Stage;

/// What a message that is kept back is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Append,
    Look,
}

/// A call of which a part is kept back.
struct UnderWay {
    kind: Kind,
    asks: Vec<usize>,
    kept: Vec<u8>,
    sent: bool,
    failed: bool,
}

pub struct Connection {
    number: u64,
    shared: Arc<Shared>,
    to_client: OwnedWriteHalf,
    to_server: OwnedWriteHalf,
    statements: BTreeMap<Vec<u8>, Kind>,
    under_way: Option<UnderWay>,
}

impl Connection {
    /// Carries messages until either side is gone, or the connection is broken.
    pub async fn carry(number: u64, shared: Arc<Shared>, client: TcpStream, server: TcpStream) {
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let connection = Self {
            number,
            shared,
            to_client,
            to_server,
            statements: BTreeMap::new(),
            under_way: None,
        };
        connection.run(from_client, from_server).await;
    }

    async fn run(mut self, from_client: OwnedReadHalf, from_server: OwnedReadHalf) {
        let (mut asked, mut answered) = (frames(from_client, true), frames(from_server, false));
        let (orders, mut ordered) = unbounded_channel();
        loop {
            let on = tokio::select! {
                Some(order) = ordered.recv() => matches!(order, Order::Go),
                frame = asked.recv() => match frame {
                    Some(frame) => self.ask(frame, &orders, &mut ordered).await,
                    None => false,
                },
                frame = answered.recv() => match frame {
                    Some(frame) => self.answer(frame, &orders, &mut ordered).await,
                    None => false,
                },
            };
            if !on {
                break;
            }
        }
        // What the server has said last is passed on; then both sides see the end.
        if let Some(under_way) = self.under_way.take().filter(|under_way| under_way.sent) {
            drop(self.to_client.write_all(&under_way.kept).await);
        }
        self.shared.table.lock().unwrap().calls.remove(&self.number);
    }

    /// Whether the connection goes on.
    async fn ask(
        &mut self,
        frame: Frame,
        orders: &UnboundedSender<Order>,
        ordered: &mut UnboundedReceiver<Order>,
    ) -> bool {
        if let Some((name, text)) = frame.parses() {
            let kind = match text {
                text if text.contains("log.append") => Some(Kind::Append),
                text if text.contains("log.examine_group") => Some(Kind::Look),
                _ => None,
            };
            self.statements.extend(kind.map(|kind| (name.to_vec(), kind)));
        }
        if let Some(kind) = frame.binds().and_then(|name| self.statements.get(name).copied()) {
            self.under_way = Some(UnderWay {
                kind,
                asks: frame.asks(),
                kept: Vec::new(),
                sent: false,
                failed: false,
            });
        }
        let Some(under_way) = self.under_way.as_mut().filter(|under_way| !under_way.sent) else {
            return self.to_server.write_all(&frame.bytes).await.is_ok();
        };
        under_way.kept.extend_from_slice(&frame.bytes);
        if !frame.is(b'S') {
            return true;
        }
        let stage = match under_way.kind {
            Kind::Append => Stage::Sends,
            Kind::Look => Stage::Looks,
        };
        let (asks, kept) = (under_way.asks.clone(), std::mem::take(&mut under_way.kept));
        under_way.sent = true;
        if under_way.kind == Kind::Look {
            self.under_way = None;
        }
        self.stand(stage, asks, orders, ordered).await && self.to_server.write_all(&kept).await.is_ok()
    }

    /// Whether the connection goes on.
    async fn answer(
        &mut self,
        frame: Frame,
        orders: &UnboundedSender<Order>,
        ordered: &mut UnboundedReceiver<Order>,
    ) -> bool {
        let Some(under_way) = self.under_way.as_mut().filter(|under_way| under_way.sent) else {
            return self.to_client.write_all(&frame.bytes).await.is_ok();
        };
        under_way.kept.extend_from_slice(&frame.bytes);
        under_way.failed |= frame.is(b'E');
        if !frame.is(b'Z') {
            return true;
        }
        let Some(UnderWay {
            asks, kept, failed, ..
        }) = self.under_way.take()
        else {
            return true;
        };
        if failed {
            self.shared.table.lock().unwrap().calls.remove(&self.number);
        } else if !self.stand(Stage::Done, asks, orders, ordered).await {
            return false;
        }
        self.to_client.write_all(&kept).await.is_ok()
    }

    async fn stand(
        &self,
        stage: Stage,
        asks: Vec<usize>,
        orders: &UnboundedSender<Order>,
        ordered: &mut UnboundedReceiver<Order>,
    ) -> bool {
        let standing = Standing {
            stage,
            asks,
            orders: orders.clone(),
        };
        self.shared
            .table
            .lock()
            .unwrap()
            .calls
            .insert(self.number, standing);
        self.shared.changed.send_modify(|count| *count += 1);
        matches!(ordered.recv().await, Some(Order::Go))
    }
}
