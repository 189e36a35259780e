//! Faults that tests put under the journal.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};

use super::files::Step;

/// What happens to one operation.
pub(crate) enum Strike {
    /// It fails, and nothing of it is kept.
    Lost(i32),
    /// It fails, and all of it is kept.
    Kept(i32),
    /// It fails after so many bytes.
    Part(usize, i32),
    /// It waits at the gate.
    Stall(Arc<Gate>),
}

/// A gate that is shut until somebody opens it.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<(bool, bool)>,
    moved: Condvar,
}

impl Gate {
    pub(crate) fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        self.moved.notify_all();
        while !state.1 {
            state = self.moved.wait(state).unwrap();
        }
    }

    /// Until somebody stands before it.
    pub(crate) fn reached(&self) {
        let mut state = self.state.lock().unwrap();
        while !state.0 {
            state = self.moved.wait(state).unwrap();
        }
    }

    pub(crate) fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.moved.notify_all();
    }
}

/// The next strikes: each hits the next operation of its step after letting some pass.
#[derive(Default)]
pub(crate) struct Faults {
    planned: Mutex<VecDeque<(Step, usize, Strike)>>,
    /// Every step taken, in order.
    pub(crate) taken: Mutex<Vec<Step>>,
}

impl Faults {
    pub(crate) fn plan(&self, step: Step, pass: usize, strike: Strike) {
        self.planned.lock().unwrap().push_back((step, pass, strike));
    }

    pub(crate) fn strike(&self, step: Step) -> Option<Strike> {
        self.taken.lock().unwrap().push(step);
        let mut planned = self.planned.lock().unwrap();
        let index = planned.iter().position(|(on, _, _)| *on == step)?;
        let (_, pass, _) = &mut planned[index];
        if *pass > 0 {
            *pass -= 1;
            return None;
        }
        planned.remove(index).map(|(_, _, strike)| strike)
    }
}
