//! Mail: one message over one connection to the server that an operator named (RFC 5321, 3207, 8314).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::{MailSecurity, Undelivered};
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, Tls, TlsParameters, TlsVersion,
};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::{Failed, Message};

/// How long each step of the conversation may take.
const STEP: Duration = Duration::from_secs(15);
/// How long all of it may take: greylisting servers answer late, and then not at all.
const WITHIN: Duration = Duration::from_secs(45);

/// A mail server and how to speak to it.
pub struct Server {
    /// Its host name or address. Its certificate must be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How TLS begins.
    pub security: MailSecurity,
    /// The address that messages come from.
    pub from: String,
    /// Account and password.
    pub login: Option<(String, Zeroizing<String>)>,
    /// The certificates that vouch for it, PEM.
    pub roots: Vec<u8>,
    /// The name by which we greet it.
    pub hello: String,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Server({}:{}, {:?})",
            self.host, self.port, self.security
        )
    }
}

/// Whether this is one mail address and nothing else.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.is_ascii() && text.parse::<Address>().is_ok()
}

/// Sends a message to one address.
///
/// # Errors
/// The class of the failure. Without TLS whose certificate counts nothing of it leaves.
pub async fn send(server: &Server, to: &str, message: &Message) -> Result<(), Failed> {
    let mail = written(server, to, message)?;
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(server.port)
        .tls(security(server)?)
        .hello_name(ClientId::Domain(server.hello.clone()))
        .timeout(Some(STEP));
    if let Some((user, password)) = &server.login {
        builder = builder.credentials(Credentials::new(user.clone(), password.to_string()));
    }
    let transport = builder.build();
    let sent = timeout(WITHIN, transport.send(mail)).await;
    let sent = sent.map_err(|_| Failed::new(Undelivered::Unreachable, &"no answer in time"))?;
    sent.map(drop).map_err(|cause| failed(&cause))
}

fn security(server: &Server) -> Result<Tls, Failed> {
    let parameters =
        || trusting(server).map_err(|cause| Failed::new(Undelivered::NotUsable, &cause));
    Ok(match server.security {
        MailSecurity::StartTls => Tls::Required(parameters()?),
        MailSecurity::Implicit => Tls::Wrapper(parameters()?),
        MailSecurity::DangerousPlaintext => Tls::None,
    })
}

fn trusting(server: &Server) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    TlsParameters::builder(server.host.clone())
        .certificate_store(CertificateStore::None)
        .add_root_certificate(Certificate::from_pem(&server.roots)?)
        .set_min_tls_version(TlsVersion::Tlsv12)
        .build()
}

fn written(server: &Server, to: &str, message: &Message) -> Result<lettre::Message, Failed> {
    let unusable = |cause: &dyn std::fmt::Display| Failed::new(Undelivered::NotUsable, cause);
    let mailbox = |text: &str| {
        let address = text.parse::<Address>();
        // What it says of the address could repeat it.
        let address = address.map_err(|_| unusable(&"a mail address is not one"))?;
        Ok::<_, Failed>(Mailbox::new(None, address))
    };
    let seconds = u64::try_from(message.at).unwrap_or_default();
    let at: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds);
    MessageBuilder::new()
        .from(mailbox(&server.from)?)
        .to(mailbox(to)?)
        .date(at)
        .message_id(Some(message_id(server, to, message)))
        .subject(&message.subject)
        .header(AutoSubmitted {})
        .header(ContentType::TEXT_PLAIN)
        .body(message.whole())
        .map_err(|cause| unusable(&cause))
}

/// The same each time it is tried, so that a mailbox shows it once.
fn message_id(server: &Server, to: &str, message: &Message) -> String {
    let told = format!("{}\n{}\n{to}", message.id, message.site);
    let told = digest::digest(&digest::SHA256, told.as_bytes());
    let told = HEXLOWER.encode(told.as_ref());
    let domain = server.from.rsplit('@').next().unwrap_or("localhost");
    format!("<sekisho-{told}@{domain}>")
}

/// "Written by a program": so that no absence notice answers it (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted {}

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self {})
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn failed(cause: &lettre::transport::smtp::Error) -> Failed {
    let class = match cause.status().map(u16::from) {
        // Authentication is required, or failed (RFC 4954).
        Some(530 | 534 | 535 | 538) => Undelivered::NotSignedIn,
        Some(_) if cause.is_permanent() => Undelivered::Rejected,
        Some(_) => Undelivered::Unreachable,
        None if speaks_of(cause, &["authentication"]) => Undelivered::NotSignedIn,
        None if cause.is_tls() || speaks_of(cause, &["certificate", "peer is incompatible"]) => {
            Undelivered::Untrusted
        }
        // The server offers no STARTTLS.
        None if cause.is_client() => Undelivered::Untrusted,
        None => Undelivered::Unreachable,
    };
    // A server could repeat what it was sent: of its words the log keeps the code.
    match cause.status() {
        Some(code) => Failed::new(class, &format!("the server said {code}")),
        None => Failed::new(class, cause),
    }
}

/// What the library names in words alone: a handshake that failed comes as an error of the connection, and
/// a server without a way to sign in as one of ours.
fn speaks_of(cause: &lettre::transport::smtp::Error, words: &[&str]) -> bool {
    let mut source: Option<&dyn std::error::Error> = Some(cause);
    while let Some(error) = source {
        let text = error.to_string();
        if words.iter().any(|word| text.contains(word)) {
            return true;
        }
        source = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_beside_it() {
        assert!(is_address("clerk@hospital.example"));
        let long = format!("a@{}.jp", "x".repeat(300));
        for wrong in [
            "",
            "clerk",
            "a@b, c@d",
            "Clerk <a@b.jp>",
            "a@b\r\nBcc: c@d",
            &long,
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }

    /// Lesson L29: neither the password nor the account is in what a log could show.
    #[test]
    fn l29_a_server_shows_neither_its_account_nor_its_password() {
        let server = Server {
            host: "mail.example".into(),
            port: 587,
            security: MailSecurity::StartTls,
            from: "a@b.jp".into(),
            login: Some(("account".into(), Zeroizing::new("canary".into()))),
            roots: Vec::new(),
            hello: "console.test".into(),
        };
        assert_eq!(format!("{server:?}"), "Server(mail.example:587, StartTls)");
    }
}
