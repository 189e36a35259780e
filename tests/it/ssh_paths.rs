//! Every way into a server by SSH, on every kind of terms, and into a console by telnet, which is entered by the same
//! clients: what the client saw, and what the ledger says. `tests/matrix/paths.txt` is the reviewed answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use acceptance::canary::{self, Kind};
use acceptance::hospital::Hospital;
use acceptance::lab::Lin;
use acceptance::peers::free_port;
use acceptance::people::text;
use acceptance::run::Done;
use acceptance::ssh::{Shell, register, shown};
use acceptance::wait;
use serde_json::Value;

use crate::paged::{Line, Paged};
use crate::telnet_server::{Console, PASSWORD};

const REVIEWED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/matrix/paths.txt");

/// The terms: what they are called, and what asks for them. `IN` and `OUT` stand for folders.
const TERMS: [(&str, &[&str]); 6] = [
    ("everything", &["--upload", "IN", "--download", "OUT"]),
    ("shell", &["--no-exec"]),
    ("exec", &["--no-shell"]),
    ("upload", &["--no-shell", "--no-exec", "--upload", "IN"]),
    (
        "download",
        &["--no-shell", "--no-exec", "--download", "OUT"],
    ),
    (
        "one byte",
        &[
            "--no-shell",
            "--no-exec",
            "--upload",
            "IN",
            "--upload-bytes",
            "1",
            "--download",
            "OUT",
            "--download-bytes",
            "1",
        ],
    ),
];

/// What a console that speaks telnet is called among the terms: it has a shell, and nothing else.
const TELNET: &str = "telnet";

/// A way in: what it is called, and how it is gone.
type Way = (&'static str, fn(&Try<'_>) -> Done);

