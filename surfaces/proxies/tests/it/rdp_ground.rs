//! A desktop that Debian's FreeRDP shows (`freerdp-shadow-cli`), and an engineer with xfreerdp. The hospital
//! is the one of VNC's tests.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command as Program, Stdio};

use access::DesktopSignIn;
use ids::Digest;
use tempfile::TempDir;
use wire::rfb::ServerSize;

use crate::http_ground;
use crate::sshd::{Kept, until};
use crate::vnc_ground::Wish;

/// The account at the desktop.
pub(crate) const USER: &str = "winuser";
/// Its password, and what a server keeps of it (the NT hash).
pub(crate) const SECRET: &str = "Win-Pass-1";
const KEPT: &str = "winuser:::74ae59802c434e95bc7f79a2178c4acc:::\n";
/// Every screen of these tests.
pub(crate) const SIZE: ServerSize = ServerSize {
    width: 640,
    height: 480,
};

/// What a client offers that offers everything of its computer.
pub(crate) const EVERYTHING: [&str; 18] = [
    "+clipboard",
    "/drive:home,/tmp",
    "/printer",
    "/smartcard",
    "/serial:COM1,/dev/null",
    "/parallel:LPT1,/dev/null",
    "/sound:sys:fake",
    "/microphone",
    "/gfx",
    "/rfx",
    "/nsc",
    "/multitransport",
    "/network:auto",
    "/dynamic-resolution",
    "+heartbeat",
    "+fonts",
    "+aero",
    "/bpp:32",
];

pub(crate) fn wish() -> Wish {
    Wish {
        rdp: Some(DesktopSignIn::Nla),
        secret: SECRET,
        ..Wish::default()
    }
}

/// A screen without a monitor.
pub(crate) struct Display {
    _running: Kept,
    name: String,
}

impl Display {
    pub(crate) fn start() -> Self {
        let mut server = Program::new("Xvfb");
        server
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"])
            .args(["-screen", "0", "640x480x24"]);
        Self::of(&mut server)
    }

    fn of(server: &mut Program) -> Self {
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = Kept(server.spawn().unwrap());
        let mut name = String::new();
        let mut out = BufReader::new(running.0.stdout.take().unwrap());
        out.read_line(&mut name).unwrap();
        Self {
            _running: running,
            name: format!(":{}", name.trim()),
        }
    }

    /// One that others can look at over VNC, at this port of loopback.
    fn shared(port: u16) -> Self {
        let mut server = Program::new("Xtigervnc");
        server
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-localhost",
                "-SecurityTypes",
                "None",
            ])
            .args([
                "-geometry",
                "640x480",
                "-depth",
                "24",
                "-rfbport",
                &port.to_string(),
            ]);
        Self::of(&mut server)
    }

    /// A program on it.
    pub(crate) fn program(&self, name: &str) -> Program {
        let mut program = Program::new(name);
        program
            .env("DISPLAY", &self.name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        program
    }

    /// Paints a pattern of two colours, so that no tile is like the next.
    pub(crate) fn paint(&self, colour: &str) {
        let mut painting = self.program("xsetroot");
        painting.args(["-mod", "7", "5", "-fg", colour, "-bg", "#102030"]);
        assert!(painting.status().unwrap().success());
    }

    /// What it shows now, as 0x00RRGGBB.
    pub(crate) fn pixels(&self) -> Vec<u32> {
        let mut shot = self.program("xwd");
        let shot = shot.args(["-root", "-silent"]).stdout(Stdio::piped());
        let shot = shot.output().unwrap().stdout;
        let at = |word: usize| {
            let bytes = shot[word * 4..][..4].try_into().unwrap();
            usize::try_from(u32::from_be_bytes(bytes)).unwrap()
        };
        // The header's length, and how many colours of twelve bytes stand behind it (XWDFile.h).
        let pixels = &shot[at(0) + at(19) * 12..];
        let pixels = pixels.as_chunks::<4>().0.iter();
        pixels
            .map(|pixel| u32::from_le_bytes(*pixel) & 0x00ff_ffff)
            .collect()
    }
}

/// A desktop that is shown over RDP.
pub(crate) struct Server {
    pub(crate) display: Display,
    running: Kept,
    pub(crate) address: SocketAddr,
    pub(crate) key: Digest,
    folder: TempDir,
}

impl Server {
    /// One that asks for Network Level Authentication.
    pub(crate) fn start() -> Self {
        Self::with(&["/sec:nla", "+auth"])
    }

    pub(crate) fn with(more: &[&str]) -> Self {
        Self::with_tls(more, None)
    }

