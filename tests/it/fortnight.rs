//! Two weeks of a maintenance line, made short: ordinary visits at a real server, and hidden among them the steps of the three
//! incidents that pass through such a line. Nothing that is typed harms anything: what a step would run is not installed, or stands
//! behind `false`.
//!
//! `cargo test -p acceptance --test it -- fortnight --nocapture` prints for each rule how often its step was taken, found, and said
//! where there was none; and how long it took from the act to the alert.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acceptance::hospital::Hospital;
use acceptance::lab::Lin;
use acceptance::link::Link;
use acceptance::people::{Person, moment, text};
use acceptance::run::Running;
use acceptance::ssh::{Shell, register, shown};
use acceptance::wait;
use serde_json::Value;

use crate::postgres::{psql, registered};

/// What is done on ten ordinary days; the nearest honest neighbours of the steps among it.
const ORDINARY: [&[&str]; 10] = [
    &["uptime", "df -h", "free -m", "ls -la /var/log"],
    &["tail -n 3 /etc/hostname", "grep -c root /etc/passwd", "id"],
    &["vssadmin list shadows", "wbadmin get versions"],
    &["net user", "net start WinDefend", "sc query windefend"],
    &[
        "touch app.conf",
        "cp -p app.conf app.conf.bak",
        "rm app.conf.bak app.conf",
    ],
    &[
        "echo 'do not run vssadmin delete shadows'",
        "grep -r mimikatz /etc/hostname",
    ],
    &[
        "for s in one two; do echo stopping $s; done",
        "history | tail -n 2",
    ],
    &[
        "wevtutil qe Security /c:5",
        "which anydesk",
        "reg query HKLM\\\\SYSTEM",
    ],
    &["rm -rf ./bakery-old", "ls /mnt/backup", "man -w nmap"],
    &["export LANG=C", "date", "cat /proc/loadavg"],
];

/// A step of an incident, the rule that answers it, and what is typed for it.
const STEPS: [(&str, &str); 10] = [
    ("second-hop", "psexec \\\\\\\\ehr-db cmd"),
    ("network-sweep", "masscan 10.0.0.0/8 -p445"),
    ("backups-deleted", "vssadmin delete shadows /all /quiet"),
    (
        "backup-files-removed",
        "false && rm -rf /mnt/backup/2024-05",
    ),
    ("security-stopped", "net stop ntrtscan"),
    ("account-added", "net user support P-ss-w0rd /add"),
    ("log-cleared", "wevtutil cl Security"),
    ("remote-tool", "AnyDesk.exe --install C:/AnyDesk --silent"),
    ("credentials-dumped", "procdump64.exe -ma lsass.exe l.dmp"),
    ("credentials-dumped", "false && cat /etc/shadow"),
];

/// What is ordinarily asked of the database, and on which terms.
const ORDINARY_READINGS: [(&str, &[&str]); 2] = [
    ("select count(*) from patients", &[]),
    (
        "select name, id from patients where id in (3, 8)",
        &["--patients", "two whose orders were printed twice"],
    ),
];

/// A rule, what is asked of the database so that it answers, and on which terms.
const READINGS: [(&str, &str, &[&str]); 4] = [
    (
        "bulk-read",
        "select n from generate_series(1, 20001) n",
        &[],
    ),
    (
        "many-patients",
        "select id from patients",
        &["--patients", "two whose orders were printed twice"],
    ),
    (
        "patients-undeclared",
        "select id from patients where id = 3",
        &[],
    ),
    (
        "volume-beyond-terms",
        "select repeat('x', 1000) from generate_series(1, 3000)",
        &["--data-out", "1MiB"],
    ),
];

/// Now, as entries say it: milliseconds.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or_default()
}

/// What became of the steps of one rule.
#[derive(Default)]
struct Score {
    taken: u32,
    found: u32,
    wrong: u32,
    slowest: i64,
}

struct Fortnight {
    hospital: Hospital,
    vendor: String,
    scores: BTreeMap<String, Score>,
    settled: usize,
}

/// Waits for words on the screen.
fn shows(ssh: &mut Running, words: &str) {
    wait::until(&format!("{words:?}"), || {
        let said = String::from_utf8_lossy(&ssh.answered()).into_owned();
        assert!(said.contains(words) || !ssh.ended(), "{said}");
        said.contains(words).then_some(())
    });
}

/// Types a line and waits until its shell has run it.
fn types(ssh: &mut Running, number: usize, line: &str) {
    let typed = format!("{line} 2>/dev/null; echo done-{number}-$((40+2))\n");
    ssh.write(typed.as_bytes());
    shows(ssh, &format!("done-{number}-42"));
}

