//! `sekisho ssh` and `sekisho ssh-config`: the engineer's own SSH client, told how to reach a target.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use client::Membership;
use client::ssh;
use ids::GrantId;
use wire::Said;
use wire::api::v1::{Protocol, Target};

use crate::cli::{SshArgs, SshConfigArgs};
use crate::context::Context;
use crate::failure::{Failure, Kind};

/// What `ssh` ends with when it could not connect at all; also when it could not be run.
const SSH_FAILED: u8 = 255;

/// Everything that an SSH client needs to know of a target.
struct Way {
    membership: Membership,
    target: String,
    host_key: String,
    /// The words of the command whose standard streams are the session.
    proxy: Vec<String>,
    known_hosts: String,
    options: Vec<(&'static str, String)>,
}

/// Runs `ssh`, and ends as it does.
pub(super) async fn run(context: &Context, args: SshArgs) -> Result<ExitCode, Failure> {
    let way = way(context, &args.target, args.grant.as_deref()).await?;
    let mut command = Command::new("ssh");
    for (name, value) in &way.options {
        command.arg("-o").arg(format!("{name}={value}"));
    }
    command.arg(host(&way.target)).args(&args.args);
    command.stdin(Stdio::inherit());
    let run = tokio::task::spawn_blocking(move || command.status()).await;
    let status = run.map_err(Failure::internal)?.map_err(|cause| {
        Failure::of(Kind::Failed, Said::plain("cli-no-ssh").with("cause", cause))
    })?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(SSH_FAILED)))
}

/// Prints a block for `~/.ssh/config`, and the lines for PuTTY.
pub(super) async fn config(context: &Context, args: SshConfigArgs) -> Result<(), Failure> {
    let way = way(context, &args.target, args.grant.as_deref()).await?;
    let name = args.host.unwrap_or_else(|| host(&way.target));
    let possible = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if name.is_empty() || name.starts_with('-') || !name.chars().all(possible) {
        let said = Said::plain("cli-not-a-host-name").with("text", &name);
        return Err(Failure::of(Kind::Usage, said));
    }
    let fingerprint = ssh::fingerprint(&way.host_key).unwrap_or_default();
    let block = block(&name, &way);
    let shown = serde_json::json!({
        "host": name,
        "target": way.target,
        "site": way.membership.site(),
        "config": block.join("\n"),
        "known_hosts": way.known_hosts,
        "host_key": way.host_key,
        "fingerprint": fingerprint,
        "proxy": way.proxy,
    });
    context.show(&shown, |context| {
        let mut lines = block.clone();
        lines.push(format!("# {}", context.say("cli-putty", &[])));
        let putty = putty(&name, &way.proxy, &fingerprint);
        lines.extend(putty.iter().map(|line| format!("#   {line}")));
        lines
    })
}

fn block(name: &str, way: &Way) -> Vec<String> {
    let mut lines = vec![format!("Host {name}"), format!("    HostName {name}")];
    let options = way.options.iter();
    lines.extend(options.map(|(option, value)| format!("    {option} {value}")));
    lines
}

/// The same for PuTTY's programs.
fn putty(name: &str, proxy: &[String], fingerprint: &str) -> Vec<String> {
    // In PuTTY's own words a backslash and a percent sign mean something; its programs run on Windows
    // first, where words are quoted like this.
    let words = proxy.iter().map(|word| {
        let word = word.replace('\\', "\\\\").replace('%', "%%");
        if word.contains(' ') {
            format!("\\\"{word}\\\"")
        } else {
            word
        }
    });
    let command = words.collect::<Vec<String>>().join(" ");
    ["plink", "pscp", "psftp"]
        .iter()
        .map(|program| {
            let spoof = if *program == "plink" {
                " -no-antispoof"
            } else {
                ""
            };
            format!(
                "{program} -hostkey {fingerprint}{spoof} -proxycmd \"{command}\" sekisho@{name}"
            )
        })
        .collect()
}

