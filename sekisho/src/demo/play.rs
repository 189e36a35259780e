//! The play: the stage, the people, the steps.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use client::api::Api;
use client::connect::{Errand, how_it_ended, open};
use client::witness::compare;
use client::{DialOptions, Home, JoinForm, Membership, join};
use engine::{Clock, NewSite, SiteConfig, found_site};
use ids::{NonEmpty, SiteId, TargetId, VendorId, VisitId};
use ledger::Trust;
use tunnel::relay::Relay;
use tunnel::{DeviceIdentity, DeviceKey, DeviceRequest, SiteCa, Validity};
use vault::{Kit, Unlock};
use wire::api::v1;
use wire::{Invitation, Secret};

use super::authenticator::Authenticator;
use super::hands::Hands;
use super::target::Target;
use super::{Ledger, Played, Receipt, Recording, Refused, Visit};
use crate::context::Context;
use crate::failure::{Failure, Family, Kind};
use crate::gateway::{Gateway, WayOut};
use crate::relay::{self, Anywhere, From, SiteFile};

/// Where everybody sits. All of it is loopback; to the gateway these are different networks.
const CLERK: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 2, 10));
pub(super) const ENGINEER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 20));
const OTHER_VENDOR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 4, 9));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 3, 9));

/// How long the visit is allowed: long enough to be seen, short enough to wait for its end.
pub(super) const VISIT_LASTS: Duration = Duration::from_secs(20);

/// How long a step of an engineer's program may take before the demo gives up.
pub(super) const STEP: Duration = Duration::from_secs(20);

/// The relay's own name.
const RELAY: &str = "relay.demo.test";

/// How often the demo looks whether something has come about.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The target's name.
pub(super) const TARGET: &str = "receipt-computer";

/// A person of the demo.
pub(super) struct Actor {
    pub(super) membership: Membership,
    login: &'static str,
    passphrase: Secret,
    phone: Authenticator,
    bind: IpAddr,
}

/// The folder, the running relay and gateway, the target.
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    relay: Option<Relay>,
    gateway: Option<Gateway>,
    /// Where the gateway listens, for the hospital's own network.
    inside: SocketAddr,
    /// Where the relay listens: all that the outside sees.
    address: SocketAddr,
    pub(super) target: Target,
    site: SiteId,
    kit: Kit,
    kit_public: vault::KitPublic,
    setup: String,
}

impl Stage {
    /// Founds a site in a new folder and starts its gateway.
    pub(super) async fn set(context: &Context) -> Result<Self, Failure> {
        let language = context.language;
        let set = tokio::task::spawn_blocking(move || Self::set_here(language));
        let stage = set.await.map_err(Failure::internal)??;
        context.tell("demo-founded", &[("address", &stage.inside.to_string())]);
        Ok(stage)
    }

    fn set_here(language: phrases::Language) -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("sekisho-demo-{}", std::process::id()));
        let site: SiteId = "demo".parse().map_err(Failure::internal)?;
        let address = free_address().map_err(Failure::internal)?;
        let outside = free_address().map_err(Failure::internal)?;
        let config = SiteConfig {
            site: site.clone(),
            dir: folder.join("site"),
            listen: address,
            engineers_name: "maintenance.demo.test".to_owned(),
            console_name: "console.demo.test".to_owned(),
            engineers_address: outside.to_string(),
            console_address: address.to_string(),
        };
        let lan = "127.0.2.0/24".parse().map_err(Failure::internal)?;
        let new = NewSite {
            config: config.clone(),
            name: phrases::say(language, "demo-hospital", &[]),
            lan: NonEmpty::one(lan),
        };
        let unlock = Unlock::DangerousKeyBesideData;
        let founded = found_site(&new, &unlock, &Clock::system()).map_err(Failure::internal)?;
        let gateway = Gateway::start(config, WayOut::direct(), &unlock, Clock::system())
            .map_err(Failure::internal)?;
        let target = Target::start(&folder.join("target")).map_err(no_sshd)?;
        Ok(Self {
            inside: gateway.address(),
            address: outside,
            relay: None,
            gateway: Some(gateway),
            target,
            site,
            kit_public: founded.kit.public(),
            kit: founded.kit,
            setup: founded.setup.to_string(),
            folder,
        })
    }

    /// Tells how the open site can be looked at.
    pub(super) fn invite_to_look(&self, context: &Context) {
        let home = self.folder.join("clerk").display().to_string();
        context.tell(
            "demo-stays",
            &[("home", &home), ("from", &CLERK.to_string())],
        );
    }

    /// Stops the gateway and removes the folder.
    pub(super) async fn clear(self) {
        let cleared = tokio::task::spawn_blocking(move || {
            if let Some(gateway) = self.gateway {
                gateway.stop();
            }
            drop((self.relay, self.target));
            std::fs::remove_dir_all(&self.folder)
        });
        // What cannot be removed lies in the system's temporary folder.
        let _removed = cleared.await;
    }

    fn home(&self, who: &str) -> Home {
        Home::at(self.folder.join(who))
    }
}

