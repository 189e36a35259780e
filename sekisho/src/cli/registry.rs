//! Vendors, persons, devices, targets.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use ipnet::IpNet;
use wire::api::v1::{PatientColumn, Role};

use super::database::{RiskArgs, ServerArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum VendorVerb {
    Add {
        name: String,
        #[command(flatten)]
        sources: SourceArgs,
        #[arg(long, value_name = "VENDOR")]
        parent: Option<String>,
        #[arg(long)]
        phone: String,
    },
    List,
    Suspend {
        vendor: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    Resume {
        vendor: String,
    },
    Sources {
        vendor: String,
        #[command(flatten)]
        sources: SourceArgs,
    },
    Reconfirm {
        vendor: String,
    },
}

/// Where a vendor's engineers connect from. Never empty: no list would mean everybody.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceArgs {
    #[arg(long, required = true, num_args = 1.., value_name = "CIDR")]
    pub(crate) from: Vec<IpNet>,
    #[arg(long, value_name = "TEXT", requires = "wide_until")]
    pub(crate) wide_exception: Option<String>,
    #[arg(long, value_name = "TIME", requires = "wide_exception")]
    pub(crate) wide_until: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PersonVerb {
    #[command(group = clap::ArgGroup::new("employer").required(true))]
    Invite {
        #[arg(long, group = "employer")]
        vendor: Option<String>,
        #[arg(long, group = "employer")]
        hospital: bool,
        #[arg(long, group = "employer")]
        custodian: bool,
        #[arg(long, required = true, num_args = 1.., value_name = "ROLE")]
        role: Vec<RoleWord>,
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    List,
    Invitations,
    WithdrawInvitation {
        invitation: String,
    },
    Suspend {
        person: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    Resume {
        person: String,
    },
    Erase {
        person: String,
    },
    Limit {
        person: String,
        #[arg(long, value_name = "TIME")]
        until: String,
    },
    Reset {
        person: String,
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    Device {
        person: String,
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// What a person may do, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleWord {
    Engineer,
    Approver,
    Operator,
    Inspector,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Engineer => Self::Engineer,
            RoleWord::Approver => Self::Approver,
            RoleWord::Operator => Self::Operator,
            RoleWord::Inspector => Self::Inspector,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeviceVerb {
    List,
    Words {
        device: String,
    },
    Confirm {
        device: String,
        #[arg(required = true, num_args = 1.., value_name = "WORD")]
        words: Vec<String>,
    },
    Suspend {
        device: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    Resume {
        device: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TargetVerb {
    Add(Box<TargetAdd>),
    List,
    Suspend {
        target: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    Resume {
        target: String,
    },
    Pin {
        target: String,
        #[arg(value_name = "HOST:PORT")]
        address: String,
    },
    Terms(Box<TargetTermsArgs>),
    Secret {
        target: String,
        #[arg(long, conflicts_with_all = ["key", "generate", "certificate"])]
        reader: bool,
        #[command(flatten)]
        secret: SecretArgs,
    },
    PinHostKey {
        target: String,
        #[arg(value_name = "FILE|LINE")]
        host_key: String,
    },
    ServerKey {
        #[arg(value_name = "TARGET|HOST:PORT")]
        target: String,
        #[arg(long, value_parser = ["postgres", "mysql", "vnc", "rdp"])]
        protocol: Option<String>,
    },
    PinServer {
        target: String,
        #[command(flatten)]
        server: ServerArgs,
        #[command(flatten)]
        risk: RiskArgs,
    },
    AcceptRisk {
        target: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[arg(long, value_name = "PERSON")]
        owner: String,
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: String,
    },
    WithdrawRisk {
        target: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    VisitAccounts {
        target: String,
        #[arg(
            long,
            value_name = "ACCOUNT",
            required_unless_present = "off",
            conflicts_with = "off"
        )]
        manager: Option<String>,
        #[arg(long, value_name = "NAME", conflicts_with = "off")]
        group: Vec<String>,
        #[arg(long)]
        off: bool,
    },
    Patients {
        target: String,
        #[arg(
            value_name = "SCHEMA.TABLE.COLUMN",
            required_unless_present = "none",
            conflicts_with = "none"
        )]
        columns: Vec<PatientColumn>,
        #[arg(long)]
        none: bool,
    },
}

/// `sekisho target terms`: what is not named stays as it is.
#[derive(Debug, Clone, Args)]
pub(crate) struct TargetTermsArgs {
    pub(crate) target: String,
    #[arg(long, num_args = 1..)]
    pub(crate) vendor: Vec<String>,
    #[arg(long, num_args = 1.., value_name = "DAYS HH:MM-HH:MM", conflicts_with = "any_hour")]
    pub(crate) hours: Vec<String>,
    #[arg(long)]
    pub(crate) any_hour: bool,
    #[arg(long, value_name = "DURATION")]
    pub(crate) longest: Option<String>,
    #[arg(long, value_name = "SIZE")]
    pub(crate) quota: Option<String>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) approvals: Option<u8>,
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    pub(crate) emergency: Option<String>,
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    pub(crate) attended: Option<String>,
}

/// Where a target's secret comes from: never from the command line itself.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SecretArgs {
    #[arg(long)]
    pub(crate) password_stdin: bool,
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[arg(long)]
    pub(crate) generate: bool,
    #[arg(long)]
    pub(crate) certificate: bool,
}

/// `sekisho target add`
#[derive(Debug, Clone, Args)]
pub(crate) struct TargetAdd {
    pub(crate) name: String,
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) vendor: Vec<String>,
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) address: String,
    #[arg(long, default_value = "tcp", value_parser = ["tcp", "ssh", "postgres", "mysql", "http", "vnc", "rdp", "telnet"])]
    pub(crate) protocol: String,
    #[arg(long, value_name = "ACCOUNT", required_if_eq_any([("protocol", "ssh"), ("protocol", "postgres"), ("protocol", "mysql"), ("protocol", "rdp")]))]
    pub(crate) user: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    #[arg(long, value_name = "NAME", conflicts_with = "user")]
    pub(crate) header: Option<String>,
    #[arg(long, value_name = "PATH", requires = "user")]
    pub(crate) sign_in_page: Option<String>,
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) reader: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) risk: RiskArgs,
    #[arg(long)]
    pub(crate) tls_only: bool,
    #[arg(long, value_name = "TEXT", requires = "user")]
    pub(crate) login_prompt: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) password_prompt: Option<String>,
    #[arg(long, conflicts_with_all = ["user", "login_prompt", "password_prompt"])]
    pub(crate) no_sign_in: bool,
    #[arg(long, value_name = "FILE|LINE", required_if_eq("protocol", "ssh"))]
    pub(crate) host_key: Option<String>,
    #[arg(long)]
    pub(crate) attended: bool,
    #[arg(long)]
    pub(crate) metadata_only: bool,
    #[arg(long)]
    pub(crate) two_approvals: bool,
    #[arg(long)]
    pub(crate) emergency: bool,
    #[arg(long, num_args = 1.., value_name = "DAYS HH:MM-HH:MM")]
    pub(crate) hours: Vec<String>,
    #[arg(long, default_value = "4h", value_name = "DURATION")]
    pub(crate) longest: String,
    #[arg(long, default_value = "2GiB", value_name = "SIZE")]
    pub(crate) quota: String,
}
