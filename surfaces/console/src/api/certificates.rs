//! What browsers are shown at the site's names, and from where the console's name is reached.

use access::{Command, Door};
use axum::Json;
use engine::ShownCertificate;
use wire::api::v1::{
    CertificateShown, CertificateWay, Certificates, ConsoleReach, Done, ReachFrom, ReachWay,
};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::{Form, Nothing};

/// The hospital's people.
pub(crate) async fn show(asker: Asker) -> Answer<Certificates> {
    let told = asker.engine.certificates();
    let read = asker.read(Readers::AlsoOperator, move |reading| {
        let founding = reading.site.founding().filter(|_| reading.sees_all());
        let founding = founding.ok_or(Failed::NotFound)?;
        Ok(Certificates {
            shown: told.iter().map(shown).collect(),
            lan: founding.lan.iter().copied().collect(),
            reach: reading.site.console_reach().map(reach),
        })
    });
    read.await.map(Json)
}

/// Opens the console's name beyond the LAN, in place of what was open before.
pub(crate) async fn open(asker: Asker, Form(form): Form<ConsoleReach>) -> Answer<Done> {
    let reach = access::ConsoleReach {
        from: match form.from {
            ReachFrom::Prefixes(nets) => access::ReachFrom::Prefixes(nets),
            ReachFrom::Anywhere => access::ReachFrom::Anywhere,
        },
        way: match form.way {
            ReachWay::Port => access::ReachWay::Port,
            ReachWay::Relays => access::ReachWay::Relays,
            ReachWay::Both => access::ReachWay::Both,
        },
    };
    asker.submit(Command::OpenConsole(reach)).await?;
    done()
}

/// Opens it to the LAN alone again.
pub(crate) async fn close(asker: Asker, _: Nothing) -> Answer<Done> {
    asker.submit(Command::CloseConsole).await?;
    done()
}

fn shown(told: &ShownCertificate) -> CertificateShown {
    CertificateShown {
        name: told.name.clone(),
        console: told.door == Door::Console,
        way: way(told.way),
        configured: way(told.configured),
        from: told.from,
        until: told.until,
        fingerprint: told.fingerprint,
        words: access::device_words(&told.fingerprint)
            .map(str::to_owned)
            .to_vec(),
        issuer: told.issuer.clone(),
        since: told.since,
        problem: told.problem.clone(),
        account: told.account.clone(),
    }
}

fn way(way: engine::CertificateWay) -> CertificateWay {
    match way {
        engine::CertificateWay::SiteCa => CertificateWay::SiteCa,
        engine::CertificateWay::Pem => CertificateWay::Pem,
        engine::CertificateWay::Acme => CertificateWay::Acme,
    }
}

fn reach(reach: &access::ConsoleReach) -> ConsoleReach {
    ConsoleReach {
        from: match &reach.from {
            access::ReachFrom::Prefixes(nets) => ReachFrom::Prefixes(nets.clone()),
            access::ReachFrom::Anywhere => ReachFrom::Anywhere,
        },
        way: match reach.way {
            access::ReachWay::Port => ReachWay::Port,
            access::ReachWay::Relays => ReachWay::Relays,
            access::ReachWay::Both => ReachWay::Both,
        },
    }
}
