//! Lines that stay open both ways, with Debian's websockets for Python as the console.

use std::fs;
use std::io::BufRead as _;
use std::process::{Command, Stdio};

use access::*;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::http_ground::{Ground, Server, Wish, plain};
use crate::sshd::Kept;

const ECHO: &str = "
import asyncio, websockets
async def echo(socket, path=None):
    async for said in socket:
        await socket.send('echo ' + said)
async def main():
    async with websockets.serve(echo, '127.0.0.1', 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()
asyncio.run(main())
";

fn echoing() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("echo.py");
    fs::write(&script, ECHO).unwrap();
    let mut python = Command::new("/usr/bin/python3");
    let mut python = Kept(python.arg(&script).stdout(Stdio::piped()).spawn().unwrap());
    let mut port = String::new();
    let mut said = std::io::BufReader::new(python.0.stdout.take().unwrap());
    said.read_line(&mut port).unwrap();
    let port: u16 = port.trim().parse().unwrap();
    Server {
        folder,
        running: Some(python),
        address: ([127, 0, 0, 1], port).into(),
        identity: plain(),
    }
}

fn nobody(write: bool) -> Wish {
    Wish {
        sign_in: WebSignIn::Nothing,
        terms: WebTerms {
            write,
            ..WebTerms::usual()
        },
        ..Wish::default()
    }
}

/// Asks for a line.
async fn line(ground: &Ground) -> hyper::Response<hyper::body::Incoming> {
    let door = ground.door().await;
    let mut request = door
        .request("/news")
        .method("CONNECT")
        .header("sec-websocket-version", "13")
        .body(http_body_util::Empty::new())
        .unwrap();
    let websocket = hyper::ext::Protocol::from_static("websocket");
    request.extensions_mut().insert(websocket);
    door.get("/").await;
    let mut sender = door.sender.clone();
    let answer = sender.send_request(request).await.unwrap();
    // The door lives as long as the line.
    tokio::spawn(async move {
        let _door = door;
        std::future::pending::<()>().await;
    });
    answer
}

#[test]
fn a_line_carries_both_ways_and_is_in_the_recording() {
    let server = echoing();
    let ground = Ground::new(&server, nobody(true));
    ground.run(async {
        let answer = line(&ground).await;
        assert_eq!(answer.status(), 200);
        let mut line = TokioIo::new(hyper::upgrade::on(answer).await.unwrap());
        let said = [&[0x81, 0x85, 0, 0, 0, 0][..], b"hello"].concat();
        line.write_all(&said).await.unwrap();
        let mut heard = [0; 12];
        line.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard[2..], b"echo hello");
    });
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    ground
        .run(ground.engine().end_session(clerk, &session))
        .unwrap();
    let recorded = ground.recorded();
    assert!(recorded.holds("echo hello"));
    let commands = &recorded.index.channels[0].commands;
    assert!(commands.iter().any(|said| said.text == "WEBSOCKET /news"));
}

#[test]
fn l36_who_only_looks_gets_no_line() {
    let server = echoing();
    let ground = Ground::new(&server, nobody(false));
    let status = ground.run(async { line(&ground).await.status() });
    assert_eq!(status, 403);
}
