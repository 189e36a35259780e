//! What terms for SSH hold, written here again by where a path leads on the target.

use access::*;
use proptest::prelude::*;

use crate::channels;
use crate::paths::{terms, walked};
use crate::world::*;

/// Whether these terms hold what is asked for, bytes left aside.
pub(super) fn hold(terms: &SshTerms, ask: &ChannelAsk) -> bool {
    let (up, down) = (&terms.upload, &terms.download);
    let (any_up, any_down) = (*up != Files::No, *down != Files::No);
    match ask {
        ChannelAsk::Shell => terms.shell,
        ChannelAsk::Exec => terms.exec,
        ChannelAsk::Sftp => any_up || any_down,
        ChannelAsk::Scp(Handover::In) => any_up,
        ChannelAsk::Scp(Handover::Out) => any_down,
        ChannelAsk::File {
            direction: Handover::In,
            path,
        }
        | ChannelAsk::Change { path } => inside(up, path),
        ChannelAsk::File {
            direction: Handover::Out,
            path,
        } => inside(down, path),
        ChannelAsk::Look { path } => inside(up, path) || inside(down, path),
        // What gets a name in a folder of downloads could be downloaded before.
        ChannelAsk::Move { from, to } => {
            let given_away = inside(down, to) && !inside(down, from);
            inside(up, from) && inside(up, to) && !given_away
        }
        // A database is no part of an SSH session, nor is a console.
        ChannelAsk::Database { .. }
        | ChannelAsk::Web
        | ChannelAsk::WebRequest { .. }
        | ChannelAsk::WebLine
        | ChannelAsk::Desktop
        | ChannelAsk::DirectTcp
        | ChannelAsk::RemoteTcp
        | ChannelAsk::StreamLocal
        | ChannelAsk::Agent
        | ChannelAsk::X11
        | ChannelAsk::Subsystem
        | ChannelAsk::Unknown => false,
    }
}

/// Whether a path leads into a folder of these, whatever the target makes of it.
fn inside(files: &Files, path: &str) -> bool {
    let Files::Yes { paths, .. } = files else {
        return false;
    };
    let Paths::Under(folders) = paths else {
        return path.starts_with('/');
    };
    folders.iter().any(|folder| {
        let leads = |windows: bool| walked(path, windows).starts_with(&walked(folder, windows));
        leads(false) && leads(true)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was granted, of all that can be asked nothing is allowed that the grant does not hold;
    /// and what is asked for at the paths of these terms themselves.
    #[test]
    fn l09_what_the_terms_of_a_visit_do_not_hold_is_never_allowed(granted in terms()) {
        let mut world = World::with_ssh(false);
        let asked = world.ssh_visit(Some(granted.clone()));
        let request = world.tries(&engineer(ITO), Command::RequestVisit(Box::new(asked)));
        prop_assume!(request.is_ok());
        world.approve(NURSE, &ids::RequestId::new(&handa(), 1));
        world.does(&engineer(ITO), open_ssh());
        for (name, ask) in channels::asks().into_iter().chain(at_the_folders(&granted)) {
            let command = channel(ask.clone());
            let said = decide(&world.site, &engineer(ITO), command, world.now);
            prop_assert!(said.is_err() || hold(&granted, &ask), "{} under {:?}", name, granted);
        }
    }
}

/// Uploads and downloads in, beside and above each folder of the terms.
fn at_the_folders(terms: &SshTerms) -> Vec<(String, ChannelAsk)> {
    let folders = [&terms.upload, &terms.download].map(|files| match files {
        Files::Yes {
            paths: Paths::Under(folders),
            ..
        } => folders.as_slice().to_vec(),
        Files::Yes { .. } | Files::No => Vec::new(),
    });
    let places = folders
        .concat()
        .into_iter()
        .flat_map(|folder| ["", "/x", "x", "/../x", "/.."].map(|end| format!("{folder}{end}")));
    let asks = places.flat_map(|path| [upload(&path), download(&path)]);
    asks.map(|ask| (format!("{ask:?}"), ask)).collect()
}
