//! A web console: asked directly, through nginx as a plain proxy, and through a visit in which every
//! request is noted before it passes. The console speaks TLS to all three, and both in between hold its
//! certificate against one that they know; the program that asks speaks HTTP to a door on its own computer.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use acceptance::Hospital;
use acceptance::hospital::Plan;
use acceptance::link::Link;
use acceptance::people::text;
use anyhow::{Context as _, Result};

use crate::account::cpu_seconds;
use crate::certificate;
use crate::figures::{Shuffle, median};
use crate::options::Options;
use crate::process::{Running, find, free_address, output};
use crate::table::{Row, Table};

const TARGET: &str = "pacs";
/// Requests that are under way at once.
const SEVERAL: u32 = 4;
/// Of a page, and of a picture.
const PAGE: usize = 4 << 10;
const PICTURE: usize = 1 << 20;

/// A way to the console.
struct Way {
    name: &'static str,
    /// How a path is asked for.
    origin: String,
    headers: Vec<String>,
    /// Whose CPU is looked at; nobody's on the direct way.
    processes: Vec<u32>,
    found: Found,
}

#[derive(Default)]
struct Found {
    /// Milliseconds of one request, half of them, with one at a time.
    request: Vec<f64>,
    /// Requests in a second, with several at once.
    rate: Vec<f64>,
    /// CPU of the one in the middle for a request, microseconds.
    cpu: Vec<f64>,
    /// Megabytes in a second, of pictures.
    pictures: Vec<f64>,
}

pub(crate) fn measure(options: &Options, work: &Path, table: &mut Table) -> Result<()> {
    fs::create_dir_all(work)?;
    let console = Console::start(&work.join("console"))?;
    let (proxy, proxied) = console.proxy(&work.join("proxy"))?;
    let stage = Hospital::build(Plan {
        dir: Some(work.join("site")),
        log: Some("warn"),
        ..Plan::default()
    });
    let (link, headers) = visited(&stage, console.address)?;
    let mut ways = [
        Way {
            name: "direct",
            origin: format!("https://{}", console.address),
            headers: Vec::new(),
            processes: Vec::new(),
            found: Found::default(),
        },
        Way {
            name: "nginx",
            origin: format!("http://{proxied}"),
            headers: Vec::new(),
            processes: vec![proxy.pid()],
            found: Found::default(),
        },
        Way {
            name: "sekisho",
            origin: format!("http://{}", link.address),
            headers,
            processes: vec![stage.gateway().pid()],
            found: Found::default(),
        },
    ];
    let mut shuffle = Shuffle::new();
    for _ in 0..options.rounds {
        for at in shuffle.shuffled(0..ways.len()) {
            if let Some(way) = ways.get_mut(at) {
                one(way, options.statements_for)?;
            }
        }
    }
    let [direct, nginx, ours] = ways.map(|way| way.found);
    rows(&ours, &direct, &nginx, table);
    Ok(())
}

fn rows(ours: &Found, direct: &Found, nginx: &Found, table: &mut Table) {
    type Of = fn(&Found) -> &Vec<f64>;
    let kinds: [(&str, Of); 4] = [
        ("one request, p50, ms", |found| &found.request),
        ("requests/s, 4 at once", |found| &found.rate),
        ("pictures of 1 MiB, MB/s", |found| &found.pictures),
        ("CPU µs per request", |found| &found.cpu),
    ];
    for (what, of) in kinds {
        for (peer, found) in [("direct", direct), ("nginx", nginx)] {
            if !of(found).is_empty() {
                let value = |found: &Found| median(of(found).iter().copied());
                let row = format!("web console, {what}: sekisho, recorded, to {peer}");
                table.push(Row::new(row).ours(value(ours)).reference(value(found)));
            }
        }
    }
}

/// One look at one way.
fn one(way: &mut Way, time: Duration) -> Result<()> {
    let alone = wrk(way, "/page", 1, time)?;
    let before = (!way.processes.is_empty())
        .then(|| cpu_seconds(&way.processes))
        .transpose()?;
    let several = wrk(way, "/page", SEVERAL, time)?;
    if let Some(before) = before {
        let spent = cpu_seconds(&way.processes)? - before;
        way.found.cpu.push(spent * 1e6 / several.requests);
    }
    let pictures = wrk(way, "/picture", SEVERAL, time)?;
    way.found.request.push(alone.half_of_them);
    way.found.rate.push(several.rate);
    #[expect(clippy::cast_precision_loss, reason = "a mebibyte")]
    way.found
        .pictures
        .push(pictures.rate * PICTURE as f64 / 1e6);
    Ok(())
}

/// What wrk counted.
struct Counted {
    requests: f64,
    /// In a second.
    rate: f64,
    /// Milliseconds that half of them took at most.
    half_of_them: f64,
}

fn wrk(way: &Way, path: &str, at_once: u32, time: Duration) -> Result<Counted> {
    let mut wrk = Command::new("wrk");
    wrk.args(["--latency", "--threads", "1"]);
    wrk.args(["--connections", &at_once.to_string()]);
    wrk.args(["--duration", &format!("{}s", time.as_secs().max(1))]);
    for header in &way.headers {
        wrk.args(["--header", header]);
    }
    let said = output(wrk.arg(format!("{}{path}", way.origin))).context(way.name)?;
    // Whatever is not the page would be measured as one.
    if said.contains("Non-2xx") || said.contains("Socket errors") {
        anyhow::bail!("{}: {said}", way.name);
    }
    let word = |before: &str, at: usize| -> Option<&str> {
        let line = said
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with(before))?;
        line.split_ascii_whitespace().nth(at)
    };
    let requests = said
        .lines()
        .find_map(|line| line.trim().split_once(" requests in "))
        .and_then(|(count, _)| count.parse().ok());
    let counted = || {
        Some(Counted {
            requests: requests?,
            rate: word("Requests/sec:", 1)?.parse().ok()?,
            half_of_them: milliseconds(word("50%", 1)?)?,
        })
    };
    counted().with_context(|| format!("wrk says:\n{said}"))
}

