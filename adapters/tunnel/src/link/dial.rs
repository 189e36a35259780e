//! Reaches the relay: directly or through a proxy, bare or in TLS.

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Shared, Via};
use crate::closer::tune;
use crate::dial::{ConnectError, reach};

/// The longest answer of a proxy to CONNECT: proxies add headers, but no body (RFC 9110 §9.3.6).
const MAX_ANSWER: usize = 8 * 1024;

/// Why the relay is not reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error("{0}")]
    Reach(#[from] ConnectError),
    #[error("the proxy {0} cannot be reached: {1}")]
    Proxy(String, ConnectError),
    #[error("the proxy does not let us through: it answered {0:?}")]
    Refused(String),
    #[error("the proxy's answer is not HTTP, or too long")]
    NotHttp,
    #[error("whoever answers is not the relay that is pinned, or does not know our key: {0}")]
    Tls(io::Error),
    #[error("the other side does not speak the relay protocol")]
    Protocol,
    #[error("it took too long")]
    TimedOut,
    #[error("{0}")]
    Failed(#[from] io::Error),
}

/// A TCP connection that leads to the relay.
pub(super) async fn bare(shared: &Shared) -> Result<TcpStream, DialError> {
    by(&shared.config.via, &shared.config.address).await
}

/// A TCP connection that leads to an address, the way that the hospital's network lets us out.
pub(crate) async fn by(via: &Via, address: &str) -> Result<TcpStream, DialError> {
    let stream = match via {
        Via::Direct => reach(address, None).await?.0,
        Via::HttpConnect(proxy) => {
            let reached = reach(proxy, None).await;
            let (stream, _) =
                reached.map_err(|problem| DialError::Proxy(proxy.clone(), problem))?;
            through(stream, address).await?
        }
    };
    tune(&stream)?;
    Ok(stream)
}

/// The same, in TLS whose other end is the pinned relay.
pub(super) async fn wrapped(
    shared: &Shared,
    config: &Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, DialError> {
    let tcp = bare(shared).await?;
    let stream = TlsConnector::from(Arc::clone(config))
        .connect(shared.name.clone(), tcp)
        .await
        .map_err(DialError::Tls)?;
    let agreed = stream.get_ref().1.alpn_protocol();
    if agreed != config.alpn_protocols.first().map(Vec::as_slice) {
        return Err(DialError::Protocol);
    }
    Ok(stream)
}

/// Asks a proxy to connect us.
async fn through(mut stream: TcpStream, address: &str) -> Result<TcpStream, DialError> {
    let request = format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    loop {
        let mut some = (&mut stream).take(room(&answer));
        if some.read_buf(&mut answer).await? == 0 {
            return Err(DialError::NotHttp);
        }
        match let_through(&answer) {
            Answer::Unfinished => {}
            Answer::Through => return Ok(stream),
            Answer::Refused(status) => return Err(DialError::Refused(status)),
            Answer::NotHttp => return Err(DialError::NotHttp),
        }
    }
}

fn room(answer: &[u8]) -> u64 {
    u64::try_from(MAX_ANSWER.saturating_sub(answer.len())).unwrap_or_default()
}

/// What a proxy said.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Unfinished,
    Through,
    Refused(String),
    NotHttp,
}

/// Reads the answer to CONNECT. After it the relay is silent until we speak: bytes that follow are
/// nobody's.
fn let_through(answer: &[u8]) -> Answer {
    const BEGINS: &[u8] = b"HTTP/1.";
    if answer.iter().zip(BEGINS).any(|(came, due)| came != due) {
        return Answer::NotHttp;
    }
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if answer.len() < MAX_ANSWER {
            Answer::Unfinished
        } else {
            Answer::NotHttp
        };
    };
    let line = answer.split(|byte| *byte == b'\r').next();
    let line = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
    let status = line.split(' ').nth(1).unwrap_or_default();
    let is_status = status.len() == 3 && status.bytes().all(|digit| digit.is_ascii_digit());
    if !is_status {
        Answer::NotHttp
    } else if !status.starts_with('2') {
        Answer::Refused(line.chars().filter(|c| !c.is_control()).take(80).collect())
    } else if end + 4 == answer.len() {
        Answer::Through
    } else {
        Answer::NotHttp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_that_lets_us_through_is_understood_however_it_says_it() {
        for answer in [
            &b"HTTP/1.1 200 Connection established\r\n\r\n"[..],
            b"HTTP/1.0 200 OK\r\nVia: 1.1 proxy\r\n\r\n",
            b"HTTP/1.1 200\r\n\r\n",
        ] {
            assert_eq!(let_through(answer), Answer::Through);
            for end in 0..answer.len() {
                assert_eq!(let_through(&answer[..end]), Answer::Unfinished);
            }
        }
    }

    #[test]
    fn a_proxy_that_refuses_is_named_by_its_status() {
        let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nX: y\r\n\r\n<html>";
        let status = "HTTP/1.1 407 Proxy Authentication Required".to_owned();
        assert_eq!(let_through(answer), Answer::Refused(status));
    }

    #[test]
    fn bytes_after_the_answer_and_answers_without_end_are_not_taken() {
        let endless = [&b"HTTP/1.1 200 OK\r\n"[..], &[b'x'; MAX_ANSWER]].concat();
        for answer in [
            &b"HTTP/1.1 200 OK\r\n\r\nSKC1"[..],
            b"SSH-2.0-x\r\n\r\n",
            b"HTTP/1.1 2000 OK\r\n\r\n",
            b"HTTP/1.1\r\n\r\n",
            &endless,
        ] {
            assert_eq!(let_through(answer), Answer::NotHttp);
        }
    }

    proptest::proptest! {
        #[test]
        fn l34_no_answer_of_a_proxy_makes_us_panic(
            begins in proptest::bool::ANY,
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..100),
        ) {
            let begin: &[u8] = if begins { b"HTTP/1.1 200" } else { b"" };
            let _ = let_through(&[begin, &bytes, b"\r\n\r\n"].concat());
        }
    }
}
