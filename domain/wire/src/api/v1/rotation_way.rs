//! How a password is replaced at Windows, or at the command line of a device.

use serde::{Deserialize, Serialize};

/// How the password of an account that is entered by SSH is replaced at its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RotationWay {
    /// A local account of Windows, by PowerShell.
    Windows,
    /// A device with a command line: what is waited for and typed there, a line each.
    Device {
        /// `expect`, `see` or `send` and a text; `save` alone stands before what is said with the new password.
        lines: Vec<String>,
    },
}

/// Chooses how the password of a target's account is replaced there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRotationWay {
    /// How; none: by the commands of Linux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<RotationWay>,
}

/// For a device with the words of Cisco IOS, and an account that is in `#` when it signs in (`privilege 15`).
///
/// From Cisco's IOS command reference (`username … secret`, `write memory`). Not tried at a device of Cisco's.
pub const LIKE_CISCO_IOS: &str = "\
expect #
send configure terminal
expect (config)#
send username {account} secret {new}
expect (config)#
send end
expect #
save
expect #
send write memory
see [OK]
expect #";

/// For a device with the words of Yamaha's RTX, whose administrator's password is that of the account.
///
/// From Yamaha's RTX command reference (`login user`, `administrator password`, `save`, `exit`). Not tried at a device of
/// Yamaha's. Before `save` the account's password alone is changed, which a sign-in proves. The administrator's
/// follows in that new session, is saved with it and proved last: until all of that was done both passwords are in the
/// vault, and each of the two places has one of them.
pub const LIKE_YAMAHA_RTX: &str = "\
expect >
send administrator
expect Password:
send {old}
expect #
send login user {account} {new}
expect #
save
expect >
send administrator
expect Password:
send {old}
expect #
send administrator password
expect Old_Password:
send {old}
expect New_Password:
send {new}
expect New_Password:
send {new}
expect #
send save
expect #
send exit
expect >
send administrator
expect Password:
send {new}
expect #";
