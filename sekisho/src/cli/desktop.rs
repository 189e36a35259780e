//! Desktops: what may be done inside a session.

use clap::Args;

/// What a request asks for inside desktop sessions. Nothing said: keys and pointer, no clipboard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct DesktopWanted {
    #[arg(long)]
    pub(crate) view_only: bool,
    #[arg(long, num_args = 1.., value_name = "in|out", value_parser = ["in", "out"])]
    pub(crate) clipboard: Vec<String>,
}

/// Less than was asked for inside desktop sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub(crate) struct DesktopNarrowed {
    #[arg(long)]
    pub(crate) view_only: bool,
    #[arg(long)]
    pub(crate) no_clipboard: bool,
}
