//! A small real server on loopback: the "receipt computer" that the demo's engineer maintains. It
//! answers each line with a line.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Starts the server on a free port. It lives until the process ends.
pub(super) fn start() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::Builder::new()
        .name("sekisho-demo".to_owned())
        .spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream));
            }
        })?;
    Ok(address)
}

fn serve(stream: TcpStream) {
    let Ok(mut writer) = stream.try_clone() else {
        return;
    };
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        let answer = format!("{}: OK\n", line.trim());
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
