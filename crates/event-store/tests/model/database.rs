//! What happens in the database: calls that append, and who is looked at.

use super::world::{Call, Design, Entry, Event, Progress, Stage, State, Verdict, World};

impl World {
    /// A lane's call begins. It appends what nothing stands against yet.
    pub(super) fn call(&self, state: &mut State, at: usize, lane: usize) {
        let Some(under_way) = &mut state.processes[at].lanes[lane] else {
            return;
        };
        under_way.stage = Stage::Called;
        let open = under_way.group.iter().filter(|entry| entry.verdict.is_none());
        let call = Call {
            owner: Some((at, lane)),
            entries: open.map(|entry| (entry.ask, entry.base)).collect(),
            progress: Progress::Answers(0),
            head: false,
            xid: self.next_xid(state),
            positions: Vec::new(),
        };
        state.calls.push(call);
    }

    /// Numbers are told apart only where somebody looks at them.
    fn next_xid(&self, state: &mut State) -> u8 {
        state.next_xid += u8::from(self.design == Design::PlainFence);
        state.next_xid
    }

    /// The answer that a call writes next; commands are in the order of their ids.
    fn next_answer(&self, call: &Call) -> Option<usize> {
        let Progress::Answers(written) = call.progress else {
            return None;
        };
        call.answers().get(written).copied()
    }

    /// Whether it need not wait for another call that is writing the same answer.
    pub(super) fn can_answer(&self, state: &State, number: usize) -> bool {
        self.writes_the_same(state, number).is_none()
    }

    fn writes_the_same(&self, state: &State, number: usize) -> Option<usize> {
        let ask = self.next_answer(&state.calls[number])?;
        if self.design == Design::AnswersTwice {
            return None;
        }
        (0..state.calls.len()).find(|other| *other != number && state.calls[*other].has_written(ask))
    }

    /// The call that a call waits for.
    pub(super) fn waits_for(&self, state: &State, number: usize) -> Option<usize> {
        match state.calls[number].progress {
            Progress::Answers(_) => self.writes_the_same(state, number),
            Progress::Queues => state.calls.iter().position(|call| call.head),
            Progress::Answered | Progress::Written => None,
        }
    }

    pub(super) fn answer(&self, state: &mut State, number: usize) {
        let call = &state.calls[number];
        let Progress::Answers(written) = call.progress else {
            return;
        };
        let answered = |ask: usize| state.known(ask) && self.design != Design::AnswersTwice;
        match self.next_answer(call) {
            Some(ask) if answered(ask) => state.end(number, Stage::Looks),
            Some(_) if written + 1 < call.entries.len() => {
                state.calls[number].progress = Progress::Answers(written + 1);
            }
            _ if call.head => self.write(state, number),
            _ => state.calls[number].progress = Progress::Answered,
        }
    }

    /// Takes the head, or stands in line for it.
    pub(super) fn head(&self, state: &mut State, number: usize) {
        let nobody_waits = !state.calls.iter().any(|call| call.progress == Progress::Queues);
        if !self.locked() || state.head_is_free() && nobody_waits {
            self.write(state, number);
        } else {
            let mut call = state.calls.remove(number);
            call.progress = Progress::Queues;
            state.calls.push(call);
        }
    }

    /// With the head, where there is one: the next positions, and the events. The key of (stream, sequence) holds in
    /// every design; what it does not know is whether a command was decided on the last sequence.
    pub(super) fn write(&self, state: &mut State, number: usize) {
        if self.locked() && state.taken(&self.events(&state.calls[number])) {
            return state.end(number, Stage::Looks);
        }
        let entries = state.calls[number].entries.len();
        let positions = (0..entries).map(|before| self.position(state, before)).collect();
        let call = &mut state.calls[number];
        (call.progress, call.head, call.positions) = (Progress::Written, self.locked(), positions);
    }

    /// Under the lock the next after the last; else the next of a sequence, which never goes back.
    fn position(&self, state: &mut State, before: usize) -> u8 {
        if self.locked() {
            return u8::try_from(state.log.len() + before + 1).unwrap();
        }
        let next = state.next_position;
        state.next_position += 1;
        next
    }

    pub(super) fn commit(&self, state: &mut State, number: usize) {
        let events = self.events(&state.calls[number]);
        // Without a lock the key tells only now, as it waits for whoever writes the same.
        if state.taken(&events) {
            return state.end(number, Stage::Looks);
        }
        state.log.extend(events);
        state.end(number, Stage::Done);
    }

