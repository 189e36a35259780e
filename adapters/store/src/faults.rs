//! The durable steps of an append, where tests break it: each step fails and is lost, fails but is
//! kept, or is where the process dies. Outside tests a step is just done.

/// A durable step of an append, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Begin,
    Insert,
    Checkpoint,
    Commit,
    /// After the commit: how far the ledger has been, outside the database.
    HighWater,
}

#[cfg(not(test))]
#[derive(Debug)]
pub(crate) struct Faults;

#[cfg(not(test))]
impl Faults {
    pub(crate) fn none() -> Self {
        Self
    }

    pub(crate) fn around<T>(
        &self,
        _step: Step,
        act: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        act()
    }
}

#[cfg(test)]
pub(crate) use planned::{Fault, Faults};

#[cfg(test)]
mod planned {
    use std::sync::Mutex;

    use super::Step;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Fault {
        FailsAndIsLost,
        FailsButIsKept,
        DiesBefore,
        DiesAfter,
    }

    #[derive(Debug, Default)]
    pub(crate) struct Faults {
        plan: Mutex<Option<(Step, Fault)>>,
    }

    impl Faults {
        pub(crate) fn none() -> Self {
            Self::default()
        }

        /// The next time this step comes, this happens; once.
        pub(crate) fn plan(&self, step: Step, fault: Fault) {
            *self.plan.lock().unwrap() = Some((step, fault));
        }

        pub(crate) fn around<T>(
            &self,
            step: Step,
            act: impl FnOnce() -> rusqlite::Result<T>,
        ) -> rusqlite::Result<T> {
            let planned = self.plan.lock().unwrap().take_if(|(at, _)| *at == step);
            match planned.map(|(_, fault)| fault) {
                None => act(),
                Some(Fault::FailsAndIsLost) => Err(broken()),
                Some(Fault::FailsButIsKept) => {
                    act()?;
                    Err(broken())
                }
                Some(Fault::DiesBefore) => std::process::abort(),
                Some(Fault::DiesAfter) => {
                    let _done = act();
                    std::process::abort()
                }
            }
        }
    }

    fn broken() -> rusqlite::Error {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
        rusqlite::Error::SqliteFailure(code, Some("the test broke this step".to_owned()))
    }
}
