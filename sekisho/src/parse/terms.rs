//! What may be done inside SSH sessions, as a person types it.

use ids::NonEmpty;
use wire::api::v1::{Files, Paths, SshTerms};

use super::{NotUnderstood, not, size};
use crate::cli::{Narrowed, Wanted};

/// Bytes of files that may pass one way if nothing else is said: a large update, not a disk image.
const USUAL_BYTES: u64 = 1 << 30;

/// What a request asks for inside SSH sessions; `None` if nothing was said of it.
pub(crate) fn wanted(args: &Wanted) -> Result<Option<SshTerms>, NotUnderstood> {
    if *args == Wanted::default() {
        return Ok(None);
    }
    Ok(Some(SshTerms {
        shell: !args.no_shell,
        exec: !args.no_exec,
        upload: files(&args.upload, args.upload_bytes.as_deref(), USUAL_BYTES)?,
        download: files(&args.download, args.download_bytes.as_deref(), USUAL_BYTES)?,
    }))
}

/// No folder means no file, never every file.
fn files(folders: &[String], bytes: Option<&str>, usual: u64) -> Result<Files, NotUnderstood> {
    let most_bytes = bytes.map(size).transpose()?.unwrap_or(usual);
    let folders: Result<Vec<String>, NotUnderstood> =
        folders.iter().map(|typed| folder(typed)).collect();
    Ok(match NonEmpty::from_vec(folders?) {
        Ok(folders) => Files::Yes {
            paths: Paths::Under(folders),
            most_bytes,
        },
        Err(_) => Files::No,
    })
}

/// An absolute folder or file on the target, without `.` and `..`.
fn folder(text: &str) -> Result<String, NotUnderstood> {
    let parts = text.strip_prefix('/').map(|inside| inside.split('/'));
    let plain = parts.is_some_and(|mut parts| parts.all(|part| part != "." && part != ".."));
    let whole = text.trim_end_matches('/');
    match (plain, whole) {
        (false, _) => Err(not("cli-not-a-folder", text)),
        (true, "") => Ok("/".to_owned()),
        (true, whole) => Ok(whole.to_owned()),
    }
}

/// What is left of what was asked for; `None` if nothing was taken away.
pub(crate) fn narrowed(
    asked: Option<SshTerms>,
    args: &Narrowed,
) -> Result<Option<SshTerms>, NotUnderstood> {
    if *args == Narrowed::default() {
        return Ok(None);
    }
    let mut terms = asked.unwrap_or(SshTerms {
        shell: true,
        exec: true,
        upload: Files::No,
        download: Files::No,
    });
    terms.shell &= !args.no_shell;
    terms.exec &= !args.no_exec;
    let upload = (
        args.no_upload,
        args.upload.as_slice(),
        args.upload_bytes.as_deref(),
    );
    terms.upload = fewer(terms.upload, upload)?;
    let download = (
        args.no_download,
        args.download.as_slice(),
        args.download_bytes.as_deref(),
    );
    terms.download = fewer(terms.download, download)?;
    Ok(Some(terms))
}

fn fewer(
    asked: Files,
    (none, folders, bytes): (bool, &[String], Option<&str>),
) -> Result<Files, NotUnderstood> {
    if none {
        return Ok(Files::No);
    }
    if !folders.is_empty() {
        let usual = match &asked {
            Files::No => USUAL_BYTES,
            Files::Yes { most_bytes, .. } => *most_bytes,
        };
        return files(folders, bytes, usual);
    }
    Ok(match (asked, bytes) {
        (Files::Yes { paths, .. }, Some(bytes)) => Files::Yes {
            paths,
            most_bytes: size(bytes)?,
        },
        (asked, _) => asked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under(folders: &[&str], most_bytes: u64) -> Files {
        let folders = folders.iter().map(ToString::to_string).collect();
        Files::Yes {
            paths: Paths::Under(NonEmpty::from_vec(folders).unwrap()),
            most_bytes,
        }
    }

    #[test]
    fn nothing_said_of_ssh_is_left_to_the_site_and_no_folder_is_no_file() {
        assert_eq!(wanted(&Wanted::default()), Ok(None));
        let asked = Wanted {
            download: vec!["/var/log/".to_owned()],
            download_bytes: Some("1MiB".to_owned()),
            no_shell: true,
            ..Wanted::default()
        };
        let terms = wanted(&asked).unwrap().unwrap();
        assert!(!terms.shell && terms.exec);
        assert_eq!(terms.upload, Files::No);
        assert_eq!(terms.download, under(&["/var/log"], 1 << 20));
        for wrong in ["", "var/log", "/var/../etc", "/a/./b", "~"] {
            let asked = Wanted {
                upload: vec![wrong.to_owned()],
                ..Wanted::default()
            };
            assert!(wanted(&asked).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_approval_narrows_what_was_asked_and_adds_nothing_by_silence() {
        let asked = SshTerms {
            shell: true,
            exec: true,
            upload: under(&["/srv"], 100),
            download: Files::No,
        };
        assert_eq!(
            narrowed(Some(asked.clone()), &Narrowed::default()),
            Ok(None)
        );
        let args = Narrowed {
            no_exec: true,
            upload: vec!["/srv/in".to_owned()],
            ..Narrowed::default()
        };
        let terms = narrowed(Some(asked.clone()), &args).unwrap().unwrap();
        assert!(terms.shell && !terms.exec);
        assert_eq!(terms.upload, under(&["/srv/in"], 100));
        assert_eq!(terms.download, Files::No);
        let args = Narrowed {
            no_upload: true,
            download_bytes: Some("5".to_owned()),
            ..Narrowed::default()
        };
        let terms = narrowed(Some(asked), &args).unwrap().unwrap();
        assert_eq!((terms.upload, terms.download), (Files::No, Files::No));
    }
}
