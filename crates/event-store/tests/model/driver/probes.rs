//! Failpoints that break nothing: they tell when a command has come to stand still in its process, and when the process was
//! told of it.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::expected::Moves;

fn names(run: usize, client: usize) -> [String; 2] {
    let id = super::id(run, client);
    [format!("execute.waits.{id}"), format!("append.answered.{id}")]
}

pub fn put(run: usize, client: usize, moves: &Arc<Mutex<Moves>>, changed: &watch::Sender<u64>) {
    for (place, name) in names(run, client).into_iter().enumerate() {
        let (moves, changed) = (Arc::clone(moves), changed.clone());
        let count = move || {
            let mut moves = moves.lock().unwrap();
            let (stood, told) = moves.entry(client).or_default();
            *(if place == 0 { stood } else { told }) += 1;
            drop(moves);
            changed.send_modify(|count| *count += 1);
        };
        fail::cfg_callback(name, count).unwrap();
    }
}

pub fn remove(run: usize, client: usize) {
    for name in names(run, client) {
        fail::remove(name);
    }
}
