//! The one definition of the command line: it feeds parsing, help, man pages and dispatch.
//!
//! What help says stands in `phrases`, in both languages (`cli-help-…`); a test finds every command
//! and argument without a sentence.

mod alerts;
mod attestation;
mod backup;
mod connecting;
mod console;
mod database;
mod desktop;
mod evidence;
mod files;
mod help;
mod incidents;
mod notify;
mod registry;
mod relay;
mod reports;
mod search;
mod secret;
mod ssh;
mod visits;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ids::SiteId;
use ipnet::IpNet;

pub(crate) use alerts::{AlertsArgs, DecoysArgs, RulesArgs};
pub(crate) use attestation::AttestationRootVerb;
pub(crate) use backup::{BackupArgs, RestoreArgs};
pub(crate) use connecting::{BrowseArgs, ConnectArgs};
pub(crate) use console::{ConsoleVerb, Way as ConsoleWay};
pub(crate) use database::{DataNarrowed, DataWanted, RiskArgs, ServerArgs};
pub(crate) use desktop::{DesktopNarrowed, DesktopWanted};
pub(crate) use evidence::{Keys, LedgerVerb, ReceiptVerb, RecordingVerb};
pub(crate) use files::FilesVerb;
pub(crate) use help::{exit_codes, in_language};
pub(crate) use incidents::{IncidentVerb, PreparationVerb, StepArgs};
pub(crate) use notify::{MailArgs, NotifyVerb, WaysArgs, WebhookArgs};
pub(crate) use registry::{
    DeviceVerb, PersonVerb, SecretArgs, SourceArgs, TargetAdd, TargetTermsArgs, TargetVerb,
    VendorVerb,
};
pub(crate) use relay::{AdmitArgs, RelayVerb};
pub(crate) use reports::ReportArgs;
pub(crate) use search::{ReachArgs, SearchArgs};
pub(crate) use secret::{DeviceWord, EnvelopeAct, PolicyArgs, SecretVerb, WayArgs};
pub(crate) use ssh::{Narrowed, SshArgs, SshConfigArgs, Wanted};
pub(crate) use visits::{EmergencyVerb, RequestArgs, VisitVerb};