const WAYS: &[Way] = &[
    ("ssh shell", |t| {
        t.at.ssh(&["-T"]).input("echo hello\nexit 7\n").done()
    }),
    ("ssh -tt shell", |t| {
        t.at.ssh(&["-tt"]).input("exit 7\n").done()
    }),
    ("ssh exec", |t| {
        t.at.ssh(&["-T"]).arg("echo hello; exit 7").done()
    }),
    ("ssh -tt exec", |t| {
        t.at.ssh(&["-tt"]).arg("echo hello; exit 7").done()
    }),
    ("ssh -s netconf", |t| {
        t.at.ssh(&["-s"]).arg("netconf").done()
    }),
    ("ssh -W", |t| t.at.ssh(&["-W", &t.server()]).done()),
    ("ssh -J", |t| {
        let (host, port) = (t.at.host(), t.lin.address().port().to_string());
        let jump =
            t.at.openssh("ssh")
                .args(["-J", &host, "-p", &port, "maint@127.0.0.1"]);
        jump.arg("true").done()
    }),
    ("ssh -L", |t| {
        let port = free_port();
        let to = format!("127.0.0.1:{port}:{}", t.server());
        t.through(&["-L", &to], || dial(port, b""))
    }),
    ("ssh -D", |t| {
        let port = free_port();
        // SOCKS 5 (RFC 1928): no method, then CONNECT 127.0.0.1:22.
        let socks = [5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, 0, 22];
        t.through(&["-D", &format!("127.0.0.1:{port}")], || dial(port, &socks))
    }),
    ("ssh -L socket", |t| {
        let near = t.at.folder.join("near.sock");
        let to = format!("{}:/run/docker.sock", near.display());
        t.through(&["-L", &to], || dial_socket(&near))
    }),
    ("ssh -R", |t| {
        let to = format!("127.0.0.1:{}:127.0.0.1:22", free_port());
        t.at.ssh(&["-N", "-o", "ExitOnForwardFailure=yes", "-R", &to])
            .done()
    }),
    ("ssh -R socket", |t| {
        let to = format!("{}:127.0.0.1:22", t.lin.home().join("far.sock").display());
        t.at.ssh(&["-N", "-o", "ExitOnForwardFailure=yes", "-R", &to])
            .done()
    }),
    ("ssh -A exec", |t| {
        let agent = acceptance::run::Run::of("ssh-agent").arg("ssh");
        let agent = agent.args(["-F"]).arg(t.at.folder.join("config"));
        agent
            .env("HOME", &t.at.folder)
            .args(["-A", "-T", &t.at.host()])
            .arg("exit 7")
            .done()
    }),
    ("ssh -Y exec", |t| {
        let ssh = t.at.ssh(&["-Y", "-T"]).env("DISPLAY", "127.0.0.1:99");
        ssh.arg("exit 7").done()
    }),
    ("sftp ls", |t| t.sftp(&format!("ls {}", t.out()))),
    ("sftp ls elsewhere", |t| t.sftp("ls /etc")),
    ("sftp put", |t| {
        t.sftp(&format!("put {} {}/new", t.mine(), t.inside()))
    }),
    ("sftp put elsewhere", |t| {
        t.sftp(&format!("put {} {}/new", t.mine(), t.home()))
    }),
    ("sftp put ..", |t| {
        t.sftp(&format!("put {} {}/../sly", t.mine(), t.inside()))
    }),
    ("sftp get", |t| {
        t.sftp(&format!("get {}/result {}", t.out(), t.got()))
    }),
    ("sftp get elsewhere", |t| {
        t.sftp(&format!("get /etc/hostname {}", t.got()))
    }),
    ("sftp get link", |t| {
        t.sftp(&format!("get {}/link {}", t.out(), t.got()))
    }),
    ("sftp rm", |t| t.sftp(&format!("rm {}/old", t.inside()))),
    ("sftp rename", |t| {
        t.sftp(&format!("rename {0}/here {0}/there", t.inside()))
    }),
    ("sftp rename away", |t| {
        t.sftp(&format!("rename {}/away {}/taken", t.inside(), t.home()))
    }),
    ("sftp mkdir", |t| {
        t.sftp(&format!("mkdir {}/folder", t.inside()))
    }),
    ("sftp ln -s", |t| {
        t.sftp(&format!("ln -s /etc/shadow {}/shadow", t.inside()))
    }),
    ("scp up", |t| t.scp(&[], true)),
    ("scp down", |t| t.scp(&[], false)),
    ("scp -O up", |t| t.scp(&["-O"], true)),
    ("scp -O down", |t| t.scp(&["-O"], false)),
    ("plink shell", |t| {
        let plink = t.at.putty("plink").args(["-T", &t.at.putty_host()]);
        plink.input("echo hello\nexit 7\n").done()
    }),
    ("plink exec", |t| {
        let plink = t.at.putty("plink").args(["-T", &t.at.putty_host()]);
        plink.arg("echo hello; exit 7").done()
    }),
    ("plink -s netconf", |t| {
        let plink = t.at.putty("plink").args(["-T", "-s", &t.at.putty_host()]);
        plink.arg("netconf").done()
    }),
    ("plink -nc", |t| {
        t.at.putty("plink")
            .args(["-nc", &t.server(), &t.at.putty_host()])
            .done()
    }),
    ("pscp -sftp up", |t| t.pscp("-sftp", true)),
    ("pscp -sftp down", |t| t.pscp("-sftp", false)),
    ("pscp -scp up", |t| t.pscp("-scp", true)),
    ("pscp -scp down", |t| t.pscp("-scp", false)),
    ("psftp put", |t| {
        t.psftp(&format!("put {} {}/new", t.mine(), t.inside()))
    }),
    ("psftp get", |t| {
        t.psftp(&format!("get {}/result {}", t.out(), t.got()))
    }),
    ("page shell", |t| {
        t.in_a_page(|_, _, line| {
            if t.has_shell() {
                line.types("exit 7\r");
            }
            0
        })
    }),
    ("page list", |t| {
        t.in_a_page(|page, visit, _| page.asks(visit, "list", &t.out()).code())
    }),
    ("page list elsewhere", |t| {
        t.in_a_page(|page, visit, _| page.asks(visit, "list", "/etc").code())
    }),
    ("page put", |t| {
        let path = format!("{}/new", t.inside());
        t.in_a_page(|page, visit, _| page.brings(visit, &path, b"a patch\n").code())
    }),
    ("page put elsewhere", |t| {
        let path = format!("{}/../sly", t.inside());
        t.in_a_page(|page, visit, _| page.brings(visit, &path, b"a patch\n").code())
    }),
    ("page get", |t| {
        let path = format!("{}/result", t.out());
        t.in_a_page(|page, visit, _| page.takes(visit, &path, &t.got()))
    }),
    ("page get elsewhere", |t| {
        t.in_a_page(|page, visit, _| page.takes(visit, "/etc/hostname", &t.got()))
    }),
    ("page get link", |t| {
        let path = format!("{}/link", t.out());
        t.in_a_page(|page, visit, _| page.takes(visit, &path, &t.got()))
    }),
];

