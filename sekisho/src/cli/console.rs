//! What browsers are shown, and from where the console is reached.

use clap::{Subcommand, ValueEnum};
use ipnet::IpNet;

#[derive(Debug, Subcommand)]
pub(crate) enum ConsoleVerb {
    Show,
    Open {
        #[arg(long, num_args = 1.., value_name = "CIDR", required_unless_present = "anywhere", conflicts_with = "anywhere")]
        from: Vec<IpNet>,
        #[arg(long)]
        anywhere: bool,
        #[arg(long, value_enum)]
        way: Way,
    },
    Close,
}

/// Which way people come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    Port,
    Relays,
    Both,
}
