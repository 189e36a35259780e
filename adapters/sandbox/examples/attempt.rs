//! A confined process that tries one thing, for the tests: `attempt OWN-FOLDER WHAT [PATH]`.
//!
//! It prints `done`, or the name of the error, and beside it how far it is confined.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a program of the tests: what is not there has failed them"
)]

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, ToSocketAddrs};
use std::path::Path;
use std::process::Command;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let [own, what, rest @ ..] = args.as_slice() else {
        panic!("attempt OWN-FOLDER WHAT [PATH]");
    };
    let path = rest.first().copied().unwrap_or_default();
    if *what == "confine-beside-a-thread" {
        let (_hold, held) = std::sync::mpsc::channel::<()>();
        let _thread = std::thread::spawn(move || held.recv());
        println!("{}", sandbox::confine(Path::new(own), &[]).unwrap_err());
        return;
    }
    let confined = sandbox::confine(Path::new(own), &[]).expect("the process can be confined");
    if *what == "nothing" {
        println!("{confined:?}");
        return;
    }
    match in_a_thread(what, path) {
        Ok(()) => println!("done"),
        Err(cause) if cause.kind() == ErrorKind::PermissionDenied => println!("refused"),
        Err(cause) => println!("{cause}"),
    }
}

/// What holds must hold in every thread that is started afterwards.
fn in_a_thread(what: &str, path: &str) -> io::Result<()> {
    let (what, path) = (what.to_owned(), path.to_owned());
    std::thread::spawn(move || attempt(&what, Path::new(&path)))
        .join()
        .expect("the attempt ends")
}

fn attempt(what: &str, path: &Path) -> io::Result<()> {
    let folder = || path.parent().expect("a file in a folder");
    match what {
        "read" => fs::read(path).map(drop),
        "list" => fs::read_dir(path).map(drop),
        "write" => fs::write(path, "written"),
        "write-and-rename" => {
            fs::create_dir_all(folder().join("deeper"))?;
            fs::write(path.with_extension("aside"), "written")?;
            fs::rename(path.with_extension("aside"), path)?;
            fs::rename(path, folder().join("deeper/moved"))
        }
        "execute" => Command::new(path).status().map(drop),
        "tcp" => TcpListener::bind("127.0.0.1:0").map(drop),
        "resolve" => ("localhost", 1).to_socket_addrs().map(drop),
        _ => system_call(what, path).map_err(io::Error::from),
    }
}

fn system_call(what: &str, path: &Path) -> rustix::io::Result<()> {
    use rustix::net::{AddressFamily, SocketType, socket};
    use rustix::process::{Resource, Rlimit, Uid, chroot, getppid, setrlimit, test_kill_process};
    use rustix::thread::{move_into_link_name_space, set_thread_res_uid};
    use rustix::time::{ClockId, clock_gettime, clock_settime};
    match what {
        "become-root" => set_thread_res_uid(Uid::ROOT, Uid::ROOT, Uid::ROOT),
        "enter-a-namespace" => {
            let standard = rustix::stdio::stdin();
            move_into_link_name_space(standard, None)
        }
        "change-root" => chroot(path),
        "mount" => rustix::mount::mount_bind(path, path),
        "name-the-machine" => rustix::system::sethostname(b"another"),
        "want-cores-again" => {
            let some = Rlimit {
                current: Some(1 << 20),
                maximum: Some(1 << 20),
            };
            setrlimit(Resource::Core, some)
        }
        "signal-the-parent" => test_kill_process(getppid().expect("a parent")),
        "set-the-clock" => clock_settime(ClockId::Realtime, clock_gettime(ClockId::Realtime)),
        "raw-packets" => socket(AddressFamily::PACKET, SocketType::RAW, None).map(drop),
        _ => panic!("{what} is no attempt"),
    }
}