fn no_sshd(cause: std::io::Error) -> Failure {
    Failure::of(
        Kind::Failed,
        wire::Said::plain("demo-no-sshd").with("cause", cause),
    )
}

pub(super) fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Actor {
    /// Accepts an invitation from this place, as a person would.
    async fn joins(
        stage: &Stage,
        invitation: &str,
        login: &'static str,
        name: String,
        bind: IpAddr,
    ) -> Result<(Self, client::Joining), Failure> {
        let home = stage.home(login);
        let passphrase = Secret::new(passphrase_of(login).to_owned());
        let form = JoinForm {
            name: Some(name),
            login: Some(login.to_owned()),
            contact: Some("03-0000-0000".to_owned()),
            passphrase: Some(passphrase.clone()),
            device_label: Some("demo".to_owned()),
        };
        let invitation: Invitation = invitation.parse().map_err(Failure::internal)?;
        let options = DialOptions {
            bind: Some(bind),
            ..DialOptions::default()
        };
        let mut phone = None;
        let now = client::now();
        let joining = join(&home, &invitation, form, &options, now, async |challenge| {
            let mut made = Authenticator::new(&challenge.secret)
                .ok_or_else(|| std::io::Error::other("the secret is not base32"))?;
            let code = made.fresh_code(client::now());
            phone = Some(made);
            Ok(code)
        })
        .await?;
        let phone = phone.ok_or_else(|| Failure::internal("no secret was shown"))?;
        let actor = Self {
            membership: joining.membership.clone(),
            login,
            passphrase,
            phone,
            bind,
        };
        Ok((actor, joining))
    }

    async fn signs_in(&mut self) -> Result<(), Failure> {
        let code = self.phone.fresh_code(client::now());
        self.shows(code).await
    }

    async fn shows(&self, code: Secret) -> Result<(), Failure> {
        let api = self.api()?.with_token(None);
        let place = self.membership.sign_in_place();
        let signing = client::signing_in::sign_in(
            &api,
            &place,
            self.login,
            self.passphrase.clone(),
            Some(code),
        );
        match signing.await.map_err(Failure::from) {
            Ok(_) => Ok(()),
            // Somebody who is signing in is not told that they are signed out.
            Err(failure) if failure.kind == Kind::NotSignedIn => {
                Err(Failure::new(Kind::NotSignedIn, "error-sign-in-failed"))
            }
            Err(failure) => Err(failure),
        }
    }

    pub(super) fn api(&self) -> Result<Api, Failure> {
        Ok(self.membership.api(Some(self.bind), client::now())?)
    }

    fn errand(&self, bind: IpAddr) -> Errand {
        Errand {
            target: TARGET.to_owned(),
            grant: None,
            bind: Some(bind),
            channel: None,
        }
    }
}

/// Long, and made of what no list knows; the demo's people need not remember them.
fn passphrase_of(login: &str) -> &'static str {
    match login {
        "clerk" => "lantern Quince 47 gravel otter",
        _ => "plum Viaduct 83 saddle heron",
    }
}

