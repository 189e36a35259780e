//! Ledgers, receipts, recordings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerVerb {
    Verify {
        path: PathBuf,
        #[command(flatten)]
        keys: Keys,
    },
    Export {
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptVerb {
    Export {
        visit: String,
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    Verify {
        file: PathBuf,
        #[command(flatten)]
        keys: Keys,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecordingVerb {
    List,
    Show {
        session: String,
        #[arg(long)]
        frames: bool,
    },
    Play {
        session: String,
        #[arg(long, value_name = "N")]
        channel: Option<u32>,
        #[arg(long, default_value = "1", value_name = "FACTOR", value_parser = crate::parse::speed)]
        speed: f64,
        #[arg(long, default_value = "2s", value_name = "DURATION")]
        idle: String,
    },
    Verify {
        session: String,
    },
    #[command(group = clap::ArgGroup::new("to").required(true))]
    Export {
        session: String,
        #[arg(long, value_name = "FILE", group = "to")]
        out: Option<PathBuf>,
        #[arg(long, default_value = "raw", value_parser = ["raw", "json"], conflicts_with = "cast")]
        format: String,
        #[arg(long, value_name = "FILE", group = "to", requires = "channel")]
        cast: Option<PathBuf>,
        #[arg(long, value_name = "N", requires = "cast", conflicts_with = "out")]
        channel: Option<u32>,
    },
    VerifyFiles {
        dir: PathBuf,
        #[arg(long, value_name = "DIR")]
        ledger: PathBuf,
        #[command(flatten)]
        keys: Keys,
    },
}

/// The keys that a reader trusts.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Keys {
    #[arg(long, value_name = "KEY|FILE")]
    pub(crate) site_key: Option<String>,
    #[arg(long, value_name = "KEY|FILE")]
    pub(crate) witness: Vec<String>,
}
