//! What a search is narrowed by.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    #[arg(value_name = "WORD")]
    pub(crate) words: Vec<String>,
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    #[arg(long, value_name = "PERSON")]
    pub(crate) person: Option<String>,
    #[arg(long, value_name = "VENDOR")]
    pub(crate) vendor: Option<String>,
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<String>,
    #[arg(long, value_name = "VISIT")]
    pub(crate) visit: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    #[arg(long, value_name = "NUMBER")]
    pub(crate) before: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct ReachArgs {
    #[arg(long, value_name = "PERSON", group = "of")]
    pub(crate) person: Option<String>,
    #[arg(long, value_name = "DEVICE", group = "of")]
    pub(crate) device: Option<String>,
    #[arg(long, value_name = "VENDOR", group = "of")]
    pub(crate) vendor: Option<String>,
    #[arg(long, value_name = "TARGET", group = "of")]
    pub(crate) target: Option<String>,
    #[arg(long, value_name = "TARGET", group = "of")]
    pub(crate) secret: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
}
