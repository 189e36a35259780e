//! Databases, as a person types of them.

use ids::NonEmpty;
use wire::api::v1::{DatabaseTerms, Databases, ServerIdentity};

use super::{NotUnderstood, not, size};
use crate::cli::{DataNarrowed, DataWanted, ServerArgs};

/// Bytes that may be taken out of a database if nothing else is said: what the site takes for usual.
const USUAL_BYTES_OUT: u64 = 256 << 20;

/// By what a server is known; `None` if neither was said.
pub(crate) fn server(args: ServerArgs) -> Result<Option<ServerIdentity>, NotUnderstood> {
    if let Some(typed) = args.server_key {
        let hex = typed.trim();
        let hex = hex.strip_prefix("sha256:").unwrap_or(hex);
        let spki = hex
            .parse()
            .map_err(|_| not("cli-not-a-server-key", &typed))?;
        return Ok(Some(if args.old_tls {
            ServerIdentity::OldTls { spki }
        } else {
            ServerIdentity::Tls { spki }
        }));
    }
    let accepted = args.plain_text_accepted;
    Ok(accepted.map(|accepted| ServerIdentity::PlainText { accepted }))
}

/// What a request asks for inside database sessions; `None` if nothing was said of it.
pub(crate) fn data_wanted(args: DataWanted) -> Result<Option<DatabaseTerms>, NotUnderstood> {
    if args == DataWanted::default() {
        return Ok(None);
    }
    let most = args.data_out.as_deref().map(size).transpose()?;
    Ok(Some(DatabaseTerms {
        write: args.write,
        databases: databases(args.database),
        most_bytes_out: most.unwrap_or(USUAL_BYTES_OUT),
    }))
}

/// Nothing said is any database: [`Databases::Only`] has no empty list.
fn databases(names: Vec<String>) -> Databases {
    NonEmpty::from_vec(names).map_or(Databases::Any, Databases::Only)
}

/// What is left of what was asked for; `None` if nothing was taken away, or nothing was asked for.
pub(crate) fn data_narrowed(
    asked: Option<DatabaseTerms>,
    args: &DataNarrowed,
) -> Result<Option<DatabaseTerms>, NotUnderstood> {
    if *args == DataNarrowed::default() {
        return Ok(None);
    }
    let mut terms = asked.unwrap_or(DatabaseTerms {
        write: false,
        databases: Databases::Any,
        most_bytes_out: USUAL_BYTES_OUT,
    });
    terms.write &= !args.read_only;
    if let Databases::Only(names) = databases(args.database.clone()) {
        terms.databases = Databases::Only(names);
    }
    if let Some(most) = &args.data_out {
        terms.most_bytes_out = size(most)?;
    }
    Ok(Some(terms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(names: &[&str]) -> Databases {
        databases(names.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_server_is_known_by_its_key_or_by_an_accepted_risk() {
        let key = "ab".repeat(32);
        let read = |typed: &str| {
            server(ServerArgs {
                server_key: Some(typed.to_owned()),
                ..ServerArgs::default()
            })
        };
        let known = ServerIdentity::Tls {
            spki: key.parse().unwrap(),
        };
        for typed in [
            key.clone(),
            format!("sha256:{key}"),
            format!(" sha256:{key}\n"),
        ] {
            assert_eq!(read(&typed), Ok(Some(known.clone())), "{typed:?}");
        }
        let old = ServerArgs {
            server_key: Some(key.clone()),
            old_tls: true,
            ..ServerArgs::default()
        };
        let spki = key.parse().unwrap();
        assert_eq!(server(old), Ok(Some(ServerIdentity::OldTls { spki })));
        for typed in ["", "sha256:", "SHA256:q80", &key[1..]] {
            assert!(read(typed).is_err(), "{typed:?}");
        }
        assert_eq!(server(ServerArgs::default()), Ok(None));
    }

    #[test]
    fn nothing_said_of_a_database_is_left_to_the_site_and_without_write_it_is_read() {
        assert_eq!(data_wanted(DataWanted::default()), Ok(None));
        let asked = DataWanted {
            database: vec!["orca".to_owned()],
            ..DataWanted::default()
        };
        let terms = data_wanted(asked).unwrap().unwrap();
        assert_eq!((terms.write, terms.databases), (false, only(&["orca"])));
        assert_eq!(terms.most_bytes_out, USUAL_BYTES_OUT);
    }

    #[test]
    fn an_approval_narrows_a_database_and_adds_nothing_by_silence() {
        let asked = DatabaseTerms {
            write: true,
            databases: only(&["orca", "jma"]),
            most_bytes_out: 100,
        };
        let none = data_narrowed(Some(asked.clone()), &DataNarrowed::default());
        assert_eq!(none, Ok(None));
        let args = DataNarrowed {
            read_only: true,
            ..DataNarrowed::default()
        };
        let terms = data_narrowed(Some(asked.clone()), &args).unwrap().unwrap();
        assert_eq!((terms.write, &terms.databases), (false, &asked.databases));
        assert_eq!(terms.most_bytes_out, 100);
        let args = DataNarrowed {
            database: vec!["jma".to_owned()],
            data_out: Some("5".to_owned()),
            ..DataNarrowed::default()
        };
        let terms = data_narrowed(Some(asked), &args).unwrap().unwrap();
        assert_eq!((terms.write, terms.databases), (true, only(&["jma"])));
        assert_eq!(terms.most_bytes_out, 5);
    }
}
