//! What is seen of the stores and of PostgreSQL.

use std::collections::BTreeSet;

use super::drive::Drive;
use super::expected::Seen;

impl Drive {
    pub(super) async fn look(&mut self) -> Seen {
        let mut calls = BTreeSet::new();
        for (at, process) in self.processes.iter().enumerate() {
            let under_way = process.iter().flat_map(|process| process.wire.calls());
            calls.extend(under_way.map(|(stage, asks)| (at, stage, asks)));
        }
        let (log, waiting, followed) = (
            self.gates.log().await,
            self.gates.waiting().await,
            self.gates.followed().await,
        );
        let told = self.told.lock().unwrap();
        let told = told
            .iter()
            .map(|(client, position)| (*client, position.is_some()))
            .collect();
        let moved = self.moves.lock().unwrap().clone();
        Seen {
            log,
            calls,
            waiting,
            told,
            moved,
            followed,
        }
    }

    /// What must hold at the end of a run beyond what was seen on the way: positions that clients were told are those of
    /// their events, so are those that the log answers, and the chain is whole.
    pub async fn check(&mut self) {
        let log = self.gates.log().await;
        let place = |ask: usize| {
            log.iter()
                .position(|event| event.0 == ask)
                .map(|before| before as u64 + 1)
        };
        for (client, position) in self.told.lock().unwrap().iter() {
            assert_eq!(
                *position,
                place(*client),
                "command {client} lies where its client was told"
            );
        }
        let answers = self.gates.answers().await;
        assert_eq!(answers.len(), log.len(), "each event is the answer to a command");
        for (ask, first, last) in answers {
            let place = place(ask).map(|place| i64::try_from(place).unwrap());
            assert_eq!(
                (first, last),
                (place, place),
                "the answer to command {ask} lies where its event does"
            );
        }
        let now = "2026-03-01T10:00:00Z".parse().unwrap();
        let report = guanxi_event_store::audit::verify(&self.pool, &[], now, &mut |_| {})
            .await
            .unwrap();
        assert!(report.passed(), "{:?}", report.finding);
    }
}