/// As wrk writes a time.
fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 1e-3), ("ms", 1.0), ("s", 1e3)];
    let (number, times) = units
        .iter()
        .find_map(|(unit, times)| Some((text.strip_suffix(unit)?, times)))?;
    Some(number.parse::<f64>().ok()? * times)
}

/// An nginx that stands for a console: a page and a picture, over TLS alone.
struct Console {
    _running: Running,
    address: SocketAddr,
    certificate: PathBuf,
}

impl Console {
    fn start(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("page"), vec![b'p'; PAGE])?;
        fs::write(folder.join("picture"), vec![b'i'; PICTURE])?;
        let (key, certificate) = certificate::make(folder)?;
        let address = free_address()?;
        let server = format!(
            "listen {address} ssl;\nssl_certificate {};\nssl_certificate_key {};\n\
             keepalive_requests 1000000;\nlocation / {{ root {}; }}\n",
            certificate.display(),
            key.display(),
            folder.display(),
        );
        Ok(Self {
            _running: nginx(folder, "", &server, address)?,
            address,
            certificate,
        })
    }

    /// Another nginx before it, which keeps connections and knows the certificate.
    fn proxy(&self, folder: &Path) -> Result<(Running, SocketAddr)> {
        fs::create_dir_all(folder)?;
        let at = free_address()?;
        let upstream = format!(
            "upstream console {{ server {}; keepalive 16; keepalive_requests 1000000; }}\n",
            self.address
        );
        let server = format!(
            "listen {at};\nkeepalive_requests 1000000;\nlocation / {{\n\
             proxy_pass https://console;\nproxy_http_version 1.1;\nproxy_set_header Connection \"\";\n\
             proxy_ssl_verify on;\nproxy_ssl_name bench;\nproxy_ssl_trusted_certificate {};\n\
             proxy_ssl_session_reuse on;\n}}\n",
            self.certificate.display()
        );
        Ok((nginx(folder, &upstream, &server, at)?, at))
    }
}

/// One process, in front, with everything that it writes in this folder.
fn nginx(folder: &Path, before: &str, server: &str, at: SocketAddr) -> Result<Running> {
    let place = folder.display();
    let lines = format!(
        "daemon off;\nmaster_process off;\npid {place}/pid;\nerror_log {place}/error.log;\n\
         events {{ worker_connections 256; }}\n\
         http {{\naccess_log off;\ndefault_type application/octet-stream;\n\
         client_body_temp_path {place}/body;\nproxy_temp_path {place}/proxied;\n\
         fastcgi_temp_path {place}/fastcgi;\nuwsgi_temp_path {place}/uwsgi;\nscgi_temp_path {place}/scgi;\n\
         {before}server {{\n{server}}}\n}}\n"
    );
    let config = folder.join("nginx.conf");
    fs::write(&config, lines)?;
    let mut command = Command::new(find("nginx").context("nginx")?);
    command
        .arg("-c")
        .arg(&config)
        .arg("-e")
        .arg(folder.join("error.log"));
    Running::peer("nginx", &mut command, &folder.join("log"), at)
}

/// An engineer's door in front of the console, and what their browser sends there once it was let in.
fn visited(stage: &Hospital, console: SocketAddr) -> Result<(Link, Vec<String>)> {
    let vendor = stage.vendor("Bench Consoles");
    let engineer = stage.engineer(&vendor, "consoles");
    let shown = stage
        .clerk
        .asks(["target", "server-key", &console.to_string()]);
    let tls = shown.get("shown").and_then(|shown| shown.get("tls"));
    let key = format!(
        "sha256:{}",
        tls.map(|tls| text(tls, "spki")).unwrap_or_default()
    );
    let kind = ["--protocol", "http", "--user", "maint"];
    let known = ["--server-key", &key, "--quota", "900GiB"];
    stage.target(TARGET, &vendor, console, &[&kind[..], &known].concat());
    let secret = stage.clerk.sekisho();
    secret
        .args(["target", "secret", TARGET, "--password-stdin"])
        .input("Quarry-Otter-Walnut-37\n".to_owned())
        .ok();
    let terms = ["--data-out", "100GiB", "--for", "2h"];
    let _approved = stage.visit(&engineer, TARGET, &terms);
    let link = Link::open(&engineer, TARGET);
    let answered = link.running.answered();
    let first = answered.split(|byte| *byte == b'\n').next();
    let said: serde_json::Value = serde_json::from_slice(first.unwrap_or_default())?;
    let host = format!("{TARGET}.localhost:{}", link.address.port());
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--noproxy", "*"]);
    curl.args(["--output", "/dev/null", "--dump-header", "-"]);
    let answer = output(curl.arg(text(&said, "link")))?;
    let cookie = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_one = name.eq_ignore_ascii_case("set-cookie");
        let value = value.split(';').next()?.trim();
        is_one.then(|| value.to_owned())
    });
    let cookie = cookie.with_context(|| format!("no cookie in\n{answer}"))?;
    let headers = vec![format!("Host: {host}"), format!("Cookie: {cookie}")];
    Ok((link, headers))
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn a_time_is_read_in_each_of_its_units() {
        let read = ["250.00us", "1.50ms", "2.00s", "7"].map(milliseconds);
        assert_eq!(read, [Some(0.25), Some(1.5), Some(2000.0), None]);
    }
}
