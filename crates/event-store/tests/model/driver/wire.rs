//! The wire between a store and PostgreSQL. On it calls of the append stand still until they are let go, before they are
//! sent and before they are answered; a connection can be broken there at any moment. Everything else passes.
//!
//! Failpoints of the program would not do: both groups of a process are under way in one task, so one that stood still
//! there would stop the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

use super::connection::Connection;
use crate::world::Stage;

/// What a test says to a connection.
pub enum Order {
    Go,
    Cut,
}

/// A call that stands still, or is with the database.
pub struct Standing {
    pub stage: Stage,
    /// Numbers of its commands.
    pub asks: Vec<usize>,
    pub orders: UnboundedSender<Order>,
}

#[derive(Default)]
pub struct Table {
    pub calls: BTreeMap<u64, Standing>,
    connections: Vec<AbortHandle>,
}

pub struct Shared {
    pub table: Mutex<Table>,
    pub changed: watch::Sender<u64>,
    upstream: (String, u16),
}

/// All connections of one process.
pub struct Wire {
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
    pub port: u16,
}

impl Wire {
    /// Listens on a port of its own. `changed` is told whenever a call arrives somewhere.
    pub async fn open(upstream: (String, u16), changed: watch::Sender<u64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            table: Mutex::default(),
            changed,
            upstream,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            shared,
            accepting,
            port,
        }
    }

    /// Where its calls are.
    pub fn calls(&self) -> Vec<(Stage, Vec<usize>)> {
        let table = self.shared.table.lock().unwrap();
        table
            .calls
            .values()
            .map(|call| (call.stage, call.asks.clone()))
            .collect()
    }

    /// Lets a call go on.
    pub fn go(&self, stage: Stage, asks: &[usize]) {
        self.order(&[stage], asks, Order::Go);
    }

    /// Breaks the connection of a call that is with the database, or was answered.
    pub fn cut(&self, asks: &[usize]) {
        self.order(&[Stage::Called, Stage::Done], asks, Order::Cut);
    }

    fn order(&self, stages: &[Stage], asks: &[usize], order: Order) {
        let mut table = self.shared.table.lock().unwrap();
        let found = table
            .calls
            .iter()
            .find(|(_, call)| stages.contains(&call.stage) && call.asks == asks);
        let number = *found.unwrap().0;
        let mut call = table.calls.remove(&number).unwrap();
        let goes_on = call.stage == Stage::Sends && matches!(order, Order::Go);
        call.orders.send(order).unwrap();
        if goes_on {
            call.stage = Stage::Called;
            table.calls.insert(number, call);
        }
    }

    /// Breaks all connections; there will be no others.
    pub async fn close(self) {
        self.accepting.abort();
        drop(self.accepting.await);
        for connection in self.shared.table.lock().unwrap().connections.drain(..) {
            connection.abort();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    for number in 0.. {
        let (client, _) = listener.accept().await.unwrap();
        let (host, port) = &shared.upstream;
        let server = TcpStream::connect((host.as_str(), *port)).await.unwrap();
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let carrying = tokio::spawn(Connection::carry(number, Arc::clone(&shared), client, server));
        shared
            .table
            .lock()
            .unwrap()
            .connections
            .push(carrying.abort_handle());
    }
}
