//! What an engineer works through: a stream, a local port, a browser.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// `sekisho connect`
#[derive(Debug, Clone, Args)]
pub(crate) struct ConnectArgs {
    pub(crate) target: String,
    #[arg(long, value_name = "IP:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    #[arg(long, value_name = "FILE", requires = "listen")]
    pub(crate) rdp_file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) grant: Option<String>,
}

/// `sekisho browse`
#[derive(Debug, Clone, Args)]
pub(crate) struct BrowseArgs {
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    #[arg(long)]
    pub(crate) no_open: bool,
}