/// One way, on one kind of terms.
struct Try<'a> {
    at: &'a Shell,
    lin: &'a Lin,
    page: &'a Paged,
}

impl Try<'_> {
    fn server(&self) -> String {
        format!("127.0.0.1:{}", self.lin.address().port())
    }

    fn home(&self) -> String {
        shown(&self.lin.home())
    }

    fn inside(&self) -> String {
        shown(&inside(self.lin, &self.at.target))
    }

    fn out(&self) -> String {
        shown(&out(self.lin))
    }

    fn mine(&self) -> String {
        shown(&self.at.file("mine", "a patch\n"))
    }

    fn got(&self) -> String {
        shown(&self.at.folder.join("got"))
    }

    fn sftp(&self, command: &str) -> Done {
        let sftp = self.at.openssh("sftp").args(["-b", "-", &self.at.host()]);
        sftp.input(format!("{command}\n")).done()
    }

    fn scp(&self, options: &[&str], up: bool) -> Done {
        let far = |path: String| format!("{}:{path}", self.at.host());
        let scp = self.at.openssh("scp").args(options);
        match up {
            true => scp.args([self.mine(), far(format!("{}/new", self.inside()))]),
            false => scp.args([far(format!("{}/result", self.out())), self.got()]),
        }
        .done()
    }

    fn pscp(&self, protocol: &str, up: bool) -> Done {
        let far = |path: String| format!("{}:{path}", self.at.putty_host());
        let pscp = self.at.putty("pscp").arg(protocol);
        match up {
            true => pscp.args([self.mine(), far(format!("{}/new", self.inside()))]),
            false => pscp.args([far(format!("{}/result", self.out())), self.got()]),
        }
        .done()
    }

    fn psftp(&self, command: &str) -> Done {
        let batch = self.at.file("batch", &format!("{command}\nquit\n"));
        let psftp = self.at.putty("psftp").arg("-b").arg(batch);
        psftp.arg(self.at.putty_host()).done()
    }

    /// Whether the terms hold a shell: a page asks for none where there is none.
    fn has_shell(&self) -> bool {
        ["everything", "shell", TELNET].contains(&self.at.target.as_str())
    }

    /// Sits down at the visit's terminal in a page, does something there, and leaves; as a program.
    fn in_a_page(&self, act: impl FnOnce(&Paged, &str, &mut Line) -> i32) -> Done {
        let began = std::time::Instant::now();
        let visit = &self.at.visit.visit;
        let mut line = self.page.sits_down(visit);
        let code = act(self.page, visit, &mut line);
        line.leaves();
        Done {
            line: "a page".to_owned(),
            code,
            out: Vec::new(),
            err: String::new(),
            ended: std::time::Instant::now(),
            took: began.elapsed(),
        }
    }

    /// Opens a forwarding, uses it once, and hangs up.
    fn through(&self, options: &[&str], used: impl FnOnce()) -> Done {
        let ssh = self.at.ssh(&[&["-N", "-v"], options].concat());
        let mut ssh = ssh.begin();
        ssh.heard("Entering interactive session");
        used();
        // It may be told between looking and waiting, and would not hear it.
        wait::until("the end of ssh", || {
            ssh.signal("TERM");
            ssh.ended().then_some(())
        });
        ssh.finish()
    }
}

