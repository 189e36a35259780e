//! The console's pages at a hospital of many years: how long the gateway takes for one, and its bytes.
//!
//! Everything is in this process: a site with ten thousand visits, and a clerk's browser that asks for a
//! page as `console::router` answers it. What the network adds is not ours.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use acceptance::phone::Phone;
use access::{
    CareImpact, Command, Door, Employer, InvitationFor, KindOfWork, NewVisit, Outcome, PatientData,
    Role, Sessions, SourcePrefix, Window, device_words,
};
use anyhow::{Context as _, Result, anyhow, bail};
use axum::body::Body;
use axum::http::Request;
use engine::{Address, Clock, Engine, NewSite, SiteConfig, TargetForm, found_site};
use http_body_util::BodyExt;
use ids::{Commitment, Digest, NonEmpty, TargetId, VendorId};
use login::Identity;
use tower::ServiceExt;
use vault::Unlock;
use wire::join::{JoinDevice, JoinStart};
use wire::{Invitation, Secret};

use crate::figures::{micros, percentile};
use crate::table::{Goal, Row, Table};

/// Visits in the ledger: ten years of a large hospital's.
const VISITS: usize = 10_000;
/// Visits under way at once: an engineer may have ten requests waiting.
const AT_ONCE: usize = 10;
/// How often a page is asked for.
const TIMES: usize = 60;
/// 2026-11-24 10:00 in Japan.
const START: i64 = 1_795_482_000_000;
const LAN: &str = "192.168.7.20";
const FIRM: &str = "203.0.113.7";
const TARGET: &str = "lis-db";
const HOST: &str = "console.bench.invalid";

/// Measures the home page and the page on which a request is answered.
pub(crate) fn measure(work: &Path, table: &mut Table) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let site = Bench::found(&work.join("pages"))?;
    let measured = runtime.block_on(site.measured(table));
    site.engine.stop();
    measured
}

struct Bench {
    engine: Engine,
    setup: String,
    millis: Arc<AtomicI64>,
}

/// Somebody with their factors.
struct Held {
    login: &'static str,
    phone: Phone,
    device: Option<Digest>,
    door: Door,
    source: IpAddr,
    last_step: AtomicI64,
}

impl Bench {
    fn found(dir: &Path) -> Result<Self> {
        let millis = Arc::new(AtomicI64::new(START));
        let config = SiteConfig {
            site: "bench".parse()?,
            dir: dir.to_owned(),
            listen: "192.168.7.2:443".parse()?,
            engineers_name: "in.bench.invalid".to_owned(),
            console_name: HOST.to_owned(),
            engineers_address: "in.bench.invalid:443".to_owned(),
            console_address: format!("{HOST}:443"),
        };
        let new = NewSite {
            config: config.clone(),
            name: "計測病院".to_owned(),
            lan: NonEmpty::one("192.168.7.0/24".parse()?),
            level: access::NEWEST_LEVEL,
        };
        let clock = Clock::pushed(Arc::clone(&millis));
        let founded = found_site(&new, &Unlock::DangerousKeyBesideData, &clock)?;
        let engine = Engine::open(config, &Unlock::DangerousKeyBesideData, clock)?;
        Ok(Self {
            engine,
            setup: founded.setup.to_string(),
            millis,
        })
    }

    async fn measured(&self, table: &mut Table) -> Result<()> {
        let clerk = self.join(&self.setup, "clerk", Door::Console, LAN).await?;
        let by = self.signed_in(&clerk).await?;
        self.does(&by, Command::SealKit).await?;
        let vendor = self.vendor(&by).await?;
        let engineer = self.engineer(&by, &vendor).await?;
        let target = self.target(&by, &vendor).await?;
        let asks = self.signed_in(&engineer).await?;
        self.visits(&asks, &by, &target).await?;
        let waiting = self.asked(&asks, &target).await?;
        let cookie = self.cookie(&clerk).await?;
        for (name, path) in [
            ("home", "/".to_owned()),
            ("a request to be answered", format!("/requests/{waiting}")),
            ("visits", "/visits".to_owned()),
        ] {
            self.page(name, &path, &cookie, table).await?;
        }
        Ok(())
    }

