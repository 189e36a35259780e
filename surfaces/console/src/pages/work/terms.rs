//! What is asked for inside SSH, as fields.

use ids::NonEmpty;
use maud::{Markup, html};
use wire::api::v1::{Files, MAX_LINE, MAX_LIST, Paths, SshTerms};

use super::super::posted::filled_lines;
use super::fields::Shown;
use super::look::Look;
use super::sent::Values;

/// Bytes in the unit of the form.
const MIB: u64 = 1 << 20;
/// What is proposed, in that unit.
const PROPOSED: u64 = 100;

/// One way that files go: its box, its folders, its size.
type Way = [&'static str; 3];
const UPLOAD: Way = ["ssh_upload", "ssh_upload_paths", "ssh_upload_mib"];
const DOWNLOAD: Way = ["ssh_download", "ssh_download_paths", "ssh_download_mib"];

/// A shell and commands, no files.
pub(super) fn usual(values: &mut Values) {
    values.tick("ssh_shell", true);
    values.tick("ssh_exec", true);
}

/// As they were asked for earlier.
pub(super) fn as_values(values: &mut Values, terms: &SshTerms) {
    values.tick("ssh_shell", terms.shell);
    values.tick("ssh_exec", terms.exec);
    for ([tick, folders, size], files) in [(UPLOAD, &terms.upload), (DOWNLOAD, &terms.download)] {
        if let Files::Yes { paths, most_bytes } = files {
            values.tick(tick, true);
            if let Paths::Under(under) = paths {
                values.put(folders, under.as_slice().join("\n"));
            }
            values.put(size, most_bytes.div_ceil(MIB).to_string());
        }
    }
}

/// As the fields have them.
pub(super) fn read(look: &mut Look, values: &Values) -> SshTerms {
    let terms = SshTerms {
        shell: values.ticked("ssh_shell"),
        exec: values.ticked("ssh_exec"),
        upload: files(look, values, UPLOAD),
        download: files(look, values, DOWNLOAD),
    };
    let nothing =
        !terms.shell && !terms.exec && terms.upload == Files::No && terms.download == Files::No;
    if nothing {
        look.wrong("ssh_shell", "work-wrong-nothing-inside");
    }
    terms
}

fn files(look: &mut Look, values: &Values, [tick, folders, size]: Way) -> Files {
    if !values.ticked(tick) {
        return Files::No;
    }
    let typed = filled_lines(values.text(folders));
    let typed: Vec<String> = typed.map(str::to_owned).collect();
    if typed.len() > MAX_LIST || typed.iter().any(|folder| folder.len() > MAX_LINE) {
        look.wrong(folders, "work-wrong-long");
    }
    if typed.iter().any(|folder| !folder.starts_with('/')) {
        look.wrong(folders, "work-wrong-folder");
    }
    let mib: u64 = look.number(values, size, PROPOSED);
    let Some(most_bytes) = mib.checked_mul(MIB).filter(|bytes| *bytes > 0) else {
        look.wrong(size, "work-wrong-number");
        return Files::No;
    };
    Files::Yes {
        paths: NonEmpty::from_vec(typed).map_or(Paths::Anywhere, Paths::Under),
        most_bytes,
    }
}

/// The fields.
pub(super) fn fields(shown: &Shown<'_>) -> Markup {
    html! {
        fieldset.ssh {
            legend { (shown.say("work-ssh")) }
            p.hint { (shown.say("work-ssh-hint")) }
            (shown.tick("ssh_shell", "work-ssh-shell"))
            (shown.tick("ssh_exec", "work-ssh-exec"))
            (shown.tick("ssh_upload", "work-ssh-upload"))
            (shown.lines("ssh_upload_paths", "work-ssh-upload-paths", 2, false))
            (shown.line("ssh_upload_mib", "work-ssh-upload-mib", "number", false))
            (shown.tick("ssh_download", "work-ssh-download"))
            (shown.lines("ssh_download_paths", "work-ssh-download-paths", 2, false))
            (shown.line("ssh_download_mib", "work-ssh-download-mib", "number", false))
        }
    }
}