fn dial(port: u16, say: &[u8]) {
    let at = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = wait::until("the forwarded port", || TcpStream::connect(at).ok());
    nothing_comes(stream.try_clone().unwrap(), || {
        let _gone = stream.write_all(say);
    });
}

fn dial_socket(path: &Path) {
    let stream = wait::until("the forwarded socket", || UnixStream::connect(path).ok());
    nothing_comes(stream, || {});
}

/// What is refused is closed; a SOCKS server says so in ten bytes first, after its choice of two.
fn nothing_comes(mut stream: impl Read, say: impl FnOnce()) {
    say();
    let mut said = Vec::new();
    let _reset = stream.read_to_end(&mut said);
    assert!(said.len() <= 12, "something answers: {said:?}");
}

/// Where a target's engineer may leave files: each has their own, for they work at the same time.
fn inside(lin: &Lin, target: &str) -> PathBuf {
    lin.home().join(format!("in-{target}"))
}

/// Where every engineer may fetch files.
fn out(lin: &Lin) -> PathBuf {
    lin.home().join("out")
}

/// Puts there what every engineer may fetch: once, for they work at the same time.
fn stock(lin: &Lin) {
    let out = out(lin);
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("result"), "the result\n").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", out.join("link")).unwrap();
    give(lin, &out);
}

/// Puts things where the ways expect them, and takes away what they have left.
fn furnish(lin: &Lin, at: &Shell) {
    let inside = inside(lin, &at.target);
    let _none = std::fs::remove_file(at.folder.join("got"));
    let _none = std::fs::remove_dir_all(&inside);
    std::fs::create_dir_all(&inside).unwrap();
    for name in ["old", "here", "away"] {
        std::fs::write(inside.join(name), "old\n").unwrap();
    }
    give(lin, &inside);
}

/// Makes a folder the account's own.
fn give(lin: &Lin, folder: &Path) {
    let owner = std::fs::metadata(lin.home()).unwrap().uid();
    chown(folder, Some(owner), Some(owner)).unwrap();
}

/// What a client has changed, on either side.
fn effects(lin: &Lin, at: &Shell) -> String {
    let inside = inside(lin, &at.target);
    let found = |there: bool, name: &'static str| there.then_some(name);
    let holds = |path: &Path, content: &str| {
        std::fs::read_to_string(path).is_ok_and(|found| found == content)
    };
    let link = |path: &Path| path.symlink_metadata().is_ok();
    let effects = [
        found(holds(&inside.join("new"), "a patch\n"), "brought in"),
        found(holds(&at.folder.join("got"), "the result\n"), "taken out"),
        found(!link(&inside.join("old")), "removed"),
        found(link(&inside.join("there")), "renamed"),
        found(link(&inside.join("folder")), "folder made"),
        found(link(&inside.join("shadow")), "LINKED"),
        found(
            holds(&at.folder.join("got"), &hostname()),
            "TAKEN FROM ELSEWHERE",
        ),
        found(
            ["new", "sly", "taken", "far.sock"]
                .iter()
                .any(|name| link(&lin.home().join(name))),
            "PUT ELSEWHERE",
        ),
    ];
    let effects: Vec<&str> = effects.into_iter().flatten().collect();
    if effects.is_empty() {
        "-".to_owned()
    } else {
        effects.join(", ")
    }
}

fn hostname() -> String {
    std::fs::read_to_string("/etc/hostname").unwrap_or_default()
}

