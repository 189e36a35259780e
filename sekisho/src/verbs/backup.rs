//! `sekisho site backup` and `sekisho site restore`: at the machine, beside a gateway that runs or does not.

use std::path::Path;

use engine::{
    BackUpWanted, BackedUp, BackupError, Checked, RestoreWanted, Restored, back_up_site,
    check_backup, may_restore, restore_site,
};
use ledger::Verifier;
use serde_json::json;
use wire::Said;

use super::kit;
use crate::cli::{BackupArgs, RestoreArgs};
use crate::config::ConfigFile;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::site_init::blocking;

/// `sekisho site backup`
pub(super) async fn backup(context: &Context, args: BackupArgs) -> Result<(), Failure> {
    match (&args.out, &args.verify) {
        (Some(out), _) => make(context, out, &args).await,
        (None, Some(file)) => verify(context, file, &args).await,
        (None, None) => Err(Failure::new(Kind::Usage, "cli-nothing-entered")),
    }
}

async fn make(context: &Context, out: &Path, args: &BackupArgs) -> Result<(), Failure> {
    let dir = super::site::site_dir(context)?.to_owned();
    let (to, now, recordings) = (out.to_owned(), context.now(), !args.without_recordings);
    let passphrase = args.passphrase_file.clone();
    let done = blocking(move || {
        let file = ConfigFile::read(&dir)?;
        let wanted = BackUpWanted {
            unlock: &file.unlock(&dir, passphrase.as_deref())?,
            config: &file.resolve(&dir),
            to: &to,
            recordings,
            now,
        };
        Ok(back_up_site(&wanted)?)
    })
    .await?;
    show_made(context, out, recordings, &done)?;
    if done.damaged.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::new(Kind::NotVerified, "cli-backup-damaged");
    for path in &done.damaged {
        failure = failure.and(Said::plain("cli-broken").with("place", path.display()));
    }
    Err(failure)
}

fn show_made(
    context: &Context,
    out: &Path,
    recordings: bool,
    done: &BackedUp,
) -> Result<(), Failure> {
    let shown = json!({
        "path": out.display().to_string(), "size": done.ledger.size, "root": done.ledger.root,
        "bytes": done.bytes, "kit": done.kit, "recordings": recordings, "segments": done.segments,
        "absent": done.absent, "damaged": done.damaged,
    });
    let (size, bytes) = (done.ledger.size.to_string(), done.bytes.to_string());
    context.show(&shown, |context| {
        let path = out.display().to_string();
        let args = [
            ("path", path.as_str()),
            ("size", &size),
            ("bytes", &bytes),
            ("kit", &done.kit),
        ];
        let mut lines = vec![context.say("cli-backup-written", &args)];
        if !recordings {
            lines.push(context.say("cli-backup-without-recordings", &[]));
        }
        if done.absent > 0 {
            let count = done.absent.to_string();
            lines.push(context.say("cli-backup-absent", &[("count", &count)]));
        }
        lines
    })
}

async fn verify(context: &Context, file: &Path, args: &BackupArgs) -> Result<(), Failure> {
    let key = site_key(context, args)?;
    let kit = args.with_kit.then(|| kit::read(context)).transpose()?;
    let path = file.to_owned();
    let checked = blocking(move || Ok(check_backup(&path, &key, kit.as_ref())?)).await?;
    show_checked(context, &checked)
}

fn show_checked(context: &Context, checked: &Checked) -> Result<(), Failure> {
    let shown = json!({
        "verified": true, "opened": checked.opened, "site": checked.site, "made": checked.made,
        "size": checked.ledger.size, "root": checked.ledger.root, "bytes": checked.bytes,
        "recordings": checked.recordings, "kit": checked.kit,
    });
    context.show(&shown, |context| {
        let (size, made) = (checked.ledger.size.to_string(), checked.made.to_string());
        let args = [
            ("site", checked.site.as_str()),
            ("made", &made),
            ("size", &size),
            ("kit", &checked.kit),
        ];
        let mut lines = vec![context.say("cli-backup-whole", &args)];
        if !checked.recordings {
            lines.push(context.say("cli-backup-without-recordings", &[]));
        }
        let opened = if checked.opened {
            "cli-backup-opens"
        } else {
            "cli-backup-not-opened"
        };
        lines.push(context.say(opened, &[]));
        lines
    })
}

