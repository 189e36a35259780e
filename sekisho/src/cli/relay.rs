//! Relays: the points outside through which a site is reached.

use clap::Subcommand;
use ids::Digest;

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
}