/// What the ledger says of a session: channels and files.
fn entered(entries: &[Value], session: &str) -> Vec<String> {
    let events = entries.iter().map(|entry| &entry["event"]);
    let mine = events.filter(|event| event["session"] == session);
    mine.filter_map(|event| match event["kind"].as_str()? {
        "channel_opened" => Some(format!("opened {}", text(event, "channel"))),
        "file_handed_over" => {
            let whole = if event["sha256"].is_null() {
                "in part"
            } else {
                "whole"
            };
            let direction = text(event, "direction");
            Some(format!("file {direction} {} {whole}", event["bytes"]))
        }
        _ => None,
    })
    .collect()
}

/// What the recording says was refused in a session: the ledger counts the same refusal of a visit,
/// and does not say in which session it was.
fn refused(hospital: &Hospital, session: &str) -> Vec<(String, Vec<String>)> {
    let shown = hospital.clerk.asks(["recording", "show", session]);
    let items = shown["items"].as_array().cloned().unwrap_or_default();
    let refusals = items.iter().filter_map(|item| item["what"].get("refused"));
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    refusals
        .map(|refusal| {
            let reasons = refusal["reasons"].as_array().cloned().unwrap_or_default();
            let mut reasons: Vec<String> = reasons.iter().map(words).collect();
            reasons.sort();
            (words(&refusal["what"]), reasons)
        })
        .collect()
}

/// How often something was refused for these reasons.
type Counts = BTreeMap<Vec<String>, u64>;

/// How often the ledger says that something of this visit was refused.
fn counted(entries: &[Value], visit: &str) -> Counts {
    let events = entries.iter().map(|entry| &entry["event"]);
    let mine = events.filter(|event| event["kind"] == "command_refused" && event["visit"] == visit);
    let mut counts = Counts::new();
    for event in mine {
        assert_eq!(event["command"], "open_channel", "{event:#}");
        let reasons = event["reasons"].as_array().unwrap().iter();
        let mut reasons: Vec<String> = reasons.map(|reason| text(reason, "id")).collect();
        reasons.sort();
        *counts.entry(reasons).or_default() += event["times"].as_u64().unwrap();
    }
    counts
}

/// How a client ended. PuTTY's pscp by the old protocol sometimes ends well though it has got nothing.
fn ended(name: &str, code: i32, effects: &str) -> String {
    match (name, effects) {
        ("pscp -scp down", "-") => "exit 0 or 1".to_owned(),
        _ => format!("exit {code}"),
    }
}

/// Goes every way on these terms: how each client ended, and what it has changed.
fn go(lin: &Lin, at: &Shell, page: &Paged) -> Vec<(String, String)> {
    let once = |(name, way): &Way| {
        furnish(lin, at);
        let done = way(&Try { at, lin, page });
        if std::env::var_os("SEKISHO_TELL").is_some() {
            eprintln!("{name}: {done}");
        }
        let effects = effects(lin, at);
        (ended(name, done.code, &effects), effects)
    };
    WAYS.iter().map(once).collect()
}

