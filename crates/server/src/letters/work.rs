//! A handful of letters: streams beside each other, the letters of one stream in order.

use std::collections::HashMap;
use std::time::Duration;

use futures::future::join_all;
use guanxi_domain::GuanxiCommand;
use guanxi_event_store::{Dispatch as _, Dispatcher, EventStore};
use guanxi_kafka::{KafkaSettings, Letter, Outgoing};
use guanxi_kernel::StreamRef;
use tokio::time::sleep;

use super::answer::{Verdict, messages, verdict};
use super::request::{Request, read, reply_topic};

/// Before a command that met an outage is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// Does what the letters ask for, however long it takes, and gives what they are answered with, in their order.
pub(super) async fn work(store: &EventStore, settings: &KafkaSettings, letters: &[Letter]) -> Vec<Outgoing> {
    let mut verdicts: Vec<Option<Verdict>> = Vec::with_capacity(letters.len());
    let mut queues: HashMap<StreamRef, Vec<(usize, Request)>> = HashMap::new();
    for (number, letter) in letters.iter().enumerate() {
        let request = reply_topic(settings, letter).and_then(|_| read(store, settings, letter));
        match request {
            Ok(request) => {
                let queue = queues.entry(request.target.clone()).or_default();
                queue.push((number, request));
                verdicts.push(None);
            }
            Err(reason) => verdicts.push(Some(Verdict::Parked(reason))),
        }
    }
    let bus = Dispatcher::new(store.clone());
    let done = join_all(queues.into_values().map(|queue| one_after_the_other(&bus, queue))).await;
    for (number, verdict) in done.into_iter().flatten() {
        verdicts[number] = Some(verdict);
    }
    let both = letters.iter().zip(verdicts);
    both.flat_map(|(letter, verdict)| {
        let verdict = verdict.unwrap_or_else(|| Verdict::Parked("it was lost on the way".to_owned()));
        count(&verdict);
        messages(settings, letter, &verdict)
    })
    .collect()
}

async fn one_after_the_other(bus: &Dispatcher, queue: Vec<(usize, Request)>) -> Vec<(usize, Verdict)> {
    let mut done = Vec::with_capacity(queue.len());
    for (number, request) in queue {
        done.push((number, insist(bus, &request).await));
    }
    done
}

/// Until there is an answer: what lies behind must not overtake it.
async fn insist(bus: &Dispatcher, request: &Request) -> Verdict {
    loop {
        let (command, context): (GuanxiCommand, _) = (request.command.clone(), request.context.clone());
        match verdict(bus.dispatch(&request.target, command, context).await) {
            Ok(verdict) => return verdict,
            Err(error) => tracing::warn!(%error, "a command from Kafka is tried again"),
        }
        sleep(PAUSE).await;
    }
}

fn count(verdict: &Verdict) {
    let outcome = match verdict {
        Verdict::Parked(_) => "parked",
        Verdict::Answered(Err(_)) => "refused",
        Verdict::Answered(Ok(_)) => "answered",
    };
    metrics::counter!("guanxi_kafka_commands_total", "outcome" => outcome).increment(1);
}
