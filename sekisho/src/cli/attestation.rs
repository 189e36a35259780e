//! The makers of security keys whose word the hospital takes.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum AttestationRootVerb {
    List,
    Add {
        name: String,
        #[arg(value_name = "FILE")]
        certificate: PathBuf,
    },
    Remove {
        name: String,
    },
}
