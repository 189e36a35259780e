//! What is asked of alerts and rules.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct AlertsArgs {
    #[arg(long, conflicts_with = "settle")]
    pub(crate) all: bool,
    #[arg(long, value_name = "NUMBER", requires_all = ["verdict", "why"])]
    pub(crate) settle: Option<u64>,
    #[arg(long = "as", value_name = "VERDICT", value_parser = ["ordinary", "questioned", "incident"])]
    pub(crate) verdict: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[arg(value_name = "RULE", requires = "answer")]
    pub(crate) rule: Option<String>,
    #[arg(long, value_name = "ANSWER", value_parser = ["usual", "tell", "pause", "end", "suspend", "isolate"])]
    pub(crate) answer: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DecoysArgs {
    #[arg(long, value_name = "TARGET", conflicts_with = "account")]
    pub(crate) target: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    #[arg(long)]
    pub(crate) remove: bool,
}

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
