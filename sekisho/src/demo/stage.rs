//! The stage: a folder, a gateway, a relay, a target; and who acts on it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use client::api::Api;
use client::connect::Errand;
use client::{DialOptions, Home, JoinForm, Membership, join};
use engine::{Clock, NewSite, SiteConfig, found_site};
use ids::{NonEmpty, SiteId};
use tunnel::relay::Relay;
use vault::{Kit, Unlock};
use wire::{Invitation, Secret};

use super::authenticator::Authenticator;
use super::target::Target;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::gateway::{Gateway, WayOut};

/// Where everybody sits. All of it is loopback; to the gateway these are different networks.
pub(super) const CLERK: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 2, 10));
pub(super) const ENGINEER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 20));

/// The hospital's network, and a browser on this machine.
const LAN: &str = "127.0.2.0/24";
const BROWSER: &str = "127.0.0.1/32";

/// Names under `localhost` lead browsers to this machine, without a name server (RFC 6761 §6.3).
const CONSOLE_NAME: &str = "console.demo.localhost";
const ENGINEERS_NAME: &str = "maintenance.demo.localhost";

/// The port of the console, where it is free: one that can be told over the table.
const CONSOLE_PORT: u16 = 8443;

/// How long the visit is allowed: long enough to be seen, short enough to wait for its end.
pub(super) const VISIT_LASTS: Duration = Duration::from_secs(20);

/// How long a step of an engineer's program may take before the demo gives up.
pub(super) const STEP: Duration = Duration::from_secs(20);

/// How often the demo looks whether something has come about.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The target's name.
pub(super) const TARGET: &str = "receipt-computer";

/// A person of the demo.
pub(super) struct Actor {
    pub(super) membership: Membership,
    login: &'static str,
    passphrase: Secret,
    pub(super) phone: Authenticator,
    bind: IpAddr,
}

/// The folder, the running relay and gateway, the target.
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    pub(super) relay: Option<Relay>,
    gateway: Option<Gateway>,
    /// Where the gateway listens, for the hospital's own network.
    inside: SocketAddr,
    /// Where the relay listens: all that the outside sees.
    pub(super) address: SocketAddr,
    pub(super) target: Target,
    pub(super) site: SiteId,
    pub(super) kit: Kit,
    pub(super) kit_public: vault::KitPublic,
    pub(super) setup: String,
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
        let address = console_address().map_err(Failure::internal)?;
        let outside = free_address().map_err(Failure::internal)?;
        let config = SiteConfig {
            site: site.clone(),
            dir: folder.join("site"),
            listen: address,
            engineers_name: ENGINEERS_NAME.to_owned(),
            console_name: CONSOLE_NAME.to_owned(),
            engineers_address: outside.to_string(),
            console_address: address.to_string(),
        };
        let lan = [LAN, BROWSER].iter().map(|net| net.parse());
        let lan: Vec<_> = lan.collect::<Result<_, _>>().map_err(Failure::internal)?;
        let new = NewSite {
            config: config.clone(),
            name: phrases::say(language, "demo-hospital", &[]),
            lan: NonEmpty::from_vec(lan).map_err(Failure::internal)?,
            level: access::NEWEST_LEVEL,
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

    /// Where a browser on this machine finds the console.
    pub(super) fn console_url(&self) -> String {
        format!("https://{CONSOLE_NAME}:{}/", self.inside.port())
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

fn console_address() -> std::io::Result<SocketAddr> {
    let wanted = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, CONSOLE_PORT));
    match wanted {
        Ok(listener) => listener.local_addr(),
        Err(_) => free_address(),
    }
}

pub(super) fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Actor {
    /// Accepts an invitation from this place, as a person would.
    pub(super) async fn joins(
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

    pub(super) async fn signs_in(&mut self) -> Result<(), Failure> {
        let code = self.phone.fresh_code(client::now());
        self.shows(code).await
    }

    pub(super) async fn shows(&self, code: Secret) -> Result<(), Failure> {
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

    pub(super) fn login(&self) -> &'static str {
        self.login
    }

    /// To be told to whoever plays: it guards nothing but the demo.
    pub(super) fn passphrase(&self) -> &str {
        self.passphrase.reveal()
    }

    pub(super) fn api(&self) -> Result<Api, Failure> {
        Ok(self.membership.api(Some(self.bind), client::now())?)
    }

    pub(super) fn errand(&self, bind: IpAddr) -> Errand {
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
