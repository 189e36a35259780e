//! TLS, certificates and connections: carries streams, knows no policy.
//!
//! Trusted to: admit only listed sources to the names that they are listed for, let nobody onto the
//! session protocol without the key of a device that the site's CA certified, and spend a bounded
//! amount on anybody else. Not trusted to: decide. That a certificate is the site's says who holds the
//! key, not whether that device may do anything; `access` is asked with the key's digest.
//!
//! TLS 1.3 only, but towards services of others ([`connect_public`]) and targets ([`connect_target`]). Between our own programs the key
//! exchange is X25519MLKEM768 or none. Key logging is never set, early data never accepted, sessions never
//! resumed.

pub mod acme;
mod certificate;
mod closer;
mod data_key;
mod descriptors;
mod dial;
mod frames;
mod half_open;
mod hello;
mod line;
mod listed;
mod near;
mod old_target;
mod pinned;
mod provider;
mod public;
mod target;
mod web;

pub mod link;
pub mod listener;
pub mod relay;

pub use certificate::{
    CertificateError, DeviceKey, DeviceRequest, ServerCertificate, SiteCa, Validity, fingerprint,
    spki_digest,
};
pub use closer::{Closer, tune};
pub use descriptors::raise_descriptor_limit;
pub use dial::{
    ConnectError, Connection, DeviceIdentity, DialOptions, SiteTrust, connect, connect_for_join,
    why_closed,
};
pub use hello::{Asked, NotAHello, peek_hello};
pub use line::Line;
pub use listed::{ListedTls, ListedTlsError};
pub use listener::{
    Admission, Arrival, Challenge, Door, Doors, Entrance, Limits, ListenError, Listener, Protocol,
    SiteTls, TurnedAway,
};
pub use near::accept_near;
pub use old_target::{OldTargetTls, old_target};
pub use pinned::{PinnedError, PinnedKey};
pub use public::{ClientCertificate, PublicError, are_roots, connect_collector, connect_public};
pub use target::{TargetTls, TargetTlsError, connect_near, connect_target, name_to_choose_by};
pub use web::{WebCertificate, WebFacts, WebProblem};
