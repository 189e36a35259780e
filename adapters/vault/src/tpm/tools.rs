//! Debian's `tpm2-tools`, one program for each step. What they hand to each other lies in a folder of its own for as long as
//! that takes, and is nothing outside the TPM: contexts that it encrypted, public halves.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::{Tpm, TpmError, WHICH_TPM};
use crate::primitives;

/// How long one step may take: a TPM is slow, and shared with the rest of the machine.
pub(super) const WITHIN_SECONDS: u8 = 30;

/// With which number `timeout` says that it was too long.
const TOO_LONG: i32 = 124;

/// With which number it says that there is no such program.
const NOT_THERE: i32 = 127;

/// The most that a program says, in bytes.
const MOST_SAID: u64 = 4096;

/// Where the programs are looked for; nobody's environment says otherwise.
const PROGRAMS: &str = "/usr/local/bin:/usr/bin:/bin";

/// The storage key of the TCG's provisioning guidance: made anew from the TPM's seed whenever it is needed, and always the same.
const STORAGE: [&str; 8] = [
    "-C",
    "o",
    "-g",
    "sha256",
    "-G",
    "ecc256:aes128cfb",
    "-a",
    "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|decrypt|noda",
];

/// The number of SHA-256 (`TPM_ALG_SHA256`), which is before a name.
const SHA256: [u8; 2] = [0x00, 0x0b];

/// What is sealed stays in this TPM under this key.
const SEALED: &str = "fixedtpm|fixedparent|userwithauth|noda";

/// A talk with the TPM.
pub(super) struct Talk<'a> {
    tpm: &'a Tpm,
    folder: PathBuf,
}

impl Drop for Talk<'_> {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

impl<'a> Talk<'a> {
    /// What its programs hand to each other lies below `folder`, the site's own: a service may write nowhere else.
    pub(super) fn begin(tpm: &'a Tpm, folder: &Path) -> Result<Self, TpmError> {
        let number = primitives::random::<8>()?;
        let name = format!("tpm-talk-{}", HEXLOWER.encode(number.as_slice()));
        let folder = folder.join(name);
        let mut making = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
        making
            .create(&folder)
            .map_err(|cause| failed("begin", cause))?;
        Ok(Self { tpm, folder })
    }

    /// Makes the storage key, and gives its name: which algorithm, and by that a digest of its public half (TPM 2.0 part 1,
    /// §16). It is reckoned here from the half for which the sessions are salted; nobody is asked for it.
    pub(super) fn storage_key(&self) -> Result<String, TpmError> {
        let made = ["-c", "storage", "-f", "tpmt", "-o", "storage.public"];
        let made = [&STORAGE[..], &made].concat();
        self.step("make its storage key", "tpm2_createprimary", &made, None)?;
        let digest = digest::digest(&digest::SHA256, &self.read("storage.public")?);
        Ok(HEXLOWER.encode(&[&SHA256[..], digest.as_ref()].concat()))
    }

    /// Seals these bytes under the storage key: a public and a private part.
    pub(super) fn seal(&self, secret: &[u8]) -> Result<(Vec<u8>, Vec<u8>), TpmError> {
        let session = self.session()?;
        let sealing = [
            "-C",
            "storage",
            "-g",
            "sha256",
            "-a",
            SEALED,
            "-i",
            "-",
            "-u",
            "public",
            "-r",
            "private",
            "-P",
            session.name,
        ];
        self.step("seal", "tpm2_create", &sealing, Some(secret))?;
        Ok((self.read("public")?, self.read("private")?))
    }

    /// What was sealed; `damaged` if these are no such parts.
    pub(super) fn unseal(
        &self,
        public: &[u8],
        private: &[u8],
        damaged: impl Fn() -> TpmError,
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        self.write("public", public)?;
        self.write("private", private)?;
        let loading = [
            "-C", "storage", "-u", "public", "-r", "private", "-c", "sealed",
        ];
        let loaded = self.step("load what it sealed", "tpm2_load", &loading, None);
        // The same TPM with the same storage key: so it is the file.
        loaded.map_err(|cause| {
            if matches!(cause, TpmError::Failed { .. }) {
                damaged()
            } else {
                cause
            }
        })?;
        let session = self.session()?;
        let unsealing = ["-c", "sealed", "-p", session.name];
        self.step("unseal", "tpm2_unseal", &unsealing, None)
    }

