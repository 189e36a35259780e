//! HTTP to an authority: over TLS, to a server of the web, one call at a time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::link::{Via, reach_by};
use crate::provider;

/// How long one call may take: an authority far away that is busy.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The longest answer: a chain of five certificates in PEM takes about 10 KiB.
const LONGEST: usize = 256 * 1024;

/// Trusts these roots for whatever host is asked.
pub(super) struct Web {
    config: Result<Arc<ClientConfig>, String>,
    via: Via,
}

impl Web {
    pub(super) fn new(roots: RootCertStore, via: Via) -> Self {
        let config = ClientConfig::builder_with_provider(provider::for_browsers())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map(|config| config.with_root_certificates(roots).with_no_client_auth());
        Self {
            config: config.map(Arc::new).map_err(|cause| cause.to_string()),
            via,
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl HttpClient for Web {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let (config, via) = (self.config.clone(), self.via.clone());
        Box::pin(async move {
            let config = config.map_err(|cause| Error::Other(cause.into()))?;
            let answer = timeout(ANSWER_WITHIN, call(config, via, request)).await;
            let late = || format!("no answer within {} seconds", ANSWER_WITHIN.as_secs());
            let answer = answer.map_err(|_| Error::Other(late().into()))?;
            answer.map(BytesResponse::from).map_err(Error::Other)
        })
    }
}

async fn call(
    config: Arc<ClientConfig>,
    via: Via,
    mut request: Request<BodyWrapper<Bytes>>,
) -> Result<Response<Full<Bytes>>, Failure> {
    let (host, port) = place(request.uri())?;
    let tcp = reach_by(&via, &format!("{host}:{port}")).await?;
    let name = ServerName::try_from(bare(&host).to_owned())?;
    let stream = TlsConnector::from(config).connect(name, tcp).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the sender, at the end of this call.
    tokio::spawn(connection);
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.ok_or("an address without a path")?.into();
    let host = HeaderValue::from_str(&format!("{host}:{port}"))?;
    request.headers_mut().insert(HOST, host);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, LONGEST).collect().await?.to_bytes();
    Ok(Response::from_parts(head, Full::new(body)))
}

/// The host and port of an `https` address: an authority is never asked without TLS.
fn place(uri: &Uri) -> Result<(String, u16), Failure> {
    if uri.scheme_str() != Some("https") {
        return Err(format!("{uri} is not an https address").into());
    }
    let host = uri.host().ok_or("an address without a host")?;
    Ok((host.to_owned(), uri.port_u16().unwrap_or(443)))
}

/// IPv6 without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_asked_by_https_and_nothing_else() {
        let place = |text: &str| place(&text.parse().unwrap());
        let found = place("https://ca.example/directory").unwrap();
        assert_eq!(found, ("ca.example".to_owned(), 443));
        let found = place("https://[::1]:14000/dir").unwrap();
        assert_eq!((bare(&found.0), found.1), ("::1", 14000));
        assert!(place("http://ca.example/directory").is_err());
        assert!(place("/directory").is_err());
    }
}
