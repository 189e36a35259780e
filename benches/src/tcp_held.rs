//! Idle TCP sessions, recorded: what a gateway holds for each of thousands.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use acceptance::hospital::SITE;
use anyhow::{Context as _, Result};
use client::connect::{Errand, Session, open_with};
use client::keep::{Home, Membership};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use wire::Secret;
use wire::session::Channel;

use crate::account::memory_kib;
use crate::hospital::Hospital;
use crate::options::Options;
use crate::process::descriptors;
use crate::table::{Goal, Row, Table};

/// A grant allows no more at once.
const OF_A_GRANT: usize = 1_000;

/// Opened at the same time.
const AT_ONCE: usize = 16;

/// Addresses that they come from, of the vendor's.
const SOURCES: usize = 200;

/// What a gateway holds for a session: a socket and a second handle on it, towards either side.
const DESCRIPTORS: usize = 4;

/// Until what an opening needed is given back.
const SETTLES_WITHIN: Duration = Duration::from_secs(3);

/// Most that an idle session may take of the gateway, KiB (architecture §6).
const MOST_KIB: f64 = 48.0;

/// Who opens, and where to.
struct Engineer {
    membership: Membership,
    token: Secret,
    targets: Vec<String>,
}

pub(crate) fn measure(options: &Options, hospital: &Hospital, table: &mut Table) -> Result<()> {
    let gateway = hospital.gateway().gateway;
    let runtime = Runtime::new()?;
    let most = descriptors() / DESCRIPTORS;
    let largest = options.tcp_sessions.iter().copied().max().unwrap_or(0);
    let mut engineer = Engineer::of(hospital)?;
    // The first session too is held: what everybody needs once is not the price of each.
    for number in 0..=largest.min(most) / OF_A_GRANT {
        let target = format!("idle-{number}");
        hospital.many_by_tcp(&target)?;
        engineer.targets.push(target);
    }
    let mut held = runtime.block_on(engineer.hold(0, 1))?;
    std::thread::sleep(SETTLES_WITHIN);
    let before = memory_kib(&gateway)?;
    for wanted in options.tcp_sessions {
        let row = |count: usize| {
            Row::new(format!(
                "memory per idle TCP session, recorded, at {count}, KiB: gateway"
            ))
        };
        let count = (*wanted).min(most);
        if count < *wanted {
            table.push(row(*wanted).not_measured(format!(
                "{DESCRIPTORS} descriptors each, and a process here may have {}",
                descriptors()
            )));
        }
        if count < held.len() {
            continue;
        }
        eprintln!("tcp, {count} idle sessions");
        let more = engineer.hold(held.len(), count + 1 - held.len());
        held.extend(runtime.block_on(more)?);
        std::thread::sleep(SETTLES_WITHIN);
        let beyond_the_first = f64::from(u32::try_from(held.len() - 1)?);
        let each = (memory_kib(&gateway)? - before) / beyond_the_first;
        table.push(row(count).ours(each).goal(Goal::Most(MOST_KIB)));
    }
    Ok(())
}

impl Engineer {
    fn of(hospital: &Hospital) -> Result<Self> {
        let membership = Home::at(hospital.direct_home()).site(&SITE.parse()?)?;
        let token = membership.sign_in_place().token(client::now())?;
        Ok(Self {
            membership,
            token: token.context("an engineer who is signed in")?,
            targets: Vec::new(),
        })
    }

    /// Opens so many sessions, the first of them with this number.
    async fn hold(&self, first: usize, count: usize) -> Result<Vec<Session>> {
        let mut sessions = Vec::with_capacity(count);
        let mut numbers = first..first + count;
        while sessions.len() < count {
            let mut opening = JoinSet::new();
            for number in numbers.by_ref().take(AT_ONCE) {
                let target = self.targets.get(number / OF_A_GRANT);
                let errand = Errand {
                    target: target.context("a visit for it")?.clone(),
                    grant: None,
                    bind: Some(source(number)),
                    channel: Some(Channel::Tcp),
                };
                let (membership, token) = (self.membership.clone(), self.token.clone());
                opening.spawn(async move { open_with(&membership, &errand, token).await });
            }
            while let Some(opened) = opening.join_next().await {
                sessions.push(opened??);
            }
        }
        Ok(sessions)
    }
}

fn source(number: usize) -> IpAddr {
    let host = u8::try_from(number % SOURCES).unwrap_or(0);
    Ipv4Addr::new(127, 0, 1, host.saturating_add(1)).into()
}