    /// With these settings of OpenSSL.
    fn with_tls(more: &[&str], settings: Option<&str>) -> Self {
        let display = Display::start();
        display.paint("#c04020");
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("sam");
        fs::write(&kept, KEPT).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut server = display.program("freerdp-shadow-cli");
        server
            .arg(format!("/port:{}", address.port()))
            .arg("/bind-address:127.0.0.1")
            .arg(format!("/sam-file:{}", kept.display()))
            .args(more)
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .stdout(fs::File::create(folder.path().join("log")).unwrap());
        if let Some(settings) = settings {
            let file = folder.path().join("openssl.cnf");
            fs::write(&file, settings).unwrap();
            server.env("OPENSSL_CONF", file);
        }
        let running = Kept(server.spawn().unwrap());
        until("the desktop's server listens", || {
            TcpStream::connect(address).is_ok()
        });
        let certificate = folder.path().join("freerdp/shadow/shadow.crt");
        let der = Program::new("openssl")
            .args(["x509", "-outform", "DER", "-in"])
            .arg(&certificate)
            .output()
            .unwrap();
        Self {
            display,
            running,
            address,
            key: tunnel::spki_digest(&der.stdout).unwrap(),
            folder,
        }
    }

    /// One that asks for Network Level Authentication over TLS that is given up everywhere else.
    pub(crate) fn old() -> Self {
        let settings = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n[old]\n\
                        MinProtocol = TLSv1\nMaxProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n";
        Self::with_tls(&["/sec:nla", "+auth"], Some(settings))
    }

    /// Debian's xrdp, which shows the desktop of a VNC server without asking for anybody: TLS alone, no Network Level
    /// Authentication. It has that server's clipboard.
    pub(crate) fn xrdp() -> Self {
        Self::xrdp_with("ssl_protocols=TLSv1.2, TLSv1.3\n")
    }

    /// With these settings of its TLS.
    pub(crate) fn xrdp_with(tls: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [address, shared] = [(); 2].map(|()| {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap()
        });
        let display = Display::shared(shared.port());
        display.paint("#c04020");
        let key = http_ground::certificate(folder.path());
        let at = folder.path().display();
        let settings = format!(
            "[Globals]\nini_version=1\nfork=false\nport=tcp://127.0.0.1:{port}\nuse_vsock=false\n\
             security_layer=tls\ncertificate={at}/server.crt\nkey_file={at}/server.key\n\
             {tls}autorun=desktop\nallow_channels=true\nmax_bpp=32\n\
             [Logging]\nLogFile={at}/log\nLogLevel=DEBUG\nEnableSyslog=false\n[Channels]\ncliprdr=true\n\
             [desktop]\nname=desktop\nlib=libvnc.so\nip=127.0.0.1\nport={there}\nusername=na\npassword=na\n",
            port = address.port(),
            there = shared.port(),
        );
        let file = folder.path().join("xrdp.ini");
        fs::write(&file, settings).unwrap();
        let mut server = Program::new("xrdp");
        server
            .args(["--nodaemon", "--config"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(fs::File::create(folder.path().join("said")).unwrap())
            .stderr(Stdio::null());
        let running = Kept(server.spawn().unwrap());
        until("xrdp listens", || TcpStream::connect(address).is_ok());
        Self {
            display,
            running,
            address,
            key,
            folder,
        }
    }

    /// The channels that xrdp was asked for, as its log names them.
    pub(crate) fn asked_for(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
        let names = log.lines().filter_map(|line| {
            let (_, named) = line.split_once("Adding channel: name ")?;
            Some(named.split(',').next()?.to_owned())
        });
        names.collect()
    }

    pub(crate) fn kill(&mut self) {
        self.running.0.kill().unwrap();
    }
}

/// An engineer's xfreerdp, on a screen of its own.
pub(crate) struct Client {
    pub(crate) display: Display,
    running: Kept,
    folder: TempDir,
}

impl Client {
    pub(crate) fn at(gateway: SocketAddr) -> Self {
        Self::with(gateway, &[])
    }

    pub(crate) fn with(gateway: SocketAddr, more: &[&str]) -> Self {
        Self::on(Display::start(), gateway, more)
    }

    pub(crate) fn on(display: Display, gateway: SocketAddr, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut client = display.program("xfreerdp");
        client
            .arg(format!("/v:{gateway}"))
            .args(["/u:engineer", "/p:typed-by-the-engineer", "/cert:ignore"])
            .args(["/size:640x480", "-decorations", "-grab-keyboard"])
            .args(more)
            .env("HOME", folder.path())
            .stdout(fs::File::create(folder.path().join("log")).unwrap());
        Self {
            running: Kept(client.spawn().unwrap()),
            display,
            folder,
        }
    }

    /// Returns once it shows what the desktop shows.
    pub(crate) fn sees(&self, server: &Server) {
        let shown = server.display.pixels();
        assert!(
            shown.iter().any(|pixel| *pixel != shown[0]),
            "a desktop of one colour"
        );
        until("the client shows the desktop", || {
            self.display.pixels() == server.display.pixels()
        });
    }

    /// Returns once it has given up; what it said.
    pub(crate) fn gave_up(self) -> String {
        let running = RefCell::new(self.running);
        until("the client gives up", || {
            running.borrow_mut().0.try_wait().unwrap().is_some()
        });
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}
