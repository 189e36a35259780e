//! Who works first when there are fewer cores than work.

/// How much the calling thread gives way: about a tenth of a core that sessions are asking for, and
/// all of one that nobody else needs.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Makes the calling thread give way to others. Packing takes most of a recorded byte's cost, and
/// nobody waits for it: what it packs lies in the journal already. People wait for what is in line.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    // On Linux a thread has a priority of its own (setpriority(2)); 0 is the caller.
    if let Err(cause) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%cause, "packing does not give way");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    #[test]
    fn a_thread_that_gives_way_leaves_the_others_as_they_are() {
        let before = getpriority_process(None).unwrap();
        let packing = std::thread::spawn(|| {
            super::give_way();
            getpriority_process(None).unwrap()
        });
        assert_eq!(packing.join().unwrap(), before.max(super::NICE));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
