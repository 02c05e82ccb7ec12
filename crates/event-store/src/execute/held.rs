//! A stream as this process sees it: what the log is known to hold, and what is on its way there.

use std::collections::VecDeque;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use guanxi_kernel::{CommandId, Decider};

use super::cache::Cached;
use crate::append::{Fate, Link};

/// A stream in memory. Commands are decided on its tip, the state with all that is on its way; the base below it has
/// only what is in the log, so that it still stands when something on its way is turned down.
pub(crate) struct Held<D: Decider> {
    inner: Mutex<Inner<D>>,
}

struct Inner<D: Decider> {
    base: Cached<D::State>,
    /// Whether the base was read, and nothing has spoken against it since.
    read: bool,
    pending: VecDeque<Pending<D::Event>>,
    /// The base with all that is pending; made only when somebody decides on it, since it is a second copy.
    tip: Option<Cached<D::State>>,
    /// Where those who decided on the tip and append nothing will find the command that goes on from it.
    next: Option<Next>,
}

/// The first command that went on from a state, once there is one.
type Next = Arc<OnceLock<Arc<Link>>>;

struct Pending<E> {
    command: CommandId,
    link: Arc<Link>,
    events: Vec<E>,
    /// Sequence of the last event.
    end: u64,
}

/// How a command can go on.
pub(crate) enum Step<D: Decider> {
    /// The stream must be read first, from this state on.
    Read(Cached<D::State>),
    /// The same command is on its way already.
    Twin(Arc<Link>),
    /// It is decided.
    Decided(Decided<D>),
}

/// A decision, and what it was decided on.
pub(crate) struct Decided<D: Decider> {
    pub outcome: Result<Vec<D::Event>, D::Refusal>,
    /// Sequence of the last event that it knows of.
    pub sequence: u64,
    /// The command on its way whose events it knows of.
    pub behind: Option<Arc<Link>>,
    /// For a decision without events: the command that went on from the same state later. Where that is in the log, the
    /// log has said after this decision that the state was the last one.
    pub next: Next,
}

impl<D: Decider> Default for Inner<D> {
    fn default() -> Self {
        Self {
            base: Cached::default(),
            read: false,
            pending: VecDeque::new(),
            tip: None,
            next: None,
        }
    }
}

impl<D: Decider> Default for Held<D> {
    fn default() -> Self {
        Self {
            inner: Mutex::new(Inner::default()),
        }
    }
}

impl<D: Decider> Held<D> {
    /// A stream that was read.
    pub fn new(base: Cached<D::State>) -> Self {
        let held = Self::default();
        held.advance(base);
        held
    }

    /// Decides a command on everything before it. The caller has the stream's turn.
    pub fn decide(&self, id: &CommandId, command: &D::Command) -> Step<D> {
        let mut inner = self.lock();
        inner.settle();
        if !inner.read {
            // The state is handed out whole: a second reference to it would make the next event copy it.
            return Step::Read(take(&mut inner.base));
        }
        if let Some(twin) = inner.pending.iter().find(|pending| pending.command == *id) {
            return Step::Twin(Arc::clone(&twin.link));
        }
        let behind = inner.on_its_way().map(|pending| Arc::clone(&pending.link));
        let tip = inner.tip();
        let (outcome, sequence) = (D::decide(&tip.state, command), tip.sequence);
        let next = match &outcome {
            Ok(events) if !events.is_empty() => Next::default(),
            _ => Arc::clone(inner.next.get_or_insert_default()),
        };
        Step::Decided(Decided {
            outcome,
            sequence,
            behind,
            next,
        })
    }

    /// Notes the events of a command, unless something has come between since it was decided. `send` puts it into the
    /// writer's queue, where the commands of a stream stand in the order of their decisions.
    pub fn add<T, X>(
        &self,
        (id, link): (CommandId, Arc<Link>),
        decided_on: u64,
        events: Vec<D::Event>,
        send: impl FnOnce() -> Result<T, X>,
    ) -> Result<Option<T>, X> {
        let mut inner = self.lock();
        if !inner.read || inner.end() != decided_on {
            return Ok(None);
        }
        let sent = send()?;
        let end = decided_on + events.len() as u64;
        if let Some(next) = inner.next.take() {
            drop(next.set(Arc::clone(&link)));
        }
        if let Some(tip) = &mut inner.tip {
            grow::<D>(tip, &events);
        }
        inner.pending.push_back(Pending {
            command: id,
            link,
            events,
            end,
        });
        Ok(Some(sent))
    }

    /// Takes in what has become of the commands on their way.
    pub fn settle(&self) {
        self.lock().settle();
    }

    /// What the log is known to hold.
    pub fn base(&self) -> Cached<D::State> {
        let mut inner = self.lock();
        inner.settle();
        inner.base.clone()
    }

    /// Commands on their way.
    #[cfg(test)]
    pub fn on_their_way(&self) -> usize {
        self.lock().pending.len()
    }

    /// Takes in what was read from the database.
    pub fn advance(&self, fresh: Cached<D::State>) {
        let mut inner = self.lock();
        inner.settle();
        // Somebody else has written the sequences of a command that is on its way: its own answer will say so.
        let torn = |pending: &Pending<D::Event>| {
            let start = pending.end - pending.events.len() as u64;
            start < fresh.sequence && fresh.sequence < pending.end
        };
        if !inner.read || fresh.sequence > inner.base.sequence && !inner.pending.iter().any(torn) {
            inner.base = fresh;
            inner.read = true;
            inner.next = None;
        }
    }

    /// A rule that panicked may have left half an event behind: then nothing is known.
    fn lock(&self) -> MutexGuard<'_, Inner<D>> {
        self.inner.lock().unwrap_or_else(|poisoned| {
            let mut inner = poisoned.into_inner();
            *inner = Inner::default();
            self.inner.clear_poison();
            inner
        })
    }
}

impl<D: Decider> Inner<D> {
    fn settle(&mut self) {
        while let Some(front) = self.pending.front() {
            match front.link.fate() {
                Fate::Open => return,
                Fate::Appended => {
                    // Where the base was read meanwhile, it has them already.
                    if front.end > self.base.sequence {
                        grow::<D>(&mut self.base, &front.events);
                    }
                    self.pending.pop_front();
                }
                Fate::Broken => {
                    self.pending.clear();
                    self.read = false;
                    self.next = None;
                }
            }
        }
        self.tip = None;
    }

    /// The last command on its way that the base does not hold yet.
    fn on_its_way(&self) -> Option<&Pending<D::Event>> {
        self.pending
            .back()
            .filter(|pending| pending.end > self.base.sequence)
    }

    fn end(&self) -> u64 {
        self.on_its_way()
            .map_or(self.base.sequence, |pending| pending.end)
    }

    fn tip(&mut self) -> &Cached<D::State> {
        if self.on_its_way().is_none() {
            return &self.base;
        }
        let Self {
            base, pending, tip, ..
        } = self;
        tip.get_or_insert_with(|| {
            let mut tip = base.clone();
            for pending in pending.iter().filter(|pending| pending.end > base.sequence) {
                grow::<D>(&mut tip, &pending.events);
            }
            tip
        })
    }
}

fn grow<D: Decider>(cached: &mut Cached<D::State>, events: &[D::Event]) {
    let own = Arc::make_mut(&mut cached.state);
    for event in events {
        D::evolve(own, event);
    }
    cached.sequence += events.len() as u64;
}