    async fn page(&self, name: &str, path: &str, cookie: &str, table: &mut Table) -> Result<()> {
        let mut took = Vec::with_capacity(TIMES);
        let mut bytes = 0;
        for _ in 0..TIMES {
            let started = Instant::now();
            let text = self.get(path, cookie).await?;
            took.push(micros(started.elapsed()) / 1e3);
            bytes = text.len();
        }
        table.push(
            Row::new(format!("page with {VISITS} visits: {name}, p95, ms"))
                .ours(percentile(&took, 95))
                .goal(Goal::Most(100.0)),
        );
        let style = self.style(cookie).await?;
        let kilobytes = f64::from(u32::try_from(bytes + style)?) / 1024.0;
        table.push(
            Row::new(format!(
                "page with {VISITS} visits: {name} and the style, KB"
            ))
            .ours(kilobytes)
            .goal(Goal::Most(60.0)),
        );
        Ok(())
    }

    /// Bytes of the style sheet that every page names.
    async fn style(&self, cookie: &str) -> Result<usize> {
        let page = self.get("/sign-ins", cookie).await?;
        let named = page
            .split("href=\"")
            .filter_map(|rest| rest.split('"').next());
        let mut styles = named.filter(|path| path.ends_with(".css"));
        let path = styles.next().context("no style is named")?.to_owned();
        Ok(self.get(&path, cookie).await?.len())
    }

