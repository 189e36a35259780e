//! One TLS configuration per door and protocol.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{NoKeyLog, ServerConfig};
use zeroize::Zeroizing;

use super::device::DeviceVerifier;
use super::{Door, Doors, ListenError, Protocol};
use crate::certificate::ServerCertificate;
use crate::provider;
use crate::web::WebCertificate;

/// What the site shows, and whose device certificates it takes.
pub struct SiteTls {
    ca: Vec<u8>,
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    engineers_web: Option<WebCertificate>,
    console_web: Option<WebCertificate>,
}

impl SiteTls {
    /// The CA's certificate (DER), and the server's certificate for both names, issued by it.
    pub fn new(ca: &[u8], server: ServerCertificate) -> Self {
        Self {
            ca: ca.to_vec(),
            certificate: server.certificate,
            key: server.key,
            engineers_web: None,
            console_web: None,
        }
    }

    /// Shows browsers another certificate at this door. Nobody else sees it (decision 0023).
    #[must_use]
    pub fn for_browsers(mut self, door: Door, certificate: WebCertificate) -> Self {
        match door {
            Door::Engineers => self.engineers_web = Some(certificate),
            Door::Console => self.console_web = Some(certificate),
        }
        self
    }
}

impl std::fmt::Debug for SiteTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteTls(…)")
    }
}

#[derive(Debug)]
pub(super) struct Configs {
    session: Arc<ServerConfig>,
    engineers_api: Arc<ServerConfig>,
    console_api: Arc<ServerConfig>,
    engineers_http: Arc<ServerConfig>,
    console_http: Arc<ServerConfig>,
    join: Arc<ServerConfig>,
}

impl Configs {
    pub(super) fn build(doors: &Doors, tls: &SiteTls) -> Result<Self, ListenError> {
        check_names(doors)?;
        let devices: Arc<dyn ClientCertVerifier> =
            DeviceVerifier::new(&tls.ca, provider::hybrid())?;
        let anybody = WebPkiClientVerifier::no_client_auth;
        let build = |provider, clients, protocol| config(tls, provider, clients, protocol);
        Ok(Self {
            session: build(provider::hybrid(), devices.clone(), Protocol::Session)?,
            engineers_api: build(provider::hybrid(), devices, Protocol::Api)?,
            console_api: build(provider::hybrid(), anybody(), Protocol::Api)?,
            engineers_http: http(tls, tls.engineers_web.as_ref())?,
            console_http: http(tls, tls.console_web.as_ref())?,
            join: build(provider::hybrid(), anybody(), Protocol::Join)?,
        })
    }

    pub(super) fn of(&self, door: Door, protocol: Protocol) -> Arc<ServerConfig> {
        Arc::clone(match (door, protocol) {
            (_, Protocol::Session) => &self.session,
            (Door::Engineers, Protocol::Api) => &self.engineers_api,
            (Door::Console, Protocol::Api) => &self.console_api,
            (Door::Engineers, Protocol::Http) => &self.engineers_http,
            (Door::Console, Protocol::Http) => &self.console_http,
            (_, Protocol::Join) => &self.join,
        })
    }
}

fn check_names(doors: &Doors) -> Result<(), ListenError> {
    for name in [&doors.engineers_name, &doors.console_name] {
        if !matches!(
            ServerName::try_from(name.as_str()),
            Ok(ServerName::DnsName(_))
        ) {
            return Err(ListenError::Name(name.clone()));
        }
    }
    if doors
        .engineers_name
        .eq_ignore_ascii_case(&doors.console_name)
    {
        return Err(ListenError::Name(doors.console_name.clone()));
    }
    Ok(())
}

/// What the site's own clients see, whatever browsers are shown.
fn config(
    tls: &SiteTls,
    provider: Arc<CryptoProvider>,
    clients: Arc<dyn ClientCertVerifier>,
    protocol: Protocol,
) -> Result<Arc<ServerConfig>, ListenError> {
    // The CA's certificate goes along for those who join: they know its fingerprint only.
    let chain = vec![
        CertificateDer::from(tls.certificate.clone()),
        CertificateDer::from(tls.ca.clone()),
    ];
    let key = PrivatePkcs8KeyDer::from(tls.key.to_vec());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key.into())?;
    quiet(&mut config, protocol.alpn());
    Ok(Arc::new(config))
}

/// What browsers see: theirs, or else the site's own.
fn http(tls: &SiteTls, web: Option<&WebCertificate>) -> Result<Arc<ServerConfig>, ListenError> {
    let provider = provider::for_browsers();
    let Some(web) = web else {
        let anybody = WebPkiClientVerifier::no_client_auth();
        return config(tls, provider, anybody, Protocol::Http);
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(web.chain.clone(), web.key.clone_key())?;
    quiet(&mut config, Protocol::Http.alpn());
    Ok(Arc::new(config))
}

/// No session is resumed: a resumed one would carry over what was proved under another door's rules or
/// before a device was suspended, and a whole handshake costs little more than a millisecond. Early
/// data, which can be replayed, is impossible without resumption, and off besides.
pub(super) fn quiet(config: &mut ServerConfig, protocol: &[u8]) {
    config.alpn_protocols = vec![protocol.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    config.key_log = Arc::new(NoKeyLog {});
}
