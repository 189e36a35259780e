//! What is asked of alerts and rules.

use clap::Args;

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
