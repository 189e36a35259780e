//! The password of a local account of Windows, replaced by PowerShell through OpenSSH for Windows.
//!
//! The command is fixed, and no word of it comes from anybody. Windows writes command lines into its log (event 4688),
//! PowerShell the parameters of its commands (4103) and its scripts (4104): the password stands in none of
//! them. It is read sign by sign from standard input into a `SecureString`, and no command is given it as a text.

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// Reads the account and its new password, a line each.
///
/// `Set-LocalUser` is Microsoft's `Microsoft.PowerShell.LocalAccounts`, in Windows Server 2016, Windows 10 and later; it
/// needs an administrator.
pub(super) const SCRIPT: &str = r#"$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
try {
  $from = [Console]::In
  $name = $from.ReadLine()
  $secret = New-Object System.Security.SecureString
  while (($sign = $from.Read()) -ge 0 -and $sign -ne 10) { if ($sign -ne 13) { $secret.AppendChar([char]$sign) } }
  if (-not $name -or $secret.Length -eq 0) { exit 2 }
  Set-LocalUser -Name $name -Password $secret
  exit 0
} catch { exit 4 }
"#;

/// The command, as PowerShell takes a script whatever shell OpenSSH starts: in Base64 of UTF-16 (`-EncodedCommand`),
/// in which no shell finds anything to read in its own way.
pub(super) fn command() -> String {
    let script: Vec<u8> = SCRIPT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!(
        "powershell.exe -NoLogo -NoProfile -NonInteractive -EncodedCommand {}",
        BASE64.encode(&script)
    )
}

/// What it reads.
pub(super) fn input(account: &str, new: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{account}\n{new}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_has_no_sign_that_a_shell_reads_and_fits_its_longest_line() {
        let command = command();
        let plain = |sign: char| sign.is_ascii_alphanumeric() || " .-+/=".contains(sign);
        assert!(command.chars().all(plain), "{command}");
        // cmd.exe takes 8,191 characters.
        assert!(command.len() < 8000, "{}", command.len());
    }

    #[test]
    fn the_script_gives_no_command_a_text_that_is_the_password() {
        for never in [
            "ConvertTo-SecureString",
            "net user",
            "-AsPlainText",
            "Write-",
            "Invoke-",
        ] {
            assert!(!SCRIPT.contains(never), "{never}");
        }
        assert_eq!(SCRIPT.matches("$secret").count(), 4);
    }
}
