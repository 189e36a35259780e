//! Relays: the points outside through which a site is reached.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use ids::{Digest, SiteId};
use ipnet::IpNet;

#[derive(Debug, Subcommand)]
pub(crate) enum RelayVerb {
    Add {
        name: String,
        #[arg(long, value_name = "HOST:PORT", value_parser = crate::parse::host_port_text)]
        address: String,
        #[arg(long, value_name = "NAME")]
        tls_name: String,
        #[arg(long, value_name = "SHA256")]
        key: Digest,
        #[arg(long, value_name = "KEY|FILE")]
        witness: String,
    },
    List,
    Remove {
        name: String,
    },
    Introduce,
    Init {
        dir: PathBuf,
        #[arg(long, value_name = "IP:PORT")]
        listen: SocketAddr,
        #[arg(long)]
        name: String,
    },
    Show {
        dir: PathBuf,
    },
    Admit(Box<AdmitArgs>),
    Run {
        dir: PathBuf,
        #[arg(long, value_name = "SECONDS", default_value_t = crate::relay::DRAIN.as_secs())]
        drain: u64,
    },
}

/// `sekisho relay admit`
#[derive(Debug, Clone, Args)]
pub(crate) struct AdmitArgs {
    pub(crate) dir: PathBuf,
    #[arg(long)]
    pub(crate) site: SiteId,
    #[arg(long, value_name = "SHA256")]
    pub(crate) key: Digest,
    #[arg(long = "engineers-name", required = true, num_args = 1.., value_name = "NAME")]
    pub(crate) names: Vec<String>,
    #[arg(long, value_name = "KEY")]
    pub(crate) site_key: String,
    #[arg(long, value_name = "KEY")]
    pub(crate) kit_key: String,
    #[arg(long, num_args = 1.., value_name = "CIDR", required_unless_present = "from_anywhere", conflicts_with = "from_anywhere")]
    pub(crate) from_net: Vec<IpNet>,
    #[arg(long)]
    pub(crate) from_anywhere: bool,
}
