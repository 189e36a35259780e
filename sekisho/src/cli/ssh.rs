//! SSH: the engineer's own client, and what may be done inside a session.

use clap::Args;

/// `sekisho ssh`
#[derive(Debug, Clone, Args)]
pub(crate) struct SshArgs {
    pub(crate) target: String,
    #[arg(long)]
    pub(crate) grant: Option<String>,
    #[arg(last = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<std::ffi::OsString>,
}

/// `sekisho ssh-config`
#[derive(Debug, Clone, Args)]
pub(crate) struct SshConfigArgs {
    pub(crate) target: String,
    #[arg(long)]
    pub(crate) grant: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
}

/// What a request asks for inside SSH sessions. Nothing said: a shell and commands, no files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct Wanted {
    #[arg(long, conflicts_with = "no_shell")]
    pub(crate) shell: bool,
    #[arg(long)]
    pub(crate) no_shell: bool,
    #[arg(long, conflicts_with = "no_exec")]
    pub(crate) exec: bool,
    #[arg(long)]
    pub(crate) no_exec: bool,
    #[arg(long, num_args = 1.., value_name = "DIR")]
    pub(crate) upload: Vec<String>,
    #[arg(long, value_name = "SIZE", requires = "upload")]
    pub(crate) upload_bytes: Option<String>,
    #[arg(long, num_args = 1.., value_name = "DIR")]
    pub(crate) download: Vec<String>,
    #[arg(long, value_name = "SIZE", requires = "download")]
    pub(crate) download_bytes: Option<String>,
}

/// Less than was asked for inside SSH sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct Narrowed {
    #[arg(long)]
    pub(crate) no_shell: bool,
    #[arg(long)]
    pub(crate) no_exec: bool,
    #[arg(long, conflicts_with_all = ["upload", "upload_bytes"])]
    pub(crate) no_upload: bool,
    #[arg(long, conflicts_with_all = ["download", "download_bytes"])]
    pub(crate) no_download: bool,
    #[arg(long, num_args = 1.., value_name = "DIR")]
    pub(crate) upload: Vec<String>,
    #[arg(long, value_name = "SIZE")]
    pub(crate) upload_bytes: Option<String>,
    #[arg(long, num_args = 1.., value_name = "DIR")]
    pub(crate) download: Vec<String>,
    #[arg(long, value_name = "SIZE")]
    pub(crate) download_bytes: Option<String>,
}
