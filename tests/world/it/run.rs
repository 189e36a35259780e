//! One run: a seed's story, told to its end and looked through.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use world::Dice;

use crate::casting::cast;
use crate::mutations::Mutation;
use crate::plan::{Act, Step};
use crate::world::{Counts, World};

/// What became of a run.
pub(crate) struct Ran {
    /// Everything that was told, in a number.
    pub(crate) trace: u64,
    pub(crate) lines: Vec<String>,
    pub(crate) findings: Vec<String>,
    pub(crate) counts: Counts,
}

/// Runs these steps in the world of this seed: on this thread, without a moment of real waiting.
pub(crate) fn run(seed: u64, steps: &[Step], mutation: Mutation) -> Ran {
    // Founding the hospital has a runtime of its own.
    cast();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(live(seed, steps, mutation))
    }));
    ran.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Ran {
            trace: 0,
            lines: Vec::new(),
            findings: vec![format!("a panic: {}", text.unwrap_or_default())],
            counts: Counts::default(),
        }
    })
}

async fn live(seed: u64, steps: &[Step], mutation: Mutation) -> Ran {
    let world = World::new(Dice::new(!seed), mutation);
    let dir = world.next_dir();
    world.cast.enters(&dir);
    world.start(dir);
    let reaper = tokio::spawn(Arc::clone(&world).reap());
    for step in steps {
        sleep(Duration::from_millis(step.after)).await;
        world.take(&step.act);
        if !world.model().findings.is_empty() {
            break;
        }
    }
    world.look_through().await;
    reaper.abort();
    let (trace, lines) = world.told();
    let mut counts = *world.counts.lock().unwrap();
    let mut model = world.model();
    counts.entries = u64::try_from(model.entries.len()).unwrap();
    Ran {
        trace,
        lines,
        findings: std::mem::take(&mut model.findings),
        counts,
    }
}

impl World {
    fn take(self: &Arc<Self>, act: &Act) {
        self.tell(format!("{act:?}"));
        let line = |back: usize| {
            let lines = self.lines.lock().unwrap();
            lines.iter().rev().nth(back).cloned()
        };
        match act {
            Act::Connect {
                engineer,
                target,
                road,
            } => self.connect(*engineer, *target, *road),
            Act::Send { line: back, bytes } => {
                if let Some(line) = line(*back) {
                    let from = self.between(0, 256);
                    let each = (from..).take(*bytes).map(|n| (n % 251) as u8);
                    line.send(each.collect());
                }
            }
            Act::HangUp { line: back } => line(*back).iter().for_each(|line| line.hang_up()),
            Act::CutLine { line: back } => line(*back).iter().for_each(|line| line.cut()),
            Act::Silence { line: back } => line(*back).iter().for_each(|line| line.silence()),
            Act::RestartRelay { relay } => self.relays[*relay].restart(),
            Act::SetClock(millis) => self.clocks.step(*millis),
            Act::Crash => self.crash(false),
            Act::LosePower => self.crash(true),
            Act::Stop => drop(tokio::spawn(Arc::clone(self).stop())),
            Act::Break(point, pass, how) => self.break_at(*point, *pass, *how),
            Act::FillDisk => {
                if let Some(gateway) = self.up() {
                    gateway.trouble();
                    gateway.hand.fill();
                }
            }
            Act::Settle => {
                if let Some(gateway) = self.up() {
                    gateway.hand.settle();
                    self.hear(&gateway);
                }
            }
            Act::Nothing => {}
            _ => drop(tokio::spawn(Arc::clone(self).somebody_does(act.clone()))),
        }
    }
}
