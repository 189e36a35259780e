//! The work report: stated in arguments, in a filled-in form, or drafted from the recording.

use std::path::PathBuf;

use clap::Args;

/// What is stated in arguments: in a form it would stand twice.
const STATED: [&str; 8] = [
    "done",
    "changes",
    "patients",
    "patients_listed",
    "files_erased",
    "trouble",
    "restarted",
    "next",
];

/// `sekisho report`
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    pub(crate) visit: String,
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["form", "draft"])]
    pub(crate) done: Option<String>,
    #[arg(long, value_name = "TEXT", requires = "done")]
    pub(crate) changes: Option<String>,
    #[arg(long, value_name = "N", requires = "done")]
    pub(crate) patients: Option<u32>,
    #[arg(long, value_name = "TEXT|FILE", requires = "done")]
    pub(crate) patients_listed: Option<String>,
    #[arg(long, requires = "done")]
    pub(crate) files_erased: bool,
    #[arg(long, value_name = "TEXT", requires = "done")]
    pub(crate) trouble: Option<String>,
    #[arg(long, requires = "done")]
    pub(crate) restarted: bool,
    #[arg(long, value_name = "TEXT", requires = "done")]
    pub(crate) next: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "draft")]
    pub(crate) file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with_all = STATED, conflicts_with = "draft")]
    pub(crate) form: Option<PathBuf>,
    #[arg(long, conflicts_with_all = STATED)]
    pub(crate) draft: bool,
}
