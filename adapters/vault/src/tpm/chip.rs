//! A TPM of software for tests: `swtpm`, with a memory that outlives it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The variable that says which TPM is meant.
pub(crate) const WHICH_TPM: &str = "TPM2TOOLS_TCTI";

/// A TPM of software, with a memory that outlives it.
pub(crate) struct Chip {
    memory: TempDir,
    running: Option<Child>,
}

impl Drop for Chip {
    fn drop(&mut self) {
        self.off();
    }
}

impl Chip {
    pub(crate) fn new() -> Self {
        let mut chip = Self {
            memory: tempfile::tempdir().unwrap(),
            running: None,
        };
        chip.on();
        chip
    }

    fn socket(&self) -> String {
        self.memory.path().join("socket").display().to_string()
    }

    pub(crate) fn on(&mut self) {
        let (socket, memory) = (self.socket(), self.memory.path().display());
        let running = Command::new("swtpm")
            .args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear"])
            .arg("--tpmstate")
            .arg(format!("dir={memory}"))
            .arg("--server")
            .arg(format!("type=unixio,path={socket}"))
            .arg("--ctrl")
            .arg(format!("type=unixio,path={socket}.ctrl"))
            .stderr(Stdio::null())
            .spawn();
        self.running = Some(running.unwrap());
        let since = Instant::now();
        while !Path::new(&format!("{socket}.ctrl")).exists() || !Path::new(&socket).exists() {
            assert!(since.elapsed() < Duration::from_secs(60), "no TPM");
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    pub(crate) fn off(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _gone = running.kill();
            let _over = running.wait();
        }
        for end in ["", ".ctrl"] {
            let _none = fs::remove_file(format!("{}{end}", self.socket()));
        }
    }

    /// How it is named to `tpm2-tools`, in [`WHICH_TPM`].
    pub(crate) fn name(&self) -> String {
        format!("swtpm:path={}", self.socket())
    }

    pub(crate) fn told(&self, program: &str, arguments: &[&str]) {
        let ran = Command::new(program)
            .args(arguments)
            .env(WHICH_TPM, self.name())
            .output();
        let ran = ran.unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}
