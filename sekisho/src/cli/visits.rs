//! Requests, visits, emergencies.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use wire::api::v1::KindOfWork;

use super::database::DataWanted;
use super::desktop::DesktopWanted;
use super::ssh::Wanted;

/// `sekisho request`
#[derive(Debug, Clone, Args)]
pub(crate) struct RequestArgs {
    pub(crate) target: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) purpose: String,
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    #[arg(long, value_name = "TIME")]
    pub(crate) from: String,
    #[arg(long = "for", value_name = "DURATION")]
    pub(crate) lasting: String,
    #[arg(long, value_enum, default_value = "inspection")]
    pub(crate) kind: KindWord,
    #[arg(long, value_name = "PHONE")]
    pub(crate) contact: Option<String>,
    #[arg(long)]
    pub(crate) privileged: bool,
    #[arg(long, value_name = "TEXT")]
    pub(crate) care_impact: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) patients: Option<String>,
    #[arg(long, value_name = "in|out:NAME[:SHA256]")]
    pub(crate) file: Vec<String>,
    #[arg(long)]
    pub(crate) attended: bool,
    #[arg(long)]
    pub(crate) once: bool,
    #[arg(long, value_name = "VENDOR")]
    pub(crate) sub_contractor: Option<String>,
    #[command(flatten)]
    pub(crate) ssh: Wanted,
    #[command(flatten)]
    pub(crate) data: DataWanted,
    #[command(flatten)]
    pub(crate) desktop: DesktopWanted,
}

/// 作業種別, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    Fault,
    Inspection,
    Update,
    Investigation,
    DataExtraction,
}

impl From<KindWord> for KindOfWork {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Fault => Self::Fault,
            KindWord::Inspection => Self::Inspection,
            KindWord::Update => Self::Update,
            KindWord::Investigation => Self::Investigation,
            KindWord::DataExtraction => Self::DataExtraction,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum VisitVerb {
    List,
    Show {
        visit: String,
    },
    Review {
        visit: String,
        #[arg(long, required_unless_present = "question")]
        accept: bool,
        #[arg(long, value_name = "TEXT", conflicts_with = "accept")]
        question: Option<String>,
        #[arg(long, value_name = "TEXT", requires = "accept")]
        note: Option<String>,
    },
    Attachment {
        visit: String,
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EmergencyVerb {
    Open {
        request: String,
        #[arg(long)]
        envelope: bool,
        #[arg(long, value_name = "NAME", requires = "envelope")]
        read_by: Option<String>,
    },
    Codes,
    Chain {
        #[arg(value_name = "PERSON[:MINUTES]")]
        links: Vec<String>,
    },
}