/// The name under which an SSH client knows a target.
fn host(target: &str) -> String {
    format!("{target}.sekisho")
}

async fn way(context: &Context, typed: &str, grant: Option<&str>) -> Result<Way, Failure> {
    if context.site_dir().is_some() {
        return Err(Failure::new(Kind::Usage, "cli-connect-not-local"));
    }
    let membership = context.membership()?;
    let grant = grant
        .map(|grant| GrantId::parse_at(membership.site(), grant))
        .transpose()?;
    let api = membership.api(context.from_address, context.now())?;
    if api.token().is_none() {
        return Err(Failure::new(Kind::NotSignedIn, "error-signed-out"));
    }
    let target = ssh_target(api.targets().await?, typed)?;
    let host_key = api.ssh_host_key().await?.host_key;
    let known_hosts = membership.keep_host_key(&host_key)?;
    let known_hosts = text(&std::path::absolute(&known_hosts).unwrap_or(known_hosts))?;
    let proxy = proxy(context, &membership, &target.name, grant.as_ref())?;
    let unquotable = || Failure::new(Kind::Failed, "cli-unquotable");
    let command = ssh::proxy_command(&proxy).ok_or_else(unquotable)?;
    let quoted = ssh::quoted_path(&known_hosts).ok_or_else(unquotable)?;
    Ok(Way {
        options: ssh::options(membership.site(), &command, &quoted),
        membership,
        target: target.name,
        host_key,
        proxy,
        known_hosts,
    })
}

fn ssh_target(targets: Vec<Target>, typed: &str) -> Result<Target, Failure> {
    let found = targets
        .into_iter()
        .find(|listed| client::connect::named(listed, typed));
    let target = found.ok_or_else(|| Failure::new(Kind::NotFound, "reason-not-found"))?;
    match target.protocol {
        // The engineer's side of a console that speaks telnet is SSH.
        Protocol::Ssh | Protocol::Telnet => Ok(target),
        Protocol::Tcp
        | Protocol::Postgres
        | Protocol::Mysql
        | Protocol::Http
        | Protocol::Vnc
        | Protocol::Rdp => {
            let said = Said::plain("cli-not-an-ssh-target").with("target", &target.name);
            Err(Failure::of(Kind::Usage, said))
        }
    }
}

/// This very program, with what it was told about where its things are.
fn proxy(
    context: &Context,
    membership: &Membership,
    target: &str,
    grant: Option<&GrantId>,
) -> Result<Vec<String>, Failure> {
    let program = std::env::current_exe().map_err(Failure::internal)?;
    let home = context.home()?.folder();
    let home = std::path::absolute(home).map_err(Failure::internal)?;
    let mut words = vec![
        text(&program)?,
        "--home".to_owned(),
        text(&home)?,
        "--site".to_owned(),
        membership.site().to_string(),
        "--lang".to_owned(),
        context.language.tag().to_owned(),
    ];
    if let Some(address) = context.from_address {
        words.extend(["--from-address".to_owned(), address.to_string()]);
    }
    words.push("connect".to_owned());
    if let Some(grant) = grant {
        words.extend(["--grant".to_owned(), grant.to_string()]);
    }
    words.push(target.to_owned());
    Ok(words)
}

fn text(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::new(Kind::Failed, "cli-unquotable"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn putty_is_told_the_key_and_a_command_in_its_own_words() {
        let proxy = ["/a b/sekisho", "connect", "50%"].map(str::to_owned);
        let lines = putty("db.sekisho", &proxy, "SHA256:x");
        assert_eq!(
            lines.first().unwrap(),
            "plink -hostkey SHA256:x -no-antispoof \
             -proxycmd \"\\\"/a b/sekisho\\\" connect 50%%\" sekisho@db.sekisho"
        );
        assert!(lines.iter().skip(1).all(|line| !line.contains("antispoof")));
    }
}
