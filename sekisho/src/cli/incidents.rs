//! What is asked of incidents, and of what is prepared for them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum IncidentVerb {
    List,
    Begin,
    Show {
        incident: u64,
    },
    Note {
        incident: u64,
        #[arg(long, value_name = "TEXT")]
        said: String,
        #[arg(long, value_name = "FILE")]
        photo: Option<PathBuf>,
        #[arg(long, value_name = "TIME")]
        happened: Option<String>,
        #[arg(long, value_name = "SOURCE", value_parser = ["own", "told", "paper", "system"], default_value = "own")]
        source: String,
        #[arg(long, value_name = "NUMBER", requires = "line")]
        form: Option<u32>,
        #[arg(long, value_name = "NUMBER", requires = "form")]
        line: Option<u16>,
        #[arg(long, value_name = "CONFIDENCE", value_parser = ["certain", "probable", "unclear"], default_value = "certain")]
        confidence: String,
        #[arg(long, value_name = "NOTE")]
        corrects: Option<u32>,
    },
    Steps {
        incident: u64,
    },
    Step(Box<StepArgs>),
    Preserve {
        incident: u64,
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    Close {
        incident: u64,
        #[arg(long, value_name = "TEXT")]
        said: String,
    },
    Export {
        incident: u64,
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct StepArgs {
    pub(crate) incident: u64,
    #[arg(value_name = "STEP", value_parser = clap::builder::PossibleValuesParser::new(access::response::Step::IDS))]
    pub(crate) step: String,
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) said: Option<String>,
    #[arg(long, value_name = "NUMBER")]
    pub(crate) about: Option<u32>,
    #[arg(long = "fact", value_name = "STEP")]
    pub(crate) facts: Vec<u32>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) who: Option<String>,
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,
    #[arg(long, value_name = "DAY")]
    pub(crate) due: Option<String>,
    #[arg(long, value_name = "CONFIDENCE", value_parser = ["certain", "probable", "unclear"])]
    pub(crate) confidence: Option<String>,
    #[arg(long, value_name = "SHA256", conflicts_with = "file")]
    pub(crate) sha256: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[arg(long, value_name = "TIME")]
    pub(crate) happened: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PreparationVerb {
    Show,
    Agree {
        #[arg(value_parser = ["no-contact", "no-payment", "spokesperson", "cut-lines"])]
        matter: String,
        #[arg(long, value_name = "TEXT")]
        said: String,
    },
    Contact {
        #[arg(value_name = "ROLE", value_parser = ["director", "office", "it", "vendor", "ministry", "police", "prefecture", "ppc", "other"])]
        role: String,
        #[arg(long, value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "TEXT")]
        reach: String,
        #[arg(long, value_name = "NUMBER")]
        number: Option<u32>,
    },
    Remove {
        number: u32,
    },
    Tried {
        number: u32,
        #[arg(long)]
        not_reached: bool,
    },
}
