//! Given, when, then: rules tested as sentences, without a runtime.
//!
//! ```ignore
//! Scenario::<Order>::given([placed()]).when(&cancel()).then([Cancelled { … }.into()]);
//! Scenario::<Order>::given([]).when(&cancel()).refused("order.unknown");
//! ```

use crate::{Decider, Refusal};

/// A stream's past, from which a command will be decided.
#[derive(Debug)]
pub struct Scenario<D: Decider> {
    state: D::State,
}

/// What came of the command.
#[derive(Debug)]
#[must_use]
pub struct Outcome<D: Decider> {
    state: D::State,
    answer: Result<Vec<D::Event>, D::Refusal>,
}

impl<D: Decider> Scenario<D> {
    /// What has happened before.
    pub fn given(past: impl IntoIterator<Item = D::Event>) -> Self {
        let mut state = D::State::default();
        past.into_iter().for_each(|event| D::evolve(&mut state, &event));
        Self { state }
    }

    /// What is asked for now.
    pub fn when(self, command: &D::Command) -> Outcome<D> {
        let answer = D::decide(&self.state, command);
        Outcome {
            state: self.state,
            answer,
        }
    }
}

impl<D: Decider> Outcome<D> {
    /// Expects exactly these events.
    ///
    /// # Panics
    /// Something else came of it.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) -> Scenario<D> {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(self.answer.as_ref(), Ok(&expected));
        self.applied()
    }

    /// Expects that there is nothing to do.
    ///
    /// # Panics
    /// Something came of it.
    #[track_caller]
    pub fn nothing(self) -> Scenario<D> {
        self.then([])
    }

    /// Expects a refusal with this code.
    ///
    /// # Panics
    /// It was not refused, or with another code.
    #[track_caller]
    pub fn refused(self, code: &str) {
        let answer = self.answer.map_err(|refusal| refusal.code());
        assert_eq!(answer, Err(code));
    }

    /// Accepts whatever came of it, and goes on from there; for property tests and for what a scenario sets up.
    ///
    /// # Panics
    /// It was refused.
    #[track_caller]
    pub fn accepted(self) -> Scenario<D> {
        assert!(self.answer.is_ok(), "refused: {:?}", self.answer);
        self.applied()
    }

    /// The events or the refusal, to look at.
    ///
    /// # Errors
    /// The command was refused.
    pub fn answer(self) -> Result<Vec<D::Event>, D::Refusal> {
        self.answer
    }

    fn applied(mut self) -> Scenario<D> {
        for event in self.answer.iter().flatten() {
            D::evolve(&mut self.state, event);
        }
        Scenario { state: self.state }
    }
}

impl<D: Decider> Scenario<D> {
    /// The state so far.
    #[must_use]
    pub fn state(&self) -> &D::State {
        &self.state
    }
}
