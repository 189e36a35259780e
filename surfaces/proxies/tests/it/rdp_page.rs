//! A desktop over RDP as a page's viewer of RFB sees it, by the client of ours that speaks to the proxy, and as those
//! who attend see it.

use std::io::BufRead;

use access::EndReason;
use engine::Shown;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use wire::rfb::{Canvas, Done, Painted, PixelFormat, ServerInit, ServerSize};

use crate::rdp_ground::{SIZE, Server, wish};
use crate::rdp_passing::{listening, shown_at_the_end};
use crate::sshd::SOON;
use crate::vnc_ground::{Ground, Wish};

/// What a page's seat has: a stream on which RFB is spoken.
struct Viewer {
    stream: DuplexStream,
    canvas: Canvas,
}

/// The pixels of a canvas, the uppermost row first.
fn pixels(canvas: &Canvas) -> Vec<u32> {
    let across = usize::from(canvas.size().width);
    let mut pixels = vec![0; across * usize::from(canvas.size().height)];
    for y in 0..canvas.size().height {
        for x in 0..canvas.size().width {
            let picture = canvas.picture(&[[x, y, 1, 1]]);
            let pixel = picture.last_chunk().unwrap();
            pixels[usize::from(y) * across + usize::from(x)] = u32::from_le_bytes(*pixel);
        }
    }
    pixels
}

impl Viewer {
    /// Through a pipe to the very proxy that listens for engineers' own clients.
    async fn at(ground: &Ground) -> Self {
        let (session, far) = tokio::io::duplex(1 << 16);
        let (mut near, viewer) = tokio::io::duplex(1 << 16);
        let mut gateway = tokio::net::TcpStream::connect(ground.gateway)
            .await
            .unwrap();
        tokio::spawn(async move {
            let mut far = far;
            tokio::io::copy_bidirectional(&mut far, &mut gateway).await
        });
        tokio::spawn(proxies::rdp::show(session, viewer, SIZE.width, SIZE.height));
        let mut line = [0; 12];
        near.read_exact(&mut line).await.unwrap();
        near.write_all(&line).await.unwrap();
        assert_eq!(near.read_u16().await.unwrap(), 0x0101);
        near.write_all(&[1]).await.unwrap();
        assert_eq!(near.read_u32().await.unwrap(), 0);
        near.write_all(&[1]).await.unwrap();
        let mut init = [0; ServerInit::LENGTH];
        near.read_exact(&mut init).await.unwrap();
        let (init, name) = ServerInit::read(&init).unwrap();
        assert_eq!((init.size, name), (SIZE, 0));
        Self {
            canvas: Canvas::new(init.size, PixelFormat::OURS).unwrap(),
            stream: near,
        }
    }

    async fn sees(&mut self, server: &Server) {
        let wanted = server.display.pixels();
        let mut buffer = vec![0; 1 << 16];
        let looking = async {
            while pixels(&self.canvas) != wanted {
                let read = self.stream.read(&mut buffer).await.unwrap();
                assert!(read > 0, "the client is gone");
                let mut painted = Painted::default();
                self.canvas.take(&buffer[..read], &mut painted).unwrap();
            }
        };
        let seen = tokio::time::timeout(SOON, looking).await;
        assert!(seen.is_ok(), "the page shows something else");
    }

    async fn does(&mut self, done: Done) {
        self.stream.write_all(&done.told()).await.unwrap();
    }
}

fn key(down: bool, symbol: u32, place: u8) -> Done {
    Done::Key {
        down,
        symbol,
        place,
    }
}

#[test]
fn a_page_sees_a_windows_desktop_and_its_keys_reach_it_recorded_as_any_clients() {
    let server = Server::start();
    let (_xev, mut heard) = listening(&server);
    let ground = Ground::at(server.address, server.key, wish());
    let mut line = String::new();
    ground.run(async {
        let mut viewer = Viewer::at(&ground).await;
        viewer.sees(&server).await;
        viewer.does(Done::Pointer([5, 0, 0, 200, 0, 150])).await;
        viewer.does(key(true, 0, 0x10)).await;
        viewer.does(key(false, 0, 0x10)).await;
        while !line.contains("keysym") {
            line.clear();
            assert!(heard.read_line(&mut line).unwrap() > 0, "xev ended");
        }
        server.display.paint("#00c080");
        viewer.sees(&server).await;
    });
    assert!(line.contains(", q)"), "{line}");
    let recorded = ground.recorded();
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    assert!(shown_at_the_end(&recorded) == server.display.pixels());
    assert!(recorded.keys.len() >= 2, "down and up, sealed");
    assert_eq!(recorded.asked[..6], [5, 0, 0, 200, 0, 150]);
}

/// Who attends sees the desktop as it is, from a whole picture on, and nothing of what is typed.
#[test]
fn who_attends_sees_the_picture_of_a_desktop_and_nothing_that_is_typed() {
    let server = Server::start();
    let wish = Wish {
        attended: true,
        ..wish()
    };
    let ground = Ground::at(server.address, server.key, wish);
    ground.run(async {
        let viewer = tokio::spawn({
            let stream = tokio::net::TcpStream::connect(ground.gateway)
                .await
                .unwrap();
            async move {
                let (session, mut far) = tokio::io::duplex(1 << 16);
                let (near, viewer) = tokio::io::duplex(1 << 20);
                let mut stream = stream;
                tokio::spawn(proxies::rdp::show(session, viewer, SIZE.width, SIZE.height));
                let _near = near;
                tokio::io::copy_bidirectional(&mut far, &mut stream).await
            }
        });
        let session = ground.session();
        let attending = ground.engine().attend(&ground.staffed.clerk, &session);
        let mut attendance = attending.await.unwrap();
        let mut canvas: Option<Canvas> = None;
        let watching = async {
            loop {
                match attendance.next().await.expect("the session goes on") {
                    Shown::Opened { .. } => {
                        let size = ServerSize::new(SIZE.width, SIZE.height).unwrap();
                        canvas = Canvas::new(size, PixelFormat::OURS).ok();
                    }
                    Shown::Picture { bytes, .. } => {
                        let canvas = canvas.as_mut().expect("opened before it is shown");
                        canvas.take(&bytes, &mut Painted::default()).unwrap();
                        if pixels(canvas) == server.display.pixels() {
                            return;
                        }
                    }
                    _ => {}
                }
            }
        };
        let seen = tokio::time::timeout(SOON, watching).await;
        assert!(seen.is_ok(), "the attendant never saw the desktop");
        viewer.abort();
    });
}