    fn events(&self, call: &Call) -> Vec<Event> {
        let event = |(place, (ask, base)): (usize, &(usize, u8))| Event {
            position: call.positions.get(place).copied().unwrap_or_default(),
            xid: call.xid,
            ask: *ask,
            stream: self.asks[*ask].stream,
            sequence: base + 1,
            change: self.asks[*ask].change,
        };
        call.entries.iter().enumerate().map(event).collect()
    }

    /// What stands against the commands of a group, as the log is now; what fits is sent anew.
    pub(super) fn look(&self, state: &mut State, at: usize, lane: usize) {
        let Some(under_way) = state.processes[at].lanes[lane].clone() else {
            return;
        };
        let mut group = under_way.group;
        let mut tails: [Option<u8>; 2] =
            ["a", "b"].map(|stream| Some(state.stream(stream, state.log.len()).sequence));
        for entry in group.iter_mut().filter(|entry| entry.verdict.is_none()) {
            let tail = &mut tails[super::world::slot(self.asks[entry.ask].stream)];
            entry.verdict = if state.known(entry.ask) {
                // Whoever comes behind it on the stream was decided on what is not so.
                *tail = None;
                Some(Verdict::Known)
            } else if *tail == Some(entry.base) {
                *tail = Some(entry.base + 1);
                None
            } else {
                *tail = None;
                Some(Verdict::Conflict)
            };
        }
        let all = group.iter().all(|entry: &Entry| entry.verdict.is_some());
        let fits: Vec<_> = group
            .iter()
            .filter(|entry| entry.verdict.is_none())
            .map(|entry| (entry.ask, entry.base))
            .collect();
        if let Some(under_way) = &mut state.processes[at].lanes[lane] {
            under_way.group = group;
            under_way.stage = Stage::Sends;
        }
        if all {
            self.tell(state, at, lane);
        } else if self.design == Design::LooksWithTheHead {
            self.call(state, at, lane);
            let call = state.calls.last_mut().unwrap();
            call.head = true;
            debug_assert_eq!(call.entries, fits);
        }
    }
}

impl Call {
    fn answers(&self) -> Vec<usize> {
        let mut asks: Vec<usize> = self.entries.iter().map(|(ask, _)| *ask).collect();
        asks.sort_unstable();
        asks
    }

    fn has_written(&self, ask: usize) -> bool {
        let written = match self.progress {
            Progress::Answers(written) => written,
            _ => self.entries.len(),
        };
        self.answers()[..written].contains(&ask)
    }
}

impl State {
    fn taken(&self, events: &[Event]) -> bool {
        events.iter().any(|event| {
            self.log
                .iter()
                .any(|other| (other.stream, other.sequence) == (event.stream, event.sequence))
        })
    }

    /// Only of calls that wait for the head the order means anything.
    pub(super) fn in_order(&mut self) {
        let place = |call: &Call| match call.progress {
            Progress::Queues => (true, None),
            _ => (false, Some((call.owner, call.entries.clone()))),
        };
        self.calls.sort_by_cached_key(place);
    }

    /// A call is over; whoever made it goes on.
    pub(super) fn end(&mut self, number: usize, stage: Stage) {
        let call = self.calls.remove(number);
        let Some((at, lane)) = call.owner else { return };
        let Some(under_way) = &mut self.processes[at].lanes[lane] else {
            return;
        };
        under_way.stage = stage;
        match stage {
            // The connection is gone: all of it is sent again.
            Stage::Sends => under_way.group.iter_mut().for_each(|entry| entry.verdict = None),
            Stage::Done => {
                let open = under_way.group.iter_mut().filter(|entry| entry.verdict.is_none());
                open.for_each(|entry| entry.verdict = Some(Verdict::Appended));
            }
            Stage::Called | Stage::Looks => {}
        }
    }

    /// The database goes on with a call whose connection broke.
    pub(super) fn cut(&mut self, at: usize, lane: usize) {
        for call in &mut self.calls {
            call.owner = call.owner.filter(|owner| *owner != (at, lane));
        }
        if let Some(under_way) = &mut self.processes[at].lanes[lane] {
            under_way.stage = Stage::Sends;
            under_way.group.iter_mut().for_each(|entry| entry.verdict = None);
        }
    }
}
