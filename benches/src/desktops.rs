//! A desktop over VNC: looked at directly, and through a visit in which every picture is recorded before it
//! passes. Once with a terminal that prints as fast as it is looked at, once with one that prints a page
//! a second, as somebody's work does: what a recording of an hour takes is told from that.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acceptance::Hospital;
use acceptance::hospital::Plan;
use acceptance::link::Link;
use anyhow::{Context as _, Result, bail};
use wire::rfb::{Passed, ServerInit, ServerSide};

use crate::account::cpu_seconds;
use crate::figures::{Shuffle, median};
use crate::options::Options;
use crate::process::{Running, free_address};
use crate::table::{Row, Table};

const TARGET: &str = "ct";
const PASSWORD: &str = "ct-scan7";
/// As large as a console's screen.
const SCREEN: &str = "1280x800";
const IN_AN_HOUR: f64 = 3_600.0;

/// What is on the screen.
#[derive(Clone, Copy)]
enum Content {
    /// As many pages as are looked at.
    Flood,
    /// A page a second.
    Work,
}

impl Content {
    fn script(self) -> &'static str {
        match self {
            Self::Flood => "while :; do seq 1000000; done",
            Self::Work => "while :; do date; cat /proc/interrupts; sleep 1; done",
        }
    }
}

#[derive(Default)]
struct Found {
    /// Updates in a second.
    frames: Vec<f64>,
    /// Megabytes in a second.
    megabytes: Vec<f64>,
    /// CPU of the gateway for an update, milliseconds.
    cpu: Vec<f64>,
}

pub(crate) fn measure(options: &Options, work: &Path, table: &mut Table) -> Result<()> {
    fs::create_dir_all(work)?;
    let stage = Hospital::build(Plan {
        dir: Some(work.join("site")),
        log: Some("warn"),
        ..Plan::default()
    });
    let desktop = Desktop::start(work)?;
    let (link, visit) = visited(&stage, desktop.address);
    let gateway = [stage.gateway().pid()];
    let time = options.statements_for;
    let (mut direct, mut ours) = (Found::default(), Found::default());
    {
        let _flooded = desktop.shows(Content::Flood)?;
        let mut shuffle = Shuffle::new();
        for _ in 0..options.rounds {
            for through in shuffle.shuffled([false, true]) {
                let at = if through {
                    link.address
                } else {
                    desktop.address
                };
                let before = cpu_seconds(&gateway)?;
                let seen = look(at, time)?;
                let spent = cpu_seconds(&gateway)? - before;
                let found = if through { &mut ours } else { &mut direct };
                found.frames.push(seen.updates / seen.seconds);
                found.megabytes.push(seen.bytes / 1e6 / seen.seconds);
                found.cpu.push(spent * 1e3 / seen.updates);
            }
        }
    }
    let what = |what: &str| format!("desktop (VNC, {SCREEN}), {what}");
    let value = |found: &Vec<f64>| median(found.iter().copied());
    let compared: [(&str, &Vec<f64>, &Vec<f64>); 2] = [
        ("frames/s of a flood", &ours.frames, &direct.frames),
        ("MB/s of a flood", &ours.megabytes, &direct.megabytes),
    ];
    for (named, ours, direct) in compared {
        let row = what(&format!("{named}: sekisho, recorded, to direct"));
        table.push(Row::new(row).ours(value(ours)).reference(value(direct)));
    }
    let row = what("gateway CPU ms per frame of a flood: sekisho, recorded");
    table.push(Row::new(row).ours(value(&ours.cpu)));

    let _working = desktop.shows(Content::Work)?;
    let recorded = kept(&stage, &visit)?;
    let before = cpu_seconds(&gateway)?;
    let seen = look(link.address, time.saturating_mul(3))?;
    let spent = cpu_seconds(&gateway)? - before;
    let grown = kept(&stage, &visit)?.saturating_sub(recorded);
    #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
    let hour = grown as f64 / 1e6 / seen.seconds * IN_AN_HOUR;
    let row = what("a page a second, CPU of the gateway, % of a core: sekisho, recorded");
    table.push(Row::new(row).ours(spent / seen.seconds * 100.0));
    let row = what("a page a second, MB of recording in an hour: sekisho");
    table.push(Row::new(row).ours(hour));
    Ok(())
}

/// Bytes of the recordings of a visit, packed, once all of its sessions are over: each look is one.
fn kept(stage: &Hospital, visit: &str) -> Result<u64> {
    let shown = stage.clerk.asks(["visit", "show", visit]);
    let sessions = shown.get("sessions").and_then(serde_json::Value::as_array);
    for session in sessions.into_iter().flatten() {
        stage.ended(session.as_str().context("a session's name")?);
    }
    let mut bytes = 0;
    let mut folders = vec![stage.dir.join("recordings")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => bytes += entry.metadata()?.len(),
            }
        }
    }
    Ok(bytes)
}

/// What one look has seen.
struct Seen {
    updates: f64,
    bytes: f64,
    seconds: f64,
}

