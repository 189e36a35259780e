//! What an idle session holds: bytes allocated and not given back.

use std::io::Read as _;
use std::process::Stdio;

use access::SshTerms;
use stats_alloc::Region;

use crate::sshd::{Ground, Kept, Wish};
use crate::{COUNTED, alone};

const SESSIONS: usize = 20;

/// How often it is looked whether everything that was recorded is packed.
const SETTLED: usize = 100;

/// KiB for each in a build for tests, whose futures are larger: 85 measured, of which `russh` holds most
/// (docs/speed.md). TLS towards the engineer is not in it, nor the target's end, which a worker has.
const CEILING: isize = 110;

#[test]
fn an_idle_ssh_session_with_a_terminal_holds_little() {
    let _alone = alone();
    let ground = Ground::new(Wish {
        terms: SshTerms {
            exec: true,
            ..SshTerms::shell_only()
        },
        ..Wish::default()
    });
    let open = || {
        let mut ssh = ground.client("ssh");
        ssh.args(["-tt", "target", "echo here; exec cat"]);
        ssh.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut ssh = Kept(ssh.stderr(Stdio::null()).spawn().unwrap());
        let heard = ssh.0.stdout.as_mut().unwrap().read_exact(&mut [0; 4]);
        heard.unwrap();
        ssh
    };
    // What everybody needs once is not the price of each.
    let _first = open();
    ground.run(ground.engine().settle());
    let region = Region::new(COUNTED);
    let _held: Vec<Kept> = (0..SESSIONS).map(|_| open()).collect();
    let each = || {
        ground.run(ground.engine().settle());
        let change = region.change();
        let held = isize::try_from(change.bytes_allocated).unwrap()
            - isize::try_from(change.bytes_deallocated).unwrap();
        held / 1024 / isize::try_from(SESSIONS).unwrap()
    };
    // What is being packed at this moment is in no session: it is given back.
    let least = (0..SETTLED).map(|_| each()).find(|each| *each <= CEILING);
    let each = least.unwrap_or_else(each);
    eprintln!("idle ssh session with a terminal: {each} KiB");
    assert!(each <= CEILING, "{each} KiB, {CEILING} at most");
}
