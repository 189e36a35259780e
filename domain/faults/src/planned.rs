//! What tests have planned. In one process many sites live side by side, so a plan is for what lies
//! below a path; the empty path is everything.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Fault, Point};

/// What happens at a point. Error numbers are the system's.
#[derive(Clone)]
pub enum Strike {
    /// The step fails, and nothing of it is kept.
    Lost(i32),
    /// It fails, and all of it is kept.
    Kept(i32),
    /// It fails after so many bytes; where no bytes are written, like [`Strike::Lost`].
    Part(usize, i32),
    /// The process ends before it.
    DiesBefore(fn() -> !),
    /// The process ends after it.
    DiesAfter(fn() -> !),
    /// Something else happens first.
    Meanwhile(Arc<dyn Fn() + Send + Sync>),
}

impl std::fmt::Debug for Strike {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(errno) => write!(f, "Lost({errno})"),
            Self::Kept(errno) => write!(f, "Kept({errno})"),
            Self::Part(count, errno) => write!(f, "Part({count}, {errno})"),
            Self::DiesBefore(_) => f.write_str("DiesBefore"),
            Self::DiesAfter(_) => f.write_str("DiesAfter"),
            Self::Meanwhile(_) => f.write_str("Meanwhile"),
        }
    }
}

/// `EIO`, the same number on every system that we run on.
const EIO: i32 = 5;

impl Strike {
    /// The strike of a fault, with an input/output error where it fails.
    pub fn of(fault: Fault, die: fn() -> !) -> Self {
        match fault {
            Fault::Lost => Self::Lost(EIO),
            Fault::Kept => Self::Kept(EIO),
            Fault::DiesBefore => Self::DiesBefore(die),
            Fault::DiesAfter => Self::DiesAfter(die),
        }
    }
}

impl Strike {
    /// Does `act`, or not, as the strike says.
    pub(crate) fn meets<T, E>(
        self,
        broken: impl FnOnce(io::Error) -> E,
        act: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let failed = |errno| broken(io::Error::from_raw_os_error(errno));
        match self {
            Self::Lost(errno) | Self::Part(_, errno) => Err(failed(errno)),
            Self::Kept(errno) => {
                act()?;
                Err(failed(errno))
            }
            Self::DiesBefore(die) => die(),
            Self::DiesAfter(die) => {
                let _done = act();
                die()
            }
            Self::Meanwhile(other) => {
                other();
                act()
            }
        }
    }
}

/// One strike to come, once.
pub struct Plan {
    /// Where.
    pub point: Point,
    /// On something at or below this path.
    pub under: PathBuf,
    /// How many passes go well before.
    pub pass: usize,
    /// What happens then.
    pub strike: Strike,
    /// Passes count only while this says so.
    pub when: Option<Box<dyn Fn() -> bool + Send>>,
}

/// Tells whether a plan has come about.
#[derive(Debug, Clone)]
pub struct Planned(Arc<AtomicBool>);

impl Planned {
    /// Whether it has.
    pub fn has_struck(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Why a text is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAPlan(String);

impl std::fmt::Display for NotAPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; expected POINT:FAULT or POINT:FAULT:NTH", self.0)
    }
}

impl std::error::Error for NotAPlan {}

#[derive(Default)]
struct Registry {
    plans: Vec<(Plan, Planned)>,
    watched: BTreeMap<PathBuf, Vec<Point>>,
}

static REGISTRY: Mutex<Option<Registry>> = Mutex::new(None);
/// How many plans and watches there are: mostly none, and then nobody takes the lock.
static BUSY: AtomicUsize = AtomicUsize::new(0);

fn registry() -> MutexGuard<'static, Option<Registry>> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plans a strike.
pub fn plan(plan: Plan) -> Planned {
    let planned = Planned(Arc::default());
    let mut registry = registry();
    let plans = &mut registry.get_or_insert_default().plans;
    plans.push((plan, planned.clone()));
    BUSY.fetch_add(1, Ordering::SeqCst);
    planned
}

/// Plans what `text` says, for everything: `ledger.commit:kept:3` breaks the third commit. `die` is how
/// the process ends; passes count while `when` says so.
///
/// # Errors
/// If it says nothing that can be planned.
pub fn arm(
    text: &str,
    die: fn() -> !,
    when: Option<Box<dyn Fn() -> bool + Send>>,
) -> Result<Planned, NotAPlan> {
    let mut words = text.trim().split(':');
    let mut word = || words.next().unwrap_or_default();
    let point = word().parse().map_err(NotAPlan)?;
    let fault = word().parse().map_err(NotAPlan)?;
    let pass = match words.next() {
        None => 0,
        Some(nth) => nth
            .parse::<usize>()
            .ok()
            .and_then(|nth| nth.checked_sub(1))
            .ok_or_else(|| NotAPlan(format!("{nth:?} is no number from 1")))?,
    };
    if let Some(more) = words.next() {
        return Err(NotAPlan(format!("{more:?} is too much")));
    }
    Ok(plan(Plan {
        point,
        under: PathBuf::new(),
        pass,
        strike: Strike::of(fault, die),
        when,
    }))
}

/// Forgets the plans for this very path that have not come about.
pub fn forget(under: &Path) {
    let mut registry = registry();
    if let Some(known) = registry.as_mut() {
        let before = known.plans.len();
        known.plans.retain(|(plan, _)| plan.under != under);
        BUSY.fetch_sub(before - known.plans.len(), Ordering::SeqCst);
    }
}

/// From now on remembers each pass below this path.
pub fn watch(under: &Path) {
    let mut registry = registry();
    let watched = &mut registry.get_or_insert_default().watched;
    watched.insert(under.to_owned(), Vec::new());
    BUSY.fetch_add(1, Ordering::SeqCst);
}

/// The passes below a watched path since this was last asked, in order.
pub fn passes(under: &Path) -> Vec<Point> {
    let mut registry = registry();
    let watched = registry
        .as_mut()
        .and_then(|known| known.watched.get_mut(under));
    watched.map(std::mem::take).unwrap_or_default()
}

/// What happens at this pass, if anything but the step itself.
pub(crate) fn strike(point: Point, path: &Path) -> Option<Strike> {
    if BUSY.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let mut registry = registry();
    let known = registry.as_mut()?;
    for (under, passes) in &mut known.watched {
        if path.starts_with(under) {
            passes.push(point);
        }
    }
    let first = |(plan, _): &(Plan, Planned)| plan.is_for(point, path);
    let index = known.plans.iter().position(first)?;
    let (plan, _) = known.plans.get_mut(index)?;
    if plan.pass > 0 {
        plan.pass -= 1;
        return None;
    }
    let (plan, planned) = known.plans.remove(index);
    planned.0.store(true, Ordering::SeqCst);
    BUSY.fetch_sub(1, Ordering::SeqCst);
    Some(plan.strike)
}

impl Plan {
    fn is_for(&self, point: Point, path: &Path) -> bool {
        self.point == point
            && path.starts_with(&self.under)
            && self.when.as_ref().is_none_or(|when| when())
    }
}
