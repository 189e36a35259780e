//! Asks an authority for a certificate that browsers trust (ACME, RFC 8555), and proves the name to it
//! by TLS-ALPN-01 (RFC 8737), which our own listener answers.
//!
//! Trusted to: give back what the authority issued for the key that was made here. Not trusted to keep
//! anything: account and key are the caller's to seal. What the authority answers is bounded in size and
//! time, and nothing of it is shown to anybody but as the certificate that [`crate::WebCertificate`] has
//! looked at.

mod web;

use std::future::Future;
use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount,
    NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use zeroize::Zeroizing;

use self::web::Web;
use crate::link::Via;

/// How long an authority may take to look at our answer, and to issue: minutes when it is busy.
const PATIENCE: Duration = Duration::from_secs(180);

/// Where certificates are asked for.
#[derive(Debug, Clone)]
pub struct Authority {
    /// The address of its directory: `https://…`.
    pub directory: String,
    /// Whom it writes to when something is wrong: a mail address, or nobody.
    pub contact: Option<String>,
    /// The roots that its own certificate is looked at with.
    pub roots: Roots,
    /// How the hospital's network lets us out to it.
    pub via: Via,
}

/// Roots of trust for servers of the web.
#[derive(Debug, Clone)]
pub struct Roots(RootCertStore);

/// What an order gave.
pub struct Ordered {
    /// The account at the authority, to be kept sealed and shown again at the next order.
    pub account: Zeroizing<Vec<u8>>,
    /// The account's address: what a CAA record is bound to (RFC 8657).
    pub account_address: String,
    /// The chain, PEM, our certificate first.
    pub chain: String,
    /// The key that was made for it, PEM.
    pub key: Zeroizing<String>,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    /// The file of roots holds none.
    #[error("no certificate of an authority in it: expected PEM")]
    NoRoots,
    /// The account that was kept cannot be read.
    #[error("the account at the authority that was kept cannot be read: {0}")]
    Account(String),
    /// The authority refused, or did not answer.
    #[error("the authority {directory} gave no certificate: {cause}")]
    Authority {
        /// Which.
        directory: String,
        /// What it said, or what failed.
        cause: String,
    },
    /// It does not offer to look at the name the way that we can answer.
    #[error(
        "the authority {0} does not offer TLS-ALPN-01, the one proof that needs no second port"
    )]
    NoTlsAlpn(String),
    /// It looked and was not content.
    #[error(
        "the authority did not find our answer at {name}, port 443: does the name lead to this gateway or to its relay? It said: {said}"
    )]
    NotProved {
        /// The name.
        name: String,
        /// Its words.
        said: String,
    },
    /// No key, or no request could be made.
    #[error("no key or request could be made: {0}")]
    Request(#[from] rcgen::Error),
}

impl Roots {
    /// Reads them from PEM: what is no certificate in it is passed over.
    ///
    /// # Errors
    /// If there is none.
    pub fn read(pem: &[u8]) -> Result<Self, AcmeError> {
        let mut roots = RootCertStore::empty();
        let found = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
        let (taken, _) = roots.add_parsable_certificates(found);
        if taken == 0 {
            return Err(AcmeError::NoRoots);
        }
        Ok(Self(roots))
    }
}

