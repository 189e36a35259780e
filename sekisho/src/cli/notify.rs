//! Notifications: who is told of what, and how.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum NotifyVerb {
    Show,
    Mail(Box<MailArgs>),
    MailOff,
    Webhook(Box<WebhookArgs>),
    WebhookRemove {
        name: String,
    },
    Terms {
        #[arg(long, value_name = "MINUTES", default_value_t = access::limits::ANSWER_WITHIN_MINUTES)]
        answer_within: u16,
        #[arg(long)]
        english: bool,
    },
    Ways(Box<WaysArgs>),
    Test,
    Deliveries,
}

/// `sekisho notify mail`
#[derive(Debug, Clone, Args)]
pub(crate) struct MailArgs {
    #[arg(value_name = "HOST:PORT")]
    pub(crate) server: String,
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: String,
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) user: Option<String>,
    #[arg(long, requires = "user")]
    pub(crate) keep_password: bool,
    #[arg(long, conflicts_with = "dangerous_plaintext")]
    pub(crate) implicit_tls: bool,
    #[arg(long)]
    pub(crate) dangerous_plaintext: bool,
    #[arg(long, value_name = "FILE")]
    pub(crate) roots: Option<PathBuf>,
}

/// `sekisho notify webhook`
#[derive(Debug, Clone, Args)]
pub(crate) struct WebhookArgs {
    pub(crate) name: String,
    #[arg(long, default_value = "generic", value_parser = ["generic", "slack", "teams", "line-works"])]
    pub(crate) preset: String,
    #[arg(long, value_name = "FILE")]
    pub(crate) roots: Option<PathBuf>,
}

/// `sekisho notify ways`
#[derive(Debug, Clone, Args)]
pub(crate) struct WaysArgs {
    #[arg(long, value_name = "PERSON")]
    pub(crate) person: Option<String>,
    #[arg(long, num_args = 1.., value_name = "ADDRESS")]
    pub(crate) mail: Vec<String>,
    #[arg(long, num_args = 1.., value_name = "NAME")]
    pub(crate) webhook: Vec<String>,
    #[arg(long, num_args = 1.., value_name = "DAYS HH:MM-HH:MM")]
    pub(crate) quiet: Vec<String>,
    #[arg(long)]
    pub(crate) sessions: bool,
    #[arg(long, conflicts_with_all = ["mail", "webhook"])]
    pub(crate) none: bool,
}
