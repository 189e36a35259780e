//! What a process of ours costs just now, as the kernel counts it.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Memory and descriptors of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory that it has in use, KiB.
    pub memory: u64,
    /// Its open descriptors. `None` if we may not look: it cannot be traced, and we are not root.
    pub descriptors: Option<usize>,
}

impl Cost {
    /// Of the process with this number.
    pub fn of(pid: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let memory = status.lines().find_map(|line| {
            let kib = line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?;
            kib.trim().parse().ok()
        });
        let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd"));
        Self {
            memory: memory.expect("the kernel says how much memory"),
            descriptors: descriptors.ok().map(Iterator::count),
        }
    }

    /// How many descriptors more than before, if we may look.
    pub fn more_than(&self, before: &Self) -> Option<usize> {
        Some(self.descriptors?.saturating_sub(before.descriptors?))
    }
}

/// Lets this process have as many descriptors as the system allows it. False if those are not so many.
pub fn may_hold(descriptors: u64) -> bool {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _as_before = setrlimit(Resource::Nofile, limit);
    let allowed = getrlimit(Resource::Nofile).current;
    allowed.is_none_or(|allowed| allowed >= descriptors)
}
