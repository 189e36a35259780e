//! How many connections this process may hold.

/// Descriptors below which a busy evening is felt: a thousand sessions hold two each, and as many
/// strangers may be half open beside them.
const ENOUGH: u64 = 8 * 1024;

/// Raises the limit on open descriptors to what the system allows this process, and says so in the
/// log if that is little: a shell's usual 1,024 are fewer than the places kept for strangers.
pub fn raise_descriptor_limit() {
    #[cfg(unix)]
    raise();
}

#[cfg(unix)]
fn raise() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(cause) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%cause, "the limit on open descriptors could not be raised");
    }
    // No limit is enough.
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if allowed < ENOUGH {
        tracing::warn!(
            allowed,
            enough = ENOUGH,
            "few descriptors: raise LimitNOFILE, or connections will be turned away"
        );
    }
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, getrlimit};

    #[test]
    fn the_limit_is_as_high_as_the_system_allows() {
        super::raise_descriptor_limit();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
