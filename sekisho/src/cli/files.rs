//! `sekisho files …`

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum FilesVerb {
    List { visit: String },
    Release { visit: String, number: u32 },
    Refuse { visit: String, number: u32 },
    Out { visit: String },
    Deleted { visit: String },
}