/// A viewer that asks for the next picture as soon as one is there, for so long.
fn look(at: SocketAddr, time: Duration) -> Result<Seen> {
    let mut stream = TcpStream::connect(at)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    read(&mut stream, 12)?;
    stream.write_all(b"RFB 003.008\n")?;
    let offered = read(&mut stream, 1)?;
    let types = read(
        &mut stream,
        usize::from(offered.first().copied().unwrap_or(0)),
    )?;
    if !types.contains(&1) {
        bail!("{at} wants to know who looks: {types:?}");
    }
    stream.write_all(&[1])?;
    read(&mut stream, 4)?;
    stream.write_all(&[1])?;
    let head = read(&mut stream, ServerInit::LENGTH)?;
    let head = head.first_chunk().context("how a desktop begins")?;
    let (init, name) = ServerInit::read(head)?;
    read(&mut stream, name)?;
    // Hextile, CopyRect, Raw.
    let encodings = [5_i32, 1, 0].map(i32::to_be_bytes).concat();
    stream.write_all(&[&[2, 0, 0, 3][..], &encodings].concat())?;
    let [width, height] = [init.size.width, init.size.height].map(u16::to_be_bytes);
    let next = [&[3, 1, 0, 0, 0, 0][..], &width, &height].concat();
    let mut side = ServerSide::new(init.size, false);
    let mut buffer = vec![0; 64 << 10];
    let (mut updates, mut bytes) = (0, 0_u64);
    let started = Instant::now();
    stream.write_all(&next)?;
    while started.elapsed() < time {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            bail!("{at} closed");
        }
        let mut passed = Passed::default();
        side.take(buffer.get(..read).unwrap_or_default(), &mut passed)?;
        bytes += u64::try_from(read)?;
        if side.updates() > updates {
            updates = side.updates();
            stream.write_all(&next)?;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of pictures")]
    let (updates, bytes) = (updates as f64, bytes as f64);
    Ok(Seen {
        updates,
        bytes,
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn read(stream: &mut TcpStream, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A desktop without a monitor, which lets in whoever has the password, and whoever has none.
struct Desktop {
    address: SocketAddr,
    display: String,
    _running: Running,
}

impl Desktop {
    fn start(folder: &Path) -> Result<Self> {
        let password = folder.join("password");
        let mut make = Command::new("tigervncpasswd")
            .arg("-f")
            .stdin(Stdio::piped())
            .stdout(fs::File::create(&password)?)
            .spawn()?;
        let mut say = make.stdin.take().context("its standard input")?;
        writeln!(say, "{PASSWORD}")?;
        drop(say);
        make.wait()?;
        let address = free_address()?;
        let mut server = Command::new("Xtigervnc");
        server
            .args(["-displayfd", "1", "-geometry", SCREEN, "-depth", "24"])
            .args(["-localhost", "-nolisten", "tcp"])
            .args(["-SecurityTypes", "VncAuth,None"])
            .args(["-rfbport", &address.port().to_string(), "-PasswordFile"])
            .arg(&password)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.join("desktop.log"))?);
        let mut running = Running::start("Xtigervnc", &mut server)?;
        let out = running.stdout().context("its standard output")?;
        let mut display = String::new();
        BufReader::new(out).read_line(&mut display)?;
        Ok(Self {
            address,
            display: format!(":{}", display.trim()),
            _running: running,
        })
    }

    /// A terminal over the whole screen, until it is dropped. It has begun to print when this returns.
    fn shows(&self, content: Content) -> Result<Running> {
        let mut terminal = Command::new("xterm");
        terminal
            .env("DISPLAY", &self.display)
            .args(["-fullscreen", "-fn", "fixed", "-e", "sh", "-c"])
            .arg(content.script())
            .stderr(Stdio::null());
        let running = Running::start("xterm", &mut terminal)?;
        let started = Instant::now();
        while look(self.address, Duration::from_secs(1))?.updates < 2.0 {
            if started.elapsed() > Duration::from_secs(20) {
                bail!("nothing moves on the desktop");
            }
        }
        Ok(running)
    }
}

/// An engineer's port in front of the desktop.
fn visited(stage: &Hospital, desktop: SocketAddr) -> (Link, String) {
    let vendor = stage.vendor("Bench Desktops");
    let engineer = stage.engineer(&vendor, "desktops");
    let plain = "on the same machine";
    let kind = ["--protocol", "vnc", "--plain-text-accepted", plain];
    let known = ["--quota", "900GiB"];
    stage.target(TARGET, &vendor, desktop, &[&kind[..], &known].concat());
    let few = "VNC counts eight characters";
    let secret = stage.clerk.sekisho();
    secret
        .args(["secret", "set", TARGET, "--password-stdin", "--accept", few])
        .input(format!("{PASSWORD}\n"))
        .ok();
    let approved = stage.visit(&engineer, TARGET, &["--for", "2h"]);
    (Link::open(&engineer, TARGET), approved.visit)
}
