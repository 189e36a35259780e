//! Edges: our crates among themselves, and the doors through which others come in.

use super::workspace::{Member, Workspace};

/// The one crate that its own floor may use: identities and moments, which everything speaks of.
pub(super) const BEDROCK: &str = "ids";

/// Floor 0 links none of these, however deep: they reach for sockets, files, clocks, randomness,
/// threads, or run things.
const ABSENT_BELOW: &[&str] = &[
    "async-std",
    "axum",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "rusqlite",
    "russh",
    "rustix",
    "rustls",
    "smol",
    "socket2",
    "sqlx-core",
    "tokio",
    "tokio-rustls",
    "ureq",
];

/// What comes in by certain crates only. The next reader finds all SQL, TLS and HTTP behind one name.
/// (`cheats` does by hand what those names refuse to do; it never ships.)
const DOORS: &[(&str, &[&str])] = &[
    ("argon2", &["login", "vault"]),
    ("avt", &["recording"]),
    ("axum", &["console", "bench"]),
    ("clap", &["sekisho", "logs"]),
    ("clap_mangen", &["sekisho"]),
    ("fluent-bundle", &["phrases"]),
    ("hpke", &["vault"]),
    (
        "hyper",
        &["console", "client", "proxies", "tunnel", "notify"],
    ),
    (
        "hyper-util",
        &["console", "client", "proxies", "tunnel", "notify"],
    ),
    ("instant-acme", &["tunnel"]),
    ("landlock", &["sandbox"]),
    ("lettre", &["notify"]),
    ("libc", &["sandbox"]),
    ("libfuzzer-sys", &["fuzz"]),
    ("openssl", &["old-tls"]),
    ("rusqlite", &["store", "logs"]),
    ("russh", &["ssh", "cheats"]),
    ("rustls", &["tunnel", "cheats"]),
    ("seccompiler", &["sandbox"]),
    ("syn", &["openapi"]),
    ("tokio-openssl", &["old-tls"]),
    ("tokio-rustls", &["tunnel"]),
    ("webauthn-rs", &["login"]),
    ("zstd", &["store"]),
];

/// The floor of a folder. Proof and upkeep stand above everything and nothing may use them.
pub(super) fn floor(folder: &str) -> Option<u8> {
    let first = folder.split('/').next().unwrap_or_default();
    match first {
        "domain" => Some(0),
        "adapters" => Some(1),
        "engine" => Some(2),
        "surfaces" => Some(3),
        "sekisho" | "old-tls" | "logs" => Some(4),
        "tests" | "benches" | "fuzz" | "xtask" => Some(5),
        _ => None,
    }
}

/// Every edge that may not be.
pub(super) fn check(workspace: &Workspace) -> Vec<String> {
    let mut findings = Vec::new();
    for member in &workspace.members {
        findings.extend(check_floor(member, workspace));
        findings.extend(check_doors(member));
        findings.extend(check_absent(member));
    }
    findings
}

/// The one edge within a floor beside the bedrock's: the rules read the ledger's own words (decision 0059). What decides knows nothing of
/// who watches.
const READS: (&str, &str) = ("watch", "access");

/// Edges among proofs: the benches measure in the hospital that the acceptance tests build, one harness
/// and not two; and those tests attack it.
const HARNESS: [(&str, &str); 2] = [("bench", "acceptance"), ("acceptance", "cheats")];

fn check_floor(member: &Member, workspace: &Workspace) -> Vec<String> {
    let Some(from) = floor(&member.folder) else {
        return vec![format!(
            "{}: the folder {} stands on no floor",
            member.name, member.folder
        )];
    };
    let ours = member
        .direct
        .iter()
        .filter_map(|name| workspace.member(name));
    ours.filter(|used| {
        let bedrock = used.name == BEDROCK && member.name != BEDROCK;
        let lower = floor(&used.folder).is_some_and(|to| to < from);
        let reads = READS == (member.name.as_str(), used.name.as_str());
        let harness = HARNESS.contains(&(member.name.as_str(), used.name.as_str()));
        !(bedrock || lower || reads || harness)
    })
    .map(|used| {
        let name = &member.name;
        let to = floor(&used.folder).map_or("no floor".to_owned(), |to| format!("floor {to}"));
        format!(
            "{name} (floor {from}) uses {} ({to}): only lower floors may be used",
            used.name
        )
    })
    .collect()
}