/// The whole visit.
pub(super) async fn play(
    context: &Context,
    stage: &mut Stage,
    began: Instant,
) -> Result<Played, Failure> {
    let mut refused = Vec::new();
    let mut clerk = clerk_sets_up(context, stage).await?;
    a_relay_is_connected(context, stage, &clerk).await?;
    let (vendor, mut engineer) = engineer_enrols(context, stage, &mut clerk).await?;
    clerk_registers_target(context, stage, &clerk, &vendor).await?;
    refused.push(a_used_code_is_refused(context, &mut engineer).await?);
    refused.push(an_unlisted_address_is_refused(context, &engineer).await);
    refused.push(an_unknown_device_is_refused(context, stage, &engineer).await?);
    let (visit, request) = engineer_asks(context, stage, &engineer).await?;
    refused.push(self_approval_is_refused(context, &engineer, &request).await?);
    clerk
        .api()?
        .approve(
            &request,
            &v1::Approve {
                conditions: None,
                narrower: None,
                ssh: None,
            },
        )
        .await?;
    context.tell("demo-approved", &[("request", &request.to_string())]);
    refused.push(another_vendors_address_is_refused(context, &engineer).await);
    let hands = Hands::of(context, stage, &engineer).await?;
    hands.work(context, stage).await?;
    refused.push(hands.forwarding_is_refused(context, stage, &clerk).await?);
    refused.push(
        hands
            .a_download_outside_is_refused(context, stage, &clerk)
            .await?,
    );
    let attended = an_attendant_ends_a_session(context, &clerk, &hands).await?;
    let ended = hands.stays_until_the_deadline(context, &engineer).await?;
    refused.push(after_the_deadline_nothing_opens(context, &engineer).await);
    engineer_reports(context, &engineer, &visit).await?;
    clerk_collates(context, &clerk, &visit).await?;
    let evidence = clerk_verifies(context, stage, &clerk, &engineer, &visit).await?;
    Ok(Played {
        visit: Visit {
            id: visit.to_string(),
            target: TARGET.to_owned(),
            way: "relay",
            protocol: "ssh",
            attended,
            ended,
        },
        ledger: evidence.0,
        recording: evidence.1,
        receipt: evidence.2,
        refused,
        elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

async fn clerk_sets_up(context: &Context, stage: &Stage) -> Result<Actor, Failure> {
    let name = context.say("demo-clerk", &[]);
    let (mut clerk, _) = Actor::joins(stage, &stage.setup, "clerk", name, CLERK).await?;
    clerk.signs_in().await?;
    context.tell("demo-clerk-joined", &[]);
    let halves = stage.kit.halves().map_err(Failure::internal)?;
    let [first, second] = halves.each_ref().map(|half| half.to_text());
    let again = Kit::from_halves(&first, &second).map_err(Failure::internal)?;
    again.test(&stage.kit_public).map_err(Failure::internal)?;
    clerk.api()?.seal_kit().await?;
    context.tell("demo-kit-sealed", &[]);
    Ok(clerk)
}

/// A relay outside is made, admits the site, and is registered: the hospital opens no port for it.
async fn a_relay_is_connected(
    context: &Context,
    stage: &mut Stage,
    clerk: &Actor,
) -> Result<(), Failure> {
    let dir = stage.folder.join("relay");
    let api = clerk.api()?;
    let site = api.introduction().await?;
    let file = SiteFile {
        site: site.site,
        key: site.key,
        names: NonEmpty::one(site.engineers_name),
        gateways_from: From::Word(Anywhere::Anywhere),
        site_key: site.site_key,
        kit_key: site.kit_key,
    };
    let made = relay::make(&dir, stage.address, RELAY)?;
    relay::admit_site(&dir, file)?;
    stage.relay = Some(relay::start(&dir)?);
    let form = v1::Relay {
        name: "relay".to_owned(),
        address: stage.address.to_string(),
        tls_name: RELAY.to_owned(),
        key: made.key,
        witness: made.witness,
    };
    api.add_relay(&form).await?;
    let connected = async {
        loop {
            let relays = api.relays().await?;
            if relays
                .iter()
                .any(|shown| shown.link.is_some_and(|link| link.connected))
            {
                return Ok::<_, Failure>(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    let limit = tokio::time::timeout(STEP, connected).await;
    limit.map_err(|_| Failure::internal("the relay was not reached"))??;
    context.tell("demo-relay", &[("address", &stage.address.to_string())]);
    Ok(())
}

async fn engineer_enrols(
    context: &Context,
    stage: &Stage,
    clerk: &mut Actor,
) -> Result<(VendorId, Actor), Failure> {
    let api = clerk.api()?;
    let vendor = add_vendor(&api, context.say("demo-vendor", &[]), "127.0.1.0/24").await?;
    add_vendor(&api, context.say("demo-other-vendor", &[]), "127.0.4.0/24").await?;
    let purpose = v1::InviteTo::Person {
        employer: v1::Employer::Vendor(vendor.clone()),
        roles: NonEmpty::one(v1::Role::Engineer),
    };
    let invited = api
        .invite(&v1::Invite {
            purpose,
            for_minutes: None,
        })
        .await?;
    let name = context.say("demo-engineer", &[]);
    let text = invited.text.reveal();
    let (mut engineer, joining) = Actor::joins(stage, text, "engineer", name, ENGINEER).await?;
    context.tell(
        "demo-engineer-joined",
        &[("words", &joining.words.join(" "))],
    );
    let device = joining
        .device
        .ok_or_else(|| Failure::internal("no device was enrolled"))?;
    let words = v1::ConfirmDevice {
        words: joining.words,
    };
    api.confirm_device(&device, &words).await?;
    context.tell("demo-words-compared", &[]);
    engineer.signs_in().await?;
    Ok((vendor, engineer))
}

async fn add_vendor(api: &Api, name: String, net: &str) -> Result<VendorId, Failure> {
    let form = v1::AddVendor {
        name,
        parent: None,
        sources: NonEmpty::one(v1::SourcePrefix {
            net: net.to_owned(),
            exception: None,
        }),
        phone: "03-0000-0001".to_owned(),
    };
    let added = api.add_vendor(&form).await?;
    added.id.parse().map_err(Failure::internal)
}

async fn clerk_registers_target(
    context: &Context,
    stage: &Stage,
    clerk: &Actor,
    vendor: &VendorId,
) -> Result<TargetId, Failure> {
    let form = v1::AddTarget {
        name: TARGET.to_owned(),
        protocol: v1::Protocol::Ssh,
        address: v1::Address {
            host: stage.target.address().ip().to_string(),
            ip: None,
            port: stage.target.address().port(),
        },
        recording: wire::session::Recording::Payload,
        approvals: v1::Approvals::One,
        emergency: false,
        hours: v1::Hours::Always,
        longest_minutes: 60,
        quota_bytes: 1 << 20,
        vendors: NonEmpty::one(vendor.clone()),
        ssh: Some(v1::SshTarget {
            user: stage.target.user().to_owned(),
            host_key: stage.target.host_key().to_owned(),
        }),
        attended: false,
    };
    let api = clerk.api()?;
    let added = api.add_target(&form).await?;
    context.tell("demo-target-registered", &[("target", TARGET)]);
    let target: TargetId = added.id.parse().map_err(Failure::internal)?;
    let made = api
        .set_target_secret(&target, &v1::SetTargetSecret::Generate {})
        .await?;
    let line = made
        .public
        .ok_or_else(|| Failure::internal("no key was made"))?;
    stage.target.lets_in(&line).map_err(Failure::internal)?;
    context.tell("demo-secret", &[]);
    Ok(target)
}

async fn engineer_asks(
    context: &Context,
    stage: &Stage,
    engineer: &Actor,
) -> Result<(VisitId, ids::RequestId), Failure> {
    let now = client::now();
    let form = v1::RequestVisit {
        target: TARGET.to_owned(),
        window: v1::Window {
            from: now,
            until: now.plus(VISIT_LASTS),
        },
        purpose: context.say("demo-purpose", &[]),
        kind: v1::KindOfWork::Inspection,
        plan: wire::Bytes(context.say("demo-plan", &[]).into_bytes()),
        plan_name: "plan.txt".to_owned(),
        contact: "090-0000-0000".to_owned(),
        privileged: false,
        care_affected: None,
        patient_data: None,
        files: vec![v1::FileHandover {
            direction: v1::Handover::Out,
            name: Some("status.log".to_owned()),
            sha256: None,
        }],
        attended: false,
        sub_contractor: None,
        sessions: v1::Sessions::AtOnce(4),
        ssh: Some(v1::SshTerms {
            shell: true,
            exec: true,
            upload: v1::Files::No,
            download: v1::Files::Yes {
                paths: v1::Paths::Under(NonEmpty::one(stage.target.folder("out"))),
                most_bytes: 1 << 20,
            },
        }),
    };
    let requested = engineer.api()?.request_visit(&form).await?;
    context.tell(
        "demo-requested",
        &[("request", &requested.request.to_string())],
    );
    Ok((requested.visit, requested.request))
}

/// A hospital person watches the engineer work, and ends it.
async fn an_attendant_ends_a_session(
    context: &Context,
    clerk: &Actor,
    hands: &Hands,
) -> Result<String, Failure> {
    let mut shell = hands.shell().await?;
    let api = clerk.api()?;
    let session = hands.session_of(&shell).await?;
    let mut watching = api.attend(&session).await?;
    shell.types("echo $((40+2)) checked\n")?;
    let seen = async {
        let mut text = String::new();
        while let Some(seen) = watching.next::<v1::Seen>().await? {
            if let v1::Seen::Output { bytes, .. } = seen {
                text.push_str(&String::from_utf8_lossy(&bytes.0));
            }
            if text.contains("42 checked") {
                break;
            }
        }
        Ok::<_, Failure>(())
    };
    let limit = tokio::time::timeout(STEP, seen).await;
    limit.map_err(|_| Failure::internal("nothing was seen of the session"))??;
    context.tell("demo-attended", &[("session", &session.to_string())]);
    api.end_session(&session).await?;
    shell.is_over().await?;
    drop(watching);
    ended(context, &hands.api, &session).await
}

/// The reason that the engineer reads; its id.
pub(super) async fn ended(
    context: &Context,
    api: &Api,
    session: &ids::SessionId,
) -> Result<String, Failure> {
    let ended = how_it_ended(api, session).await?;
    let reason = ended.map(|ended| ended.reason);
    let reason = reason.ok_or_else(|| Failure::new(Kind::NotVerified, "demo-did-not-end"))?;
    let sentence = context.sentence(Family::End, &reason);
    context.tell("demo-ended", &[("reason", &sentence)]);
    Ok(whole(&reason.id, "end-"))
}

async fn engineer_reports(
    context: &Context,
    engineer: &Actor,
    visit: &VisitId,
) -> Result<(), Failure> {
    let report = v1::FileReport {
        report: v1::Statement {
            done: context.say("demo-report", &[]),
            files_erased: Some(true),
            ..v1::Statement::default()
        },
        attachment: None,
    };
    let api = engineer.api()?;
    api.file_report(visit, &report).await?;
    compare(&api, &engineer.membership, client::now()).await?;
    context.tell("demo-reported", &[]);
    Ok(())
}

/// Plan, recordings and report side by side.
async fn clerk_collates(context: &Context, clerk: &Actor, visit: &VisitId) -> Result<(), Failure> {
    let story = clerk.api()?.visit_story(visit).await?;
    for difference in &story.differences {
        let said = context.sentence(Family::Whole, difference);
        context.tell("demo-difference", &[("difference", &said)]);
    }
    Ok(())
}

async fn clerk_verifies(
    context: &Context,
    stage: &Stage,
    clerk: &Actor,
    engineer: &Actor,
    visit: &VisitId,
) -> Result<(Ledger, Recording, Receipt), Failure> {
    let api = clerk.api()?;
    let witness = engineer.membership.witness()?;
    let trust = Trust {
        site: clerk.membership.pinned().site_key.clone(),
        witnesses: witness
            .iter()
            .map(|signer| signer.verifier().clone())
            .collect(),
    };
    let receipt = api.receipt(visit).await?;
    let file = stage.folder.join("visit.sekisho-receipt");
    write(&file, &receipt)?;
    let vouched = client::verify::receipt(&file, &trust)?;
    context.tell(
        "demo-receipt",
        &[("cosigned", &vouched.cosigned.len().to_string())],
    );
    let mut recording = Recording {
        bytes: 0,
        verified: true,
    };
    for known in api.recordings().await? {
        let verified = api.verify_recording(&known.session).await?;
        recording.bytes += verified.sent + verified.received;
        recording.verified &= verified.verified;
    }
    context.tell("demo-recording", &[("bytes", &recording.bytes.to_string())]);
    let export = api.export_ledger().await?;
    let folder = stage.folder.join("ledger");
    client::verify::write_export(&folder, &export.files).map_err(Failure::internal)?;
    let verified = client::verify::ledger(&folder, &trust)?;
    let size = verified.checkpoint.size;
    context.tell("demo-ledger", &[("size", &size.to_string())]);
    let ledger = Ledger {
        size,
        root: verified.checkpoint.root.to_string(),
        verified: true,
    };
    let receipt = Receipt {
        verified: true,
        cosigned: vouched.cosigned.len(),
    };
    Ok((ledger, recording, receipt))
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|cause| Failure::unwritable(path, &cause))
}

// What must be refused.

async fn a_used_code_is_refused(
    context: &Context,
    engineer: &mut Actor,
) -> Result<Refused, Failure> {
    let code = engineer.phone.last_code();
    let before = engineer.membership.sign_in_place().sign_in()?;
    let tried = engineer.shows(code).await;
    // The failed try must not have cost the sign-in that stands.
    if let Some(kept) = before {
        engineer.membership.sign_in_place().keep(&kept)?;
    }
    Ok(refusal(context, "used-code", tried))
}

async fn an_unlisted_address_is_refused(context: &Context, engineer: &Actor) -> Refused {
    let errand = engineer.errand(ELSEWHERE);
    let tried = open(&engineer.membership, &errand, client::now()).await;
    refusal(context, "unlisted-address", tried.map_err(Failure::from))
}

async fn another_vendors_address_is_refused(context: &Context, engineer: &Actor) -> Refused {
    let errand = engineer.errand(OTHER_VENDOR);
    let tried = open(&engineer.membership, &errand, client::now()).await;
    refusal(context, "wrong-address", tried.map_err(Failure::from))
}

/// A device with a certificate of another CA, made by somebody who has everything else.
async fn an_unknown_device_is_refused(
    context: &Context,
    stage: &Stage,
    engineer: &Actor,
) -> Result<Refused, Failure> {
    let now = client::now();
    let ca = SiteCa::generate(&stage.site, now).map_err(Failure::internal)?;
    let key = DeviceKey::generate().map_err(Failure::internal)?;
    let csr = key.request().map_err(Failure::internal)?;
    let request = DeviceRequest::read(&csr).map_err(Failure::internal)?;
    let device = ids::DeviceId::new(&stage.site, 1);
    let validity = Validity::starting(now, Duration::from_secs(3600));
    let certificate = ca
        .issue_device(&request, &device, validity)
        .map_err(Failure::internal)?;
    let identity = DeviceIdentity {
        certificate,
        key: key.pkcs8(),
    };
    let token = engineer.membership.sign_in_place().token(now)?;
    let options = DialOptions {
        bind: Some(ENGINEER),
        ..DialOptions::default()
    };
    let address = stage.address.to_string();
    let api = Api::network(
        &address,
        engineer.membership.trust(),
        Some(identity),
        options,
    );
    let tried = api.with_token(token).status().await;
    Ok(refusal(
        context,
        "unknown-device",
        tried.map_err(Failure::from),
    ))
}

async fn self_approval_is_refused(
    context: &Context,
    engineer: &Actor,
    request: &ids::RequestId,
) -> Result<Refused, Failure> {
    let form = v1::Approve {
        conditions: None,
        narrower: None,
        ssh: None,
    };
    let tried = engineer.api()?.approve(request, &form).await;
    Ok(refusal(
        context,
        "self-approval",
        tried.map_err(Failure::from),
    ))
}

async fn after_the_deadline_nothing_opens(context: &Context, engineer: &Actor) -> Refused {
    let tried = open(
        &engineer.membership,
        &engineer.errand(ENGINEER),
        client::now(),
    )
    .await;
    refusal(context, "after-deadline", tried.map_err(Failure::from))
}

/// What was said to an attempt; no reasons if it was let through, which fails the demo.
pub(super) fn refusal<T>(
    context: &Context,
    attempt: &'static str,
    tried: Result<T, Failure>,
) -> Refused {
    let Err(failure) = tried else {
        context.tell("demo-let-through", &[("attempt", attempt)]);
        return Refused {
            attempt,
            reasons: Vec::new(),
        };
    };
    let title = context.say(&format!("demo-try-{attempt}"), &[]);
    let text = failure.text(context.language);
    context.tell("demo-refused", &[("attempt", &title), ("answer", &text)]);
    let said = failure
        .said
        .iter()
        .filter(|(_, said)| said.id != "cli-refused");
    let reasons = said.map(|(_, said)| whole(&said.id, "reason-")).collect();
    Refused { attempt, reasons }
}

/// An id with its family.
pub(super) fn whole(id: &str, family: &str) -> String {
    let families = ["reason-", "end-", "connect-", "error-", "cli-"];
    match families.iter().any(|family| id.starts_with(family)) {
        true => id.to_owned(),
        false => format!("{family}{id}"),
    }
}