impl Fortnight {
    fn open_alerts(&self) -> Vec<Value> {
        let alerts = self.hospital.clerk.asks(["alerts"]);
        alerts.as_array().cloned().unwrap_or_default()
    }

    /// A visit of one session, entered.
    fn visit(&self, engineer: &Person) -> (Shell, Running) {
        let shell = Shell::ready(&self.hospital, engineer, "files", &["--once"]);
        let mut ssh = shell.ssh(&["-tt"]).begin();
        ssh.write(b"echo ready-$((6*7))\n");
        shows(&mut ssh, "ready-42");
        (shell, ssh)
    }

    /// A day of ordinary work; whatever is told of it is wrong.
    fn an_ordinary_day(&mut self, engineer: &Person, lines: &[&str]) {
        let (shell, mut ssh) = self.visit(engineer);
        for (number, line) in lines.iter().enumerate() {
            types(&mut ssh, number, line);
        }
        ssh.write(b"exit\n");
        ssh.finish();
        let session = self.hospital.session_of(&shell.visit.visit);
        self.hospital.ended(&session);
        self.nothing_else_is_told();
    }

    /// A visit like any other, in which one step is taken.
    fn a_day_with_a_step(&mut self, engineer: &Person, rule: &str, line: &str) {
        let (shell, mut ssh) = self.visit(engineer);
        types(&mut ssh, 0, "uptime");
        let acted = now();
        ssh.write(format!("{line}\n").as_bytes());
        self.is_told(rule, acted, Some(&shell.visit.visit), &[]);
        let session = self.hospital.session_of(&shell.visit.visit);
        // It ended already where that is what the rule does.
        self.hospital.clerk.tries(["end", &session]);
        ssh.finish();
    }

    /// A visit to the database, in which one thing is asked: ordinary, or a step that a rule answers.
    fn a_day_at_the_database(
        &mut self,
        engineer: &Person,
        rule: Option<&str>,
        (sql, terms): (&str, &[&str]),
    ) {
        let all = [&["--database", "postgres", "--once"], terms].concat();
        let visit = self.hospital.visit(engineer, "records", &all);
        let link = Link::open(engineer, "records");
        let acted = now();
        // Where the terms end it, the client says so.
        psql(&link, "postgres").args(["-c", sql]).done();
        if let Some(rule) = rule {
            self.is_told(rule, acted, Some(&visit.visit), &[]);
        }
        link.close();
        self.hospital.ended(&self.hospital.session_of(&visit.visit));
        self.nothing_else_is_told();
    }

    /// A visit in which files leave, more than one needs.
    fn a_day_of_files(&mut self, engineer: &Person, lin: &Lin, rule: &str) {
        let home = shown(&lin.home());
        let terms = ["--once", "--download", &home, "--download-bytes", "500MiB"];
        let shell = Shell::ready(&self.hospital, engineer, "files", &terms);
        let acted = now();
        let from = format!("{}:{home}/{rule}", shell.host());
        let to = shell.folder.join(rule);
        shell.openssh("scp").args(["-r", &from]).arg(&to).ok();
        self.is_told(rule, acted, Some(&shell.visit.visit), &[]);
        self.hospital
            .ended(&self.hospital.session_of(&shell.visit.visit));
        self.nothing_else_is_told();
    }

    /// Whatever is still told of an ordinary visit, or beside a step, is wrong.
    fn nothing_else_is_told(&mut self) {
        for alert in self.open_alerts() {
            self.count_wrong(&alert, &[]);
            self.settle(&alert, "ordinary");
        }
    }

    fn a_way_in_without_a_plan(&mut self, target: &str, rule: &str, beside: &[&str]) {
        let person = self.hospital.engineer(&self.vendor, rule);
        let acted = now();
        person.tries(["connect", target]);
        self.is_told(rule, acted, None, beside);
    }

    /// Waits for the alert of a rule, counts it, and says that it was an incident. What else is told of the same act is not wrong if
    /// it is named here.
    fn is_told(&mut self, rule: &str, acted: i64, visit: Option<&str>, beside: &[&str]) {
        let alert = wait::until(&format!("the alert of {rule}"), || {
            let alerts = self.open_alerts();
            alerts.into_iter().find(|alert| {
                let signs = alert["signs"].as_array();
                let said = signs.is_some_and(|signs| signs.iter().any(|one| one["rule"] == rule));
                said && visit.is_none_or(|visit| alert["about"] == visit)
            })
        });
        let signs = alert["signs"].as_array().cloned().unwrap_or_default();
        let sign = signs.iter().find(|sign| sign["rule"] == rule);
        let told = moment(sign.expect("it was found by it"), "at");
        let score = self.scores.entry(rule.to_owned()).or_default();
        score.taken += 1;
        score.found += 1;
        score.slowest = score.slowest.max(told - acted);
        self.count_wrong(&alert, &[&[rule], beside].concat());
        self.settle(&alert, "incident");
    }

