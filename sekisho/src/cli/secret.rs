//! `sekisho secret`: what is known of the targets' secrets, and setting them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use wire::api::v1::RefusedSecrets;

use super::registry::SecretArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum SecretVerb {
    List,
    Check,
    History {
        target: String,
    },
    Set {
        target: String,
        #[arg(long, conflicts_with_all = ["key", "generate", "certificate"])]
        reader: bool,
        #[arg(long, value_name = "TEXT")]
        accept: Option<String>,
        #[command(flatten)]
        secret: SecretArgs,
    },
    Compromised {
        target: String,
        #[arg(long)]
        reader: bool,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    Rotate {
        target: String,
        #[arg(long)]
        reader: bool,
    },
    Way {
        target: String,
        #[command(flatten)]
        way: WayArgs,
    },
    Emergency {
        target: String,
        #[arg(
            long,
            value_name = "TEXT",
            required_unless_present = "off",
            conflicts_with = "off"
        )]
        instructions: Option<String>,
        #[arg(long, value_name = "DAYS", default_value_t = 365)]
        look_every: u16,
        #[arg(long)]
        off: bool,
    },
    Envelope {
        #[arg(required_unless_present = "all")]
        target: Option<String>,
        #[command(flatten)]
        act: EnvelopeAct,
    },
    Policy(PolicyArgs),
}

/// `sekisho secret way`: one of them.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct WayArgs {
    #[arg(long)]
    pub(crate) linux: bool,
    #[arg(long)]
    pub(crate) windows: bool,
    #[arg(long, value_name = "KIND")]
    pub(crate) like: Option<DeviceWord>,
    #[arg(long, value_name = "FILE")]
    pub(crate) lines: Option<PathBuf>,
}

/// Devices whose words are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeviceWord {
    CiscoIos,
    YamahaRtx,
}

/// `sekisho secret envelope`: without any of these it tells how the envelopes stand.
#[derive(Debug, Clone, Args)]
#[group(multiple = false)]
pub(crate) struct EnvelopeAct {
    #[arg(long)]
    pub(crate) order: bool,
    #[arg(long)]
    pub(crate) sealed: bool,
    #[arg(long, value_name = "TEXT")]
    pub(crate) opened: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) missing: Option<String>,
    #[arg(long)]
    pub(crate) all: bool,
}

/// `sekisho secret policy`: what is not named stays as it is.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyArgs {
    #[arg(long, value_name = "WHICH")]
    pub(crate) refused: Option<RefusedWord>,
    #[arg(long, value_name = "DAYS")]
    pub(crate) oldest_days: Option<u16>,
    #[arg(long, num_args = 1.., value_name = "ACCOUNT")]
    pub(crate) administrator: Vec<String>,
    #[arg(long, num_args = 1.., value_name = "TARGET", conflicts_with = "no_rotation")]
    pub(crate) rotate: Vec<String>,
    #[arg(long, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new())]
    pub(crate) after_visits: Option<bool>,
    #[arg(long, value_name = "DAYS")]
    pub(crate) every_days: Option<u16>,
    #[arg(long, conflicts_with_all = ["after_visits", "every_days"])]
    pub(crate) no_rotation: bool,
}

/// Which weak secrets are refused, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RefusedWord {
    Weak,
    WeakOrShared,
    DangerousNone,
}

impl From<RefusedWord> for RefusedSecrets {
    fn from(word: RefusedWord) -> Self {
        match word {
            RefusedWord::Weak => Self::Weak,
            RefusedWord::WeakOrShared => Self::WeakOrShared,
            RefusedWord::DangerousNone => Self::DangerousNone,
        }
    }
}