    /// A session in which what goes to the TPM and comes from it is encrypted for its storage key.
    fn session(&self) -> Result<Session<'_>, TpmError> {
        let begun = ["-S", "session", "--hmac-session", "-c", "storage"];
        self.step("begin a session", "tpm2_startauthsession", &begun, None)?;
        let session = Session {
            talk: self,
            name: "session:session",
        };
        let encrypted = ["session", "--enable-encrypt", "--enable-decrypt"];
        self.step("encrypt a session", "tpm2_sessionconfig", &encrypted, None)?;
        Ok(session)
    }

    fn step(
        &self,
        step: &'static str,
        program: &str,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let said = self.run(step, program, arguments, input);
        // A TPM behind no resource manager keeps what was loaded, and has room for three.
        let _freed = self.run(step, "tpm2_flushcontext", &["-t"], None);
        said
    }

    fn run(
        &self,
        step: &'static str,
        program: &str,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<Zeroizing<Vec<u8>>, TpmError> {
        let mut command = Command::new("timeout");
        command
            .env_clear()
            .env("PATH", PROGRAMS)
            .env("LC_ALL", "C")
            .current_dir(&self.folder)
            .args(["--kill-after=2", &WITHIN_SECONDS.to_string(), program])
            .args(arguments)
            .stdin(if input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(which) = &self.tpm.which {
            command.env(WHICH_TPM, which);
        }
        let cause = |cause| failed(step, cause);
        let mut running = command.spawn().map_err(cause)?;
        if let (Some(input), Some(mut to)) = (input, running.stdin.take()) {
            // What ends early says why.
            let _heard = to.write_all(input);
        }
        let room = usize::try_from(MOST_SAID).unwrap_or_default();
        let mut said = Zeroizing::new(Vec::with_capacity(room));
        let mut complaint = Vec::new();
        if let Some(out) = running.stdout.take() {
            out.take(MOST_SAID).read_to_end(&mut said).map_err(cause)?;
        }
        if let Some(err) = running.stderr.take() {
            err.take(MOST_SAID)
                .read_to_end(&mut complaint)
                .map_err(cause)?;
        }
        let ended = running.wait().map_err(cause)?;
        if ended.success() {
            return Ok(said);
        }
        Err(match ended.code() {
            Some(TOO_LONG) => TpmError::Silent,
            Some(NOT_THERE) => TpmError::NoTools,
            _ => complained(step, &String::from_utf8_lossy(&complaint)),
        })
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, TpmError> {
        fs::read(self.folder.join(name)).map_err(|cause| failed("be read", cause))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TpmError> {
        fs::write(self.folder.join(name), bytes).map_err(|cause| failed("be told", cause))
    }
}

/// A session; the TPM has room for few.
struct Session<'a> {
    talk: &'a Talk<'a>,
    name: &'static str,
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let _freed = self
            .talk
            .run("end a session", "tpm2_flushcontext", &["session"], None);
    }
}

fn failed(step: &'static str, cause: std::io::Error) -> TpmError {
    TpmError::Failed {
        step,
        said: cause.to_string(),
    }
}

/// What a program means that did not do it. It says the TPM's own numbers (TPM 2.0 part 2, §6.6).
fn complained(step: &'static str, complaint: &str) -> TpmError {
    let mut said = complaint
        .lines()
        .filter_map(|line| line.strip_prefix("ERROR: "));
    let said = said.find(|line| !line.starts_with("Unable to run"));
    let said = said.unwrap_or("it gave no reason").to_owned();
    let lower = complaint.to_ascii_lowercase();
    if lower.contains("tcti") {
        TpmError::NoTpm { said }
    } else if lower.contains("lockout") {
        TpmError::Lockout { said }
    } else if lower.contains("authorization failure") && step == "make its storage key" {
        TpmError::OwnersPassword
    } else {
        TpmError::Failed { step, said }
    }
}