/// The site's public key: as given, from the key store of the site's directory, or as it was pinned at
/// joining.
fn site_key(context: &Context, args: &BackupArgs) -> Result<Verifier, Failure> {
    if let Some(given) = &args.site_key {
        return Ok(client::verify::key(given)?);
    }
    let Some(dir) = context.site_dir() else {
        return Ok(context.membership()?.pinned().site_key.clone());
    };
    let file = ConfigFile::read(dir)?;
    let unlock = file.unlock(dir, args.passphrase_file.as_deref())?;
    engine::site_key(&file.resolve(dir), &unlock).map_err(Failure::failed)
}

/// `sekisho site restore`
pub(super) async fn restore(context: &Context, args: RestoreArgs) -> Result<(), Failure> {
    let given = args.site_key.as_deref().map(client::verify::key);
    let site_key = given.transpose()?;
    may_restore(&args.file, &args.dir)?;
    let kit = kit::read(context)?;
    let dir = args.dir.clone();
    let restored = blocking(move || {
        let wanted = RestoreWanted {
            from: &args.file,
            dir: &args.dir,
            kit: &kit,
            site_key: site_key.as_ref(),
        };
        let passphrase = args.passphrase_file.as_deref();
        let unlock = |config: &str| {
            let file = ConfigFile::parse(config).map_err(|cause| cause.to_string())?;
            file.unlock(&args.dir, passphrase)
                .map_err(|cause| cause.to_string())
        };
        Ok(restore_site(&wanted, &unlock)?)
    })
    .await?;
    show_restored(context, &dir, &restored)
}

fn show_restored(context: &Context, dir: &Path, restored: &Restored) -> Result<(), Failure> {
    let shown = json!({
        "site": restored.site, "made": restored.made, "size": restored.ledger.size,
        "root": restored.ledger.root, "recordings": restored.recordings,
        "site_key": restored.site_key,
    });
    context.show(&shown, |context| {
        let (dir, made) = (dir.display().to_string(), restored.made.to_string());
        let size = restored.ledger.size.to_string();
        let args = [
            ("site", restored.site.as_str()),
            ("dir", &dir),
            ("made", &made),
            ("size", &size),
            ("key", &restored.site_key),
        ];
        let mut lines = vec![context.say("cli-site-restored", &args)];
        if !restored.recordings {
            lines.push(context.say("cli-backup-without-recordings", &[]));
        }
        lines.push(context.say("cli-site-restored-next", &[]));
        lines
    })
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let kind = if error.does_not_verify() {
            Kind::NotVerified
        } else {
            Kind::Failed
        };
        Self::of(kind, said(error))
    }
}

fn said(error: BackupError) -> Said {
    let with = |id: &str, path: &Path| Said::plain(id).with("path", path.display());
    match error {
        BackupError::Exists(path) => with("error-file-exists", &path),
        BackupError::NotEmpty(path) => with("error-backup-not-empty", &path),
        BackupError::InTheWay(path) => with("error-backup-in-the-way", &path),
        BackupError::File { path, cause } => with("error-backup-file", &path).with("cause", cause),
        BackupError::NotABackup(path) => with("error-backup-not-one", &path),
        BackupError::Newer(path) => with("error-backup-newer", &path),
        BackupError::CutOff { path, at } => with("error-backup-cut-off", &path).with("at", at),
        BackupError::Altered { path, what } => {
            with("error-backup-altered", &path).with("what", what)
        }
        BackupError::OtherSite {
            path,
            found,
            expected,
        } => with("error-backup-other-site", &path)
            .with("found", found)
            .with("expected", expected),
        BackupError::OtherKit {
            path,
            expected,
            found,
        } => with("error-backup-other-kit", &path)
            .with("expected", expected)
            .with("found", found),
        other @ (BackupError::Damaged(_)
        | BackupError::Keys(_)
        | BackupError::Database(_)
        | BackupError::Rebuild(_)
        | BackupError::Unlock(_)
        | BackupError::NoRandomness) => Said::plain("error-failed").with("cause", other),
    }
}