/// `sekisho …`
#[derive(Debug, Parser)]
#[command(name = "sekisho", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    #[arg(long, global = true, env = "SEKISHO_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    #[arg(long, global = true, value_name = "SITE")]
    pub(crate) site: Option<SiteId>,
    #[arg(long, global = true, env = "SEKISHO_SITE_DIR", value_name = "DIR")]
    pub(crate) site_dir: Option<PathBuf>,
    #[arg(long, global = true, value_name = "IP")]
    pub(crate) from_address: Option<IpAddr>,
    #[arg(long, global = true, value_name = "ja|en", value_parser = ["ja", "en"])]
    pub(crate) lang: Option<String>,
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// One vendor, person, device or target; none for the whole site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct OfOne {
    #[arg(long, value_name = "VENDOR", group = "one", requires = "reason")]
    pub(crate) vendor: Option<String>,
    #[arg(long, value_name = "PERSON", group = "one", requires = "reason")]
    pub(crate) person: Option<String>,
    #[arg(long, value_name = "DEVICE", group = "one", requires = "reason")]
    pub(crate) device: Option<String>,
    #[arg(long, value_name = "TARGET", group = "one", requires = "reason")]
    pub(crate) target: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    #[command(subcommand)]
    Site(SiteVerb),
    Gateway(GatewayArgs),
    #[command(subcommand)]
    Vendor(VendorVerb),
    #[command(subcommand)]
    Person(PersonVerb),
    #[command(subcommand)]
    Device(DeviceVerb),
    #[command(subcommand)]
    Target(TargetVerb),
    Join(JoinArgs),
    Login(LoginArgs),
    Logout,
    Request(Box<RequestArgs>),
    Extend {
        visit: String,
        #[arg(long, value_name = "TIME")]
        until: String,
    },
    Withdraw {
        request: String,
    },
    WithdrawGrant {
        grant: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    Requests {
        #[arg(long)]
        all: bool,
    },
    Approve {
        request: String,
        #[arg(long, value_name = "TEXT")]
        condition: Option<String>,
        #[arg(long = "for", value_name = "DURATION")]
        lasting: Option<String>,
        #[command(flatten)]
        ssh: Box<Narrowed>,
        #[command(flatten)]
        data: Box<DataNarrowed>,
        #[command(flatten)]
        desktop: DesktopNarrowed,
    },
    Refuse {
        request: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    #[command(subcommand)]
    Visit(VisitVerb),
    #[command(subcommand)]
    Files(FilesVerb),
    Alerts(AlertsArgs),
    Inspection {
        #[arg(long, value_name = "ENTRY")]
        until: Option<u64>,
        #[arg(long, value_name = "TEXT", requires = "until")]
        sign: Option<String>,
    },
    Rules(RulesArgs),
    Decoys(DecoysArgs),
    #[command(subcommand)]
    Incident(IncidentVerb),
    #[command(subcommand)]
    Preparation(PreparationVerb),
    #[command(subcommand)]
    Emergency(EmergencyVerb),
    Connect(ConnectArgs),
    Browse(BrowseArgs),
    Ssh(SshArgs),
    SshConfig(SshConfigArgs),
    Sessions,
    Attend {
        session: String,
    },
    Pause {
        session: String,
    },
    Continue {
        session: String,
    },
    Tell {
        session: String,
        text: String,
    },
    Search(Box<SearchArgs>),
    Reach(Box<ReachArgs>),
    End {
        session: String,
    },
    Report(Box<ReportArgs>),
    Isolate {
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        of: OfOne,
    },
    Lift {
        #[arg(long, conflicts_with_all = ["after_delay", "one"])]
        with_kit: bool,
        #[arg(long, conflicts_with = "one")]
        after_delay: bool,
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        of: OfOne,
    },
    #[command(subcommand)]
    Ledger(LedgerVerb),
    #[command(subcommand)]
    Receipt(ReceiptVerb),
    #[command(subcommand)]
    Recording(RecordingVerb),
    #[command(subcommand)]
    Relay(RelayVerb),
    #[command(subcommand)]
    Notify(NotifyVerb),
    #[command(subcommand)]
    Console(ConsoleVerb),
    #[command(subcommand)]
    AttestationRoot(AttestationRootVerb),
    #[command(subcommand)]
    Secret(SecretVerb),
    Demo(DemoArgs),
    Doctor {
        #[arg(long)]
        outside: bool,
        #[arg(long, num_args = 1.., value_name = "PORT", requires = "outside")]
        ports: Vec<u16>,
    },
    Man {
        dir: PathBuf,
    },
    ExitCodes,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SiteVerb {
    Init(Box<InitArgs>),
    Status,
    #[command(subcommand)]
    Kit(KitVerb),
    #[command(subcommand)]
    Tpm(TpmVerb),
    SealKit,
    ConfirmClock,
    ReportDue {
        days: u8,
    },
    Upgrade {
        #[arg(long)]
        commit: bool,
    },
    Keys,
    RecoverPerson {
        login: String,
    },
    Resume,
    Backup(Box<BackupArgs>),
    Restore(Box<RestoreArgs>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum KitVerb {
    Test {
        #[arg(long, value_name = "KEY|FILE")]
        kit_key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TpmVerb {
    Seal {
        #[arg(long, value_name = "FILE", env = "SEKISHO_PASSPHRASE_FILE")]
        passphrase_file: Option<PathBuf>,
    },
    Test,
    Forget,
}

/// `sekisho site init`
#[derive(Debug, Clone, Args)]
pub(crate) struct InitArgs {
    pub(crate) dir: PathBuf,
    #[arg(long)]
    pub(crate) id: SiteId,
    #[arg(long)]
    pub(crate) name: String,
    #[arg(long, required = true, num_args = 1.., value_name = "CIDR")]
    pub(crate) lan: Vec<IpNet>,
    #[arg(long, value_name = "IP:PORT")]
    pub(crate) listen: SocketAddr,
    #[arg(long, value_name = "NAME")]
    pub(crate) engineers_name: String,
    #[arg(long, value_name = "NAME")]
    pub(crate) console_name: String,
    #[arg(long, value_name = "HOST:PORT", value_parser = crate::parse::host_port_text)]
    pub(crate) engineers_address: Option<String>,
    #[arg(long, value_name = "HOST:PORT", value_parser = crate::parse::host_port_text)]
    pub(crate) console_address: Option<String>,
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "dangerous_key_beside_data"
    )]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, conflicts_with = "passphrase_file")]
    pub(crate) dangerous_key_beside_data: bool,
    #[arg(long, value_name = "FILE")]
    pub(crate) kit_out: Option<PathBuf>,
    #[arg(long, value_name = "LEVEL", default_value_t = access::NEWEST_LEVEL, value_parser = clap::value_parser!(u16).range(i64::from(access::FIRST_LEVEL)..=i64::from(access::NEWEST_LEVEL)))]
    pub(crate) ledger_level: u16,
}

/// `sekisho gateway`
#[derive(Debug, Clone, Args)]
pub(crate) struct GatewayArgs {
    pub(crate) dir: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `sekisho demo`
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    #[arg(long)]
    pub(crate) once: bool,
}

/// `sekisho join`
#[derive(Debug, Clone, Args)]
pub(crate) struct JoinArgs {
    pub(crate) invitation: String,
    #[arg(long)]
    pub(crate) login: Option<String>,
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[arg(long)]
    pub(crate) contact: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) device_label: Option<String>,
}

/// `sekisho login`
#[derive(Debug, Clone, Args)]
pub(crate) struct LoginArgs {
    #[arg(long)]
    pub(crate) login: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "DIGITS")]
    pub(crate) code: Option<String>,
}

#[cfg(test)]
mod tests;