impl Authority {
    /// Orders a certificate for one name. `open` is told what our listener must show while the authority
    /// looks, and is waited for before it does; `close` is called at the end, whatever happens.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn order<Opening: Future<Output = ()> + Send>(
        &self,
        account: Option<&[u8]>,
        name: &str,
        open: impl Fn([u8; 32]) -> Opening + Send + Sync,
        close: impl Fn() + Send + Sync,
    ) -> Result<Ordered, AcmeError> {
        let _closes = Closes(&close);
        let (account, kept) = self.account(account).await?;
        let names = [Identifier::Dns(name.to_owned())];
        let order = account.new_order(&NewOrder::new(&names)).await;
        let mut order = order.map_err(|cause| self.failed(&cause))?;
        self.prove(&mut order, name, &open).await?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let finalized = order.finalize_csr(&request(name, &key)?).await;
        finalized.map_err(|cause| self.failed(&cause))?;
        let chain = order.poll_certificate(&patience()).await;
        Ok(Ordered {
            account: kept,
            account_address: account.id().to_owned(),
            chain: chain.map_err(|cause| self.failed(&cause))?,
            key: Zeroizing::new(key.serialize_pem()),
        })
    }

    async fn account(
        &self,
        kept: Option<&[u8]>,
    ) -> Result<(Account, Zeroizing<Vec<u8>>), AcmeError> {
        let web = Box::new(Web::new(self.roots.0.clone(), self.via.clone()));
        let builder = Account::builder_with_http(web);
        let unreadable = |cause: serde_json::Error| AcmeError::Account(cause.to_string());
        if let Some(kept) = kept {
            let credentials: AccountCredentials =
                serde_json::from_slice(kept).map_err(unreadable)?;
            let account = builder.from_credentials(credentials).await;
            let account = account.map_err(|cause| self.failed(&cause))?;
            return Ok((account, Zeroizing::new(kept.to_vec())));
        }
        let contact = self.contact.as_ref().map(|mail| format!("mailto:{mail}"));
        let contact: Vec<&str> = contact.as_deref().into_iter().collect();
        let new = NewAccount {
            contact: &contact,
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let made = builder.create(&new, self.directory.clone(), None).await;
        let (account, credentials) = made.map_err(|cause| self.failed(&cause))?;
        let kept = serde_json::to_vec(&credentials).map_err(unreadable)?;
        Ok((account, Zeroizing::new(kept)))
    }

    /// Lets the authority look, and waits until it has.
    async fn prove<Opening: Future<Output = ()> + Send>(
        &self,
        order: &mut Order,
        name: &str,
        open: &(impl Fn([u8; 32]) -> Opening + Send + Sync),
    ) -> Result<(), AcmeError> {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(|cause| self.failed(&cause))?;
            // It remembers that it has looked a short while ago.
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let mut challenge = authorization
                .challenge(ChallengeType::TlsAlpn01)
                .ok_or_else(|| AcmeError::NoTlsAlpn(self.directory.clone()))?;
            let digest = challenge.key_authorization().digest();
            let digest = <[u8; 32]>::try_from(digest.as_ref());
            let digest = digest.map_err(|_| AcmeError::NoTlsAlpn(self.directory.clone()))?;
            open(digest).await;
            let ready = challenge.set_ready().await;
            ready.map_err(|cause| self.failed(&cause))?;
        }
        let said = match order.poll_ready(&patience()).await {
            Ok(OrderStatus::Ready) => return Ok(()),
            Ok(status) => format!("the order is {status:?}"),
            Err(instant_acme::Error::Api(problem)) => problem.to_string(),
            Err(cause) => return Err(self.failed(&cause)),
        };
        Err(AcmeError::NotProved {
            name: name.to_owned(),
            said,
        })
    }

    fn failed(&self, cause: &instant_acme::Error) -> AcmeError {
        AcmeError::Authority {
            directory: self.directory.clone(),
            cause: cause.to_string(),
        }
    }
}

/// The address of an account that was kept, if it can be read.
pub fn account_address(kept: &[u8]) -> Option<String> {
    let kept: serde_json::Value = serde_json::from_slice(kept).ok()?;
    Some(kept.get("id")?.as_str()?.to_owned())
}

/// Tells the listener that nothing is asked any more, also when the order's future is dropped.
struct Closes<'a, F: Fn()>(&'a F);

impl<F: Fn()> Drop for Closes<'_, F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn request(name: &str, key: &KeyPair) -> Result<Vec<u8>, rcgen::Error> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    Ok(params.serialize_request(key)?.der().to_vec())
}

fn patience() -> RetryPolicy {
    RetryPolicy::new()
        .initial_delay(Duration::from_millis(500))
        .backoff(1.5)
        .timeout(PATIENCE)
}

impl std::fmt::Debug for Ordered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ordered(…)")
    }
}