    fn count_wrong(&mut self, alert: &Value, right: &[&str]) {
        for sign in alert["signs"].as_array().into_iter().flatten() {
            let rule = text(sign, "rule");
            if !right.contains(&rule.as_str()) {
                self.scores.entry(rule).or_default().wrong += 1;
            }
        }
    }

    fn settle(&mut self, alert: &Value, verdict: &str) {
        let number = alert["number"].to_string();
        let settle = ["alerts", "--settle", &number, "--as", verdict];
        let why = ["--why", "the fortnight's own script"];
        self.hospital
            .clerk
            .tries(settle.iter().chain(&why))
            .expect(0);
        self.settled += 1;
    }

    fn table(&self) -> String {
        let mut table =
            "rule                    taken  found  wrong  act to alert, ms at most\n".to_owned();
        for (rule, score) in &self.scores {
            let Score {
                taken,
                found,
                wrong,
                slowest,
            } = score;
            let _infallible = writeln!(
                table,
                "{rule:<22} {taken:>6} {found:>6} {wrong:>6} {slowest:>6}"
            );
        }
        table
    }
}

#[test]
fn s0_27_the_steps_of_the_three_incidents_are_found_among_a_fortnight_of_ordinary_visits() {
    let Some(lin) = Lin::on_loopback() else {
        return;
    };
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Servers KK");
    register(&hospital, "files", &vendor, &lin, &[]);
    let _records = registered(&hospital, &vendor, "records");
    let named = ["target", "patients", "records", "public.patients.id"];
    hospital.clerk.tries(named).expect(0);
    hospital.target("backup-nas", &vendor, "127.0.0.1:9".parse().unwrap(), &[]);
    let decoy = ["decoys", "--target", "backup-nas"];
    hospital.clerk.tries(decoy).expect(0);
    let known = hospital.engineer(&vendor, "server");
    let mut fortnight = Fortnight {
        hospital,
        vendor,
        scores: BTreeMap::new(),
        settled: 0,
    };
    let mut steps = STEPS.iter();
    for lines in ORDINARY {
        fortnight.an_ordinary_day(&known, lines);
        if let Some((rule, line)) = steps.next() {
            fortnight.a_day_with_a_step(&known, rule, line);
        }
    }
    for reading in ORDINARY_READINGS {
        fortnight.a_day_at_the_database(&known, None, reading);
    }
    for (rule, sql, terms) in READINGS {
        fortnight.a_day_at_the_database(&known, Some(rule), (sql, terms));
    }
    let leaving = ["many-files-out", "volume-beyond-habit"];
    let many = lin.home().join(leaving[0]);
    std::fs::create_dir(&many).unwrap();
    for number in 0..100 {
        std::fs::write(many.join(format!("{number}.log")), "a line\n").unwrap();
    }
    std::fs::write(lin.home().join(leaving[1]), vec![b'x'; 70 << 20]).unwrap();
    for rule in leaving {
        fortnight.a_day_of_files(&known, &lin, rule);
    }
    // Somebody with a colleague's way in, and no plan.
    fortnight.a_way_in_without_a_plan("files", "without-a-plan", &[]);
    fortnight.a_way_in_without_a_plan("backup-nas", "decoy-touched", &["without-a-plan"]);
    let isolated = isolated_from_an_alert(&mut fortnight, &known);
    println!("{}{isolated}", fortnight.table());
    for (rule, score) in &fortnight.scores {
        assert_eq!(score.taken, score.found, "{rule} was missed");
        assert_eq!(score.wrong, 0, "{rule} told of ordinary work");
    }
    let steps = STEPS.len() + READINGS.len() + leaving.len() + 3;
    assert_eq!(fortnight.settled, steps, "each once");
}

/// The last day: whoever is told isolates, and nothing stays open.
fn isolated_from_an_alert(fortnight: &mut Fortnight, engineer: &Person) -> String {
    let (_shell, mut ssh) = fortnight.visit(engineer);
    let acted = now();
    ssh.write(b"wevtutil cl System\n");
    fortnight.is_told("log-cleared", acted, None, &[]);
    let began = std::time::Instant::now();
    let isolate = [
        "isolate",
        "--reason",
        "a log is cleared and nobody explains it",
    ];
    let isolated = fortnight.hospital.clerk.tries(isolate);
    isolated.expect(0);
    let gone = ssh.finish();
    let closed = gone.ended.saturating_duration_since(began);
    let ms = Duration::as_millis;
    format!(
        "from isolating to the end of the engineer's own client: {} ms; the command itself {} ms\n",
        ms(&closed),
        ms(&isolated.took),
    )
}
