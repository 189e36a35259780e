//! Databases: how a server is known, and what may be done inside a session.

use clap::Args;

/// By what a database server is known: its key, or nothing, with the risk accepted in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct ServerArgs {
    #[arg(long, value_name = "sha256:HEX")]
    pub(crate) server_key: Option<String>,
    #[arg(long, requires = "server_key")]
    pub(crate) old_tls: bool,
    #[arg(long, value_name = "TEXT", conflicts_with = "server_key")]
    pub(crate) plain_text_accepted: Option<String>,
}

/// The risk that is accepted with a target: raw TCP, or a server without encryption, whose reason is said with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct RiskArgs {
    #[arg(long, value_name = "TEXT", requires = "risk_owner")]
    pub(crate) risk_accepted: Option<String>,
    #[arg(long, value_name = "PERSON", requires = "risk_until")]
    pub(crate) risk_owner: Option<String>,
    #[arg(long, value_name = "YYYY-MM-DD", requires = "risk_owner")]
    pub(crate) risk_until: Option<String>,
}

/// What a request asks for inside database sessions. Nothing said: what the target's usual terms are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct DataWanted {
    #[arg(long)]
    pub(crate) write: bool,
    #[arg(long, num_args = 1.., value_name = "NAME")]
    pub(crate) database: Vec<String>,
    #[arg(long, num_args = 1.., value_name = "PATH", conflicts_with = "database")]
    pub(crate) page: Vec<String>,
    #[arg(long, value_name = "SIZE")]
    pub(crate) data_out: Option<String>,
}

/// Less than was asked for inside database sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct DataNarrowed {
    #[arg(long)]
    pub(crate) read_only: bool,
    #[arg(long, num_args = 1.., value_name = "NAME")]
    pub(crate) database: Vec<String>,
    #[arg(long, num_args = 1.., value_name = "PATH", conflicts_with = "database")]
    pub(crate) page: Vec<String>,
    #[arg(long, value_name = "SIZE")]
    pub(crate) data_out: Option<String>,
}
