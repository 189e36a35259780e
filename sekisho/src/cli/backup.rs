//! Backing a site up, and putting it back.

use std::path::PathBuf;

use clap::Args;

/// `sekisho site backup`
#[derive(Debug, Clone, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct BackupArgs {
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) out: Option<PathBuf>,
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) verify: Option<PathBuf>,
    #[arg(long, requires = "out")]
    pub(crate) without_recordings: bool,
    #[arg(long, env = "SEKISHO_PASSPHRASE_FILE", value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "KEY|FILE", requires = "verify")]
    pub(crate) site_key: Option<String>,
    #[arg(long, requires = "verify")]
    pub(crate) with_kit: bool,
}

/// `sekisho site restore`
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArgs {
    pub(crate) file: PathBuf,
    pub(crate) dir: PathBuf,
    #[arg(long, env = "SEKISHO_PASSPHRASE_FILE", value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "KEY|FILE")]
    pub(crate) site_key: Option<String>,
}