    async fn get(&self, path: &str, cookie: &str) -> Result<String> {
        let request = Request::builder()
            .uri(path)
            .header("host", HOST)
            .header("cookie", format!("{}={cookie}", console::COOKIE))
            .body(Body::empty())?;
        let answer = self.router(LAN.parse()?).oneshot(request).await?;
        if answer.status() != 200 {
            bail!("{path} was answered {}", answer.status());
        }
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    fn router(&self, source: IpAddr) -> axum::Router {
        let arrival = console::Arrival::Network {
            door: tunnel::Door::Console,
            source,
            device_key: None,
        };
        console::router(self.engine.clone(), arrival)
    }

    async fn cookie(&self, who: &Held) -> Result<String> {
        let body = format!(
            "login={}&passphrase={}&code={}",
            who.login,
            passphrase(who.login).replace(' ', "+"),
            self.code(who)
        );
        let request = Request::builder()
            .method("POST")
            .uri("/sign-in")
            .header("host", HOST)
            .header("origin", format!("https://{HOST}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))?;
        let answer = self.router(who.source).oneshot(request).await?;
        let set = answer.headers().get_all("set-cookie").iter();
        let mut set = set.filter_map(|line| line.to_str().ok()?.split(';').next());
        let own = set.find_map(|pair| pair.strip_prefix(&format!("{}=", console::COOKIE)));
        own.map(str::to_owned).context("no cookie was given")
    }

    /// Whole visits: asked for, approved, made, and reported on.
    async fn visits(&self, by: &Identity, clerk: &Identity, target: &TargetId) -> Result<()> {
        let mut left = VISITS;
        while left > 0 {
            let batch = left.min(AT_ONCE);
            let now = self.engine.now();
            let made = (0..batch).map(|_| {
                let visit = new_visit(target, now);
                tokio::spawn(whole(self.engine.clone(), by.clone(), clerk.clone(), visit))
            });
            for made in made.collect::<Vec<_>>() {
                made.await??;
            }
            left -= batch;
            self.millis.fetch_add(60_000, Ordering::SeqCst);
        }
        Ok(())
    }

    async fn asked(&self, by: &Identity, target: &TargetId) -> Result<u64> {
        let visit = new_visit(target, self.engine.now());
        let asked = self
            .does(by, Command::RequestVisit(Box::new(visit)))
            .await?;
        let Outcome::Requested { request, .. } = asked else {
            bail!("the visit was not asked for");
        };
        Ok(request.number())
    }

    async fn vendor(&self, by: &Identity) -> Result<VendorId> {
        let new = access::NewVendor {
            name: "あさひ医療システム".to_owned(),
            parent: None,
            sources: NonEmpty::one(SourcePrefix {
                net: "203.0.113.0/24".parse()?,
                exception: None,
            }),
            phone: text(),
        };
        let Outcome::Vendor(vendor) = self.does(by, Command::RegisterVendor(new)).await? else {
            bail!("no vendor was registered");
        };
        Ok(vendor)
    }

    async fn engineer(&self, by: &Identity, vendor: &VendorId) -> Result<Held> {
        let purpose = InvitationFor::Person {
            employer: Employer::Vendor(vendor.clone()),
            roles: NonEmpty::one(Role::Engineer),
        };
        let day = Duration::from_secs(24 * 3600);
        let invited = self.engine.invite(by, purpose, day).await;
        let invited = invited.map_err(|refusal| anyhow!("{refusal:?}"))?;
        let held = self
            .join(&invited.text, "engineer", Door::Engineers, FIRM)
            .await?;
        let device = {
            let site = self.engine.site();
            let key = held.device.as_ref().and_then(|key| site.device_by_key(key));
            key.map(|device| (device.id.clone(), device.enrolment.key))
        };
        let (device, key) = device.context("no device")?;
        let words = device_words(&key);
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.does(by, Command::ConfirmDevice { device, words })
            .await?;
        Ok(held)
    }

    async fn target(&self, by: &Identity, vendor: &VendorId) -> Result<TargetId> {
        let target = access::NewTarget {
            name: TARGET.to_owned(),
            protocol: access::Protocol::Tcp,
            address: access::PinnedAddress {
                host: String::new(),
                ip: "192.168.7.40".parse()?,
                port: 5432,
            },
            recording: access::RecordingPolicy::Payload,
            approvals: access::Approvals::One,
            emergency: false,
            hours: access::Hours::Always,
            longest_minutes: 240,
            quota_bytes: 1 << 20,
            vendors: NonEmpty::one(vendor.clone()),
            ssh: None,
            database: None,
            web: None,
            telnet: None,
            desktop: None,
            attended: false,
            risk: Some(access::NewRisk {
                reason: "measured, and thrown away".to_owned(),
                owner: ids::PersonId::new(self.engine.site().id(), 1),
                until: self.engine.now().plus(Duration::from_secs(86_400)),
            }),
        };
        let address = Address {
            host: "192.168.7.40".to_owned(),
            port: 5432,
        };
        let registered = self
            .engine
            .register_target(by, TargetForm { target, address });
        registered.await.map_err(|refusal| anyhow!("{refusal:?}"))
    }

    async fn join(
        &self,
        invitation: &str,
        login: &'static str,
        door: Door,
        source: &str,
    ) -> Result<Held> {
        let invitation: Invitation = invitation.parse().map_err(|cause| anyhow!("{cause:?}"))?;
        let key = tunnel::DeviceKey::generate()?;
        let witness = ledger::Signer::cosigner(&format!("{login}-device"), &[9; 32])?;
        let device = match door {
            Door::Engineers => Some(JoinDevice {
                csr: wire::Bytes(key.request()?),
                witness: witness.verifier().to_string(),
                label: "laptop".to_owned(),
            }),
            Door::Console | Door::Local | Door::Inside => None,
        };
        let start = JoinStart {
            invitation: invitation.id.clone(),
            secret: invitation.secret.clone(),
            name: Some(login.to_owned()),
            login: Some(login.to_owned()),
            contact: Some("090-0000-0000".to_owned()),
            passphrase: Some(Secret::new(passphrase(login))),
            device,
        };
        let source: IpAddr = source.parse()?;
        let connection = self.engine.connection(None, Some(source), door);
        let begun = self.engine.join_start(connection, start).await;
        let (mut joining, shown) = begun.map_err(|cause| anyhow!("{cause:?}"))?;
        let (_, otpauth) = shown.context("no secret was shown")?;
        let held = Held {
            login,
            phone: Phone::scan(&otpauth),
            device: (door == Door::Engineers).then(|| key.key()),
            door,
            source,
            last_step: AtomicI64::new(0),
        };
        let joined = self
            .engine
            .join_confirm(&mut joining, &self.code(&held))
            .await;
        joined.map_err(|cause| anyhow!("{cause:?}"))?;
        Ok(held)
    }

    /// The next code of somebody's authenticator: the clock goes on to it.
    fn code(&self, who: &Held) -> String {
        let step = self.engine.now().as_seconds() / 30;
        let last = who.last_step.fetch_max(step, Ordering::SeqCst);
        if last >= step {
            self.millis.fetch_add(30_000, Ordering::SeqCst);
            who.last_step.store(last + 1, Ordering::SeqCst);
        }
        who.phone
            .at(self.engine.now().as_seconds().unsigned_abs() / 30)
    }

    async fn signed_in(&self, who: &Held) -> Result<Identity> {
        let connection = self
            .engine
            .connection(who.device.as_ref(), Some(who.source), who.door);
        let code = self.code(who);
        let signed_in = self
            .engine
            .sign_in(&connection, who.login, &passphrase(who.login), &code)
            .await?;
        let by = self
            .engine
            .identify(Some(signed_in.token.as_str()), &connection);
        by.map_err(|cause| anyhow!("{cause:?}"))
    }

    async fn does(&self, by: &Identity, command: Command) -> Result<Outcome> {
        submitted(&self.engine, by, command).await
    }
}

/// One visit from its request to its report.
async fn whole(engine: Engine, by: Identity, clerk: Identity, visit: NewVisit) -> Result<()> {
    let asked = submitted(&engine, &by, Command::RequestVisit(Box::new(visit))).await?;
    let Outcome::Requested { request, visit } = asked else {
        bail!("the visit was not asked for");
    };
    let yes = Command::ApproveRequest {
        request,
        conditions: None,
        narrower: None,
        ssh: None,
        database: None,
        web: None,
        desktop: None,
    };
    let Outcome::Granted { grant, .. } = submitted(&engine, &clerk, yes).await? else {
        bail!("the visit was not approved");
    };
    let opening = engine.open_session(&by, TARGET, Some(grant), access::Protocol::Tcp);
    let opened = opening.await.map_err(|refusal| anyhow!("{refusal:?}"))?;
    opened.close(access::EndReason::EngineerClosed).await;
    let report = Command::FileReport {
        visit,
        report: Digest([4; 32]),
        name: text(),
    };
    submitted(&engine, &by, report).await.map(drop)
}

async fn submitted(engine: &Engine, by: &Identity, command: Command) -> Result<Outcome> {
    let done = engine.submit(by, command).await;
    done.map_err(|refusal| anyhow!("{refusal:?}"))
}

fn new_visit(target: &TargetId, now: ids::Timestamp) -> NewVisit {
    NewVisit {
        target: target.clone(),
        window: Window {
            from: now,
            until: now.plus(Duration::from_secs(3600)),
        },
        purpose: text(),
        kind: KindOfWork::Inspection,
        plan: Digest([3; 32]),
        plan_name: text(),
        contact: text(),
        privileged: false,
        care: CareImpact::None,
        patients: PatientData::None,
        files: Vec::new(),
        attended: false,
        sub_contractor: None,
        sessions: Sessions::Once,
        ssh: None,
        database: None,
        web: None,
        desktop: None,
    }
}

/// A text that was erased: the pages look for it all the same.
fn text() -> Commitment {
    Commitment(Digest([5; 32]))
}

fn passphrase(login: &str) -> String {
    format!("quince 47 lantern {login} gravel otter")
}