fn check_doors(member: &Member) -> Vec<String> {
    DOORS
        .iter()
        .filter(|(name, doors)| {
            member.direct.contains(*name) && !doors.contains(&member.name.as_str())
        })
        .map(|(name, doors)| {
            format!(
                "{} uses {name}, which comes in only by {}",
                member.name,
                doors.join(", ")
            )
        })
        .collect()
}

fn check_absent(member: &Member) -> Vec<String> {
    if floor(&member.folder) != Some(0) {
        return Vec::new();
    }
    ABSENT_BELOW
        .iter()
        .filter(|absent| member.linked.contains(**absent))
        .map(|absent| {
            format!(
                "{} (floor 0) links {absent}: floor 0 only decides",
                member.name
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{check, floor};
    use crate::floors::workspace::{Member, Workspace};

    fn member(folder: &str, direct: &[&str]) -> Member {
        let direct = direct.iter().map(|name| (*name).to_owned());
        Member {
            name: folder.rsplit('/').next().unwrap().to_owned(),
            folder: folder.to_owned(),
            direct: direct.clone().collect(),
            linked: direct.collect(),
            ..Member::default()
        }
    }

    fn findings(members: Vec<Member>) -> Vec<String> {
        check(&Workspace { members })
    }

    #[test]
    fn a_crate_uses_lower_floors_and_everybody_uses_the_bedrock() {
        let held = findings(vec![
            member("domain/ids", &["serde"]),
            member("domain/access", &["ids"]),
            member("adapters/store", &["ids", "access", "rusqlite"]),
            member("engine", &["store", "access", "ids"]),
            member("sekisho", &["engine", "clap"]),
            member("xtask", &[]),
        ]);
        assert_eq!(held, Vec::<String>::new());
    }

    #[test]
    fn who_watches_reads_the_words_of_who_decides_and_not_the_other_way_round() {
        let both = |watch: &[&str], access: &[&str]| {
            findings(vec![
                member("domain/watch", watch),
                member("domain/access", access),
                member("domain/ledger", &[]),
            ])
        };
        assert_eq!(both(&["access"], &[]), Vec::<String>::new());
        assert_eq!(both(&[], &["watch"]).len(), 1);
        assert_eq!(both(&["ledger"], &[]).len(), 1);
    }

    #[test]
    fn an_edge_upward_is_refused() {
        let found = findings(vec![
            member("domain/access", &["engine"]),
            member("engine", &[]),
        ]);
        assert_eq!(
            found,
            ["access (floor 0) uses engine (floor 2): only lower floors may be used"]
        );
    }

    #[test]
    fn an_edge_on_the_same_floor_is_refused() {
        let found = findings(vec![
            member("adapters/store", &["vault"]),
            member("adapters/vault", &[]),
            member("domain/wire", &["ledger"]),
            member("domain/ledger", &[]),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn the_bedrock_itself_uses_nothing_of_ours() {
        let found = findings(vec![
            member("domain/ids", &["access"]),
            member("domain/access", &[]),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn nothing_uses_the_tests() {
        let found = findings(vec![
            member("sekisho", &["benches"]),
            member("benches", &[]),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn sql_tls_and_http_come_in_by_one_door_each() {
        let found = findings(vec![
            member("engine", &["rusqlite"]),
            member("surfaces/console", &["rustls", "hyper"]),
            member("surfaces/proxies", &["axum"]),
        ]);
        assert_eq!(
            found,
            [
                "engine uses rusqlite, which comes in only by store, logs",
                "console uses rustls, which comes in only by tunnel, cheats",
                "proxies uses axum, which comes in only by console, bench",
            ]
        );
    }

    #[test]
    fn floor_0_links_no_runtime_clock_or_randomness() {
        let found = findings(vec![member("domain/wire", &["tokio", "getrandom"])]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_folder_outside_the_plan_is_refused() {
        assert_eq!(floor("utils/strings"), None);
        assert_eq!(findings(vec![member("utils/strings", &[])]).len(), 1);
    }
}
