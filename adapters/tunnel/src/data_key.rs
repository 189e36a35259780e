//! The key of a link's data connections: what it seals, and what it finds sealed.

use aws_lc_rs::hmac;
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;
use wire::relay::LinkId;
use wire::relay::data::{ClientHeader, DataHello, EXPORTER_LABEL, MAC};
use zeroize::Zeroizing;

/// HMAC-SHA-256 under 32 bytes that only the two ends of one control connection can derive. It dies
/// with that connection.
#[derive(Clone)]
pub(crate) struct DataKey {
    key: hmac::Key,
    link: LinkId,
}

/// Exports the key from a control connection's TLS, before it is known which link that is.
pub(crate) fn export(control: &TlsStream<TcpStream>) -> Result<hmac::Key, rustls::Error> {
    let room = Zeroizing::new([0u8; 32]);
    let exported = match control {
        TlsStream::Client(stream) => {
            let connection = stream.get_ref().1;
            connection.export_keying_material(room, EXPORTER_LABEL, None)
        }
        TlsStream::Server(stream) => {
            let connection = stream.get_ref().1;
            connection.export_keying_material(room, EXPORTER_LABEL, None)
        }
    }?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &*exported))
}

impl DataKey {
    pub(crate) fn new(key: hmac::Key, link: LinkId) -> Self {
        Self { key, link }
    }

    /// The link that it belongs to.
    pub(crate) fn link(&self) -> LinkId {
        self.link
    }

    /// The hello of data connection `number`.
    pub(crate) fn hello(&self, number: u64) -> Vec<u8> {
        let hello = DataHello {
            link: self.link,
            number,
        };
        hello.encode(&self.mac(&hello.covered()))
    }

    /// Whether the hello was made with this key. In constant time.
    pub(crate) fn made_hello(&self, hello: &DataHello, mac: &[u8; MAC]) -> bool {
        hello.link == self.link && self.made(&hello.covered(), mac)
    }

    /// The header that gives a client's connection to the data connection of that number.
    pub(crate) fn header(&self, header: &ClientHeader) -> Vec<u8> {
        header.encode(&self.mac(&header.covered(self.link)))
    }

    /// Whether the header was made with this key. In constant time.
    pub(crate) fn made_header(&self, header: &ClientHeader, mac: &[u8; MAC]) -> bool {
        self.made(&header.covered(self.link), mac)
    }

    fn made(&self, covered: &[u8], mac: &[u8; MAC]) -> bool {
        hmac::verify(&self.key, covered, mac).is_ok()
    }

    fn mac(&self, covered: &[u8]) -> [u8; MAC] {
        let mut mac = [0u8; MAC];
        mac.copy_from_slice(hmac::sign(&self.key, covered).as_ref());
        mac
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({:?})", self.link)
    }
}