/// A target of its own for each kind of terms, and the console, each with an approved visit.
fn stages(hospital: &Hospital, lin: &Lin, console: &Console) -> (Vec<Shell>, Paged) {
    let vendor = hospital.vendor("Servers KK");
    let engineer = hospital.engineer(&vendor, "server");
    // Every way is gone here, the forbidden ones one after the other: whoever does that is suspended.
    let told = ["rules", "forwarding-tried", "--answer", "tell"];
    hospital.clerk.tries(told).expect(0);
    let stage = |(name, terms): &(&str, &[&str])| {
        let target = name.replace(' ', "-");
        register(hospital, &target, &vendor, lin, &[]);
        let (upload, download) = (shown(&inside(lin, &target)), shown(&out(lin)));
        let terms: Vec<&str> = terms
            .iter()
            .map(|term| match *term {
                "IN" => upload.as_str(),
                "OUT" => download.as_str(),
                other => other,
            })
            .collect();
        Shell::ready(hospital, &engineer, &target, &terms)
    };
    let mut stages: Vec<Shell> = TERMS.iter().map(stage).collect();
    let telnet = ["--protocol", "telnet", "--user", "service"];
    hospital.target(TELNET, &vendor, console.address, &telnet);
    canary::hand(Kind::TargetPassword, PASSWORD);
    let secret = ["target", "secret", TELNET, "--password-stdin"];
    let set = hospital.clerk.sekisho().args(secret);
    set.input(format!("{PASSWORD}\n")).ok();
    stages.push(Shell::ready(hospital, &engineer, TELNET, &[]));
    (stages, Paged::signed_in(hospital, &engineer))
}

/// The lines of one kind of terms, in the order of the ways. What the ledger counts must be what the
/// recordings hold.
fn lines(
    hospital: &Hospital,
    entries: &[Value],
    at: &Shell,
    gone: &[(String, String)],
) -> Vec<String> {
    let visit = &at.visit.visit;
    let shown = hospital.clerk.asks(["visit", "show", visit]);
    let sessions = shown["sessions"].as_array().cloned().unwrap_or_default();
    assert_eq!(sessions.len(), WAYS.len(), "each way is one session");
    let mut counts = Counts::new();
    let mut lines = Vec::new();
    for ((ended, effects), session) in gone.iter().zip(&sessions) {
        let session = session.as_str().unwrap();
        let mut said = entered(entries, session);
        for (what, reasons) in refused(hospital, session) {
            said.push(format!("refused {what}: {}", reasons.join("+")));
            *counts.entry(reasons).or_default() += 1;
        }
        // How often a client looks is its own matter.
        said.dedup();
        let said = if said.is_empty() {
            "nothing".to_owned()
        } else {
            said.join(", ")
        };
        lines.push(format!("{ended} | {effects} | {said}"));
    }
    assert_eq!(counted(entries, visit), counts, "{visit}");
    lines
}

#[test]
fn every_way_in_by_ssh_is_decided_and_entered_as_reviewed() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    stock(&lin);
    let mut hospital = Hospital::own();
    let console = Console::start();
    let (stages, page) = stages(&hospital, &lin, &console);
    let gone: Vec<Vec<(String, String)>> = std::thread::scope(|scope| {
        let going = stages.iter().map(|at| scope.spawn(|| go(&lin, at, &page)));
        let going: Vec<_> = going.collect();
        going
            .into_iter()
            .map(|going| going.join().unwrap())
            .collect()
    });
    // Refusals that were only counted so far are entered when the gateway stops.
    hospital.stop("TERM");
    hospital.start();
    let entries = hospital.entries();
    let columns: Vec<Vec<String>> = stages
        .iter()
        .zip(&gone)
        .map(|(at, gone)| lines(&hospital, &entries, at, gone))
        .collect();
    let home = shown(&lin.home());
    let mut found = String::new();
    for (way, (name, _)) in WAYS.iter().enumerate() {
        let terms = TERMS.iter().map(|(terms, _)| *terms);
        for (terms, column) in terms.chain([TELNET]).zip(&columns) {
            let line = column[way].replace(&home, "HOME");
            let _infallible = writeln!(found, "{name} | {terms} | {line}");
        }
    }
    let reviewed = std::fs::read_to_string(REVIEWED).unwrap_or_default();
    if found != reviewed {
        let (was, is): (Vec<&str>, Vec<&str>) =
            (reviewed.lines().collect(), found.lines().collect());
        let new = is.iter().filter(|line| !was.contains(line));
        let new: Vec<&str> = new.copied().collect();
        panic!(
            "not as reviewed in {REVIEWED}:\n{}\nall of it:\n{found}",
            new.join("\n")
        );
    }
}
