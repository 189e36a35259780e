//! The cheats by hand: `cheat stranger ADDRESS NAME`, `cheat client SITE-FOLDER FROM ADDRESS TARGET`,
//! `cheat relay ADDRESS [MISCHIEF]`, `cheat target ADDRESS [MISCHIEF]`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for somebody who looks on"
)]

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use cheats::client::{Client, Device, said};
use cheats::{relay, stranger, target};
use wire::session::OpenAnswer;

const USAGE: &str = "cheat stranger ADDRESS NAME
cheat client SITE-FOLDER FROM ADDRESS TARGET
cheat relay ADDRESS [keeps|swaps|moves|alters|impersonates]
cheat target ADDRESS [another-key|channels|endless|escapes|unasked|wrong-numbers|names]";

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["stranger", address, name] => strange(address.parse()?, name),
        ["client", folder, from, address, to] => {
            ask(Path::new(folder), from.parse()?, address.parse()?, to)
        }
        ["relay", address, mischief @ ..] => relay_at(address.parse()?, mischief),
        ["target", address, mischief @ ..] => target_at(address.parse()?, mischief),
        _ => Err(USAGE.into()),
    }
}

/// Says everything that strangers say first, and shows what comes back.
fn strange(to: SocketAddr, name: &str) -> Outcome {
    let from = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    for (called, words) in stranger::first_words(name) {
        let came = stranger::answered(from, to, &words, Duration::from_secs(30));
        println!("{called}: {came:?}");
    }
    Ok(())
}

/// Opens a session with what was copied from a computer.
fn ask(folder: &Path, from: IpAddr, to: SocketAddr, wished: &str) -> Outcome {
    let device = Device::copied(folder);
    let mut client = Client::connect(&device.knock(wire::alpn::SESSION), from, to)?;
    client.says(&said(&device.wish(wished)));
    println!("{:?}", client.hears::<OpenAnswer>());
    Ok(())
}

fn relay_at(address: SocketAddr, mischief: &[&str]) -> Outcome {
    let cheat = relay::Relay::start(address);
    cheat.does(match mischief {
        [] => relay::Mischief::None,
        ["keeps"] => relay::Mischief::Keeps,
        ["swaps"] => relay::Mischief::Swaps,
        ["moves"] => relay::Mischief::Moves,
        ["alters"] => relay::Mischief::AltersUp(5000),
        ["impersonates"] => relay::Mischief::Impersonates,
        _ => return Err(USAGE.into()),
    });
    println!("at {}, as {}", cheat.address(), relay::NAME);
    println!("--key {} --witness '{}'", cheat.pin(), cheat.witness());
    until_stopped()
}

fn target_at(address: SocketAddr, mischief: &[&str]) -> Outcome {
    let cheat = target::Target::start(address);
    cheat.does(match mischief {
        [] => target::Mischief::None,
        ["another-key"] => target::Mischief::AnotherKey,
        ["channels"] => target::Mischief::OpensChannels,
        ["endless"] => target::Mischief::Endless,
        ["escapes"] => target::Mischief::Escapes,
        ["unasked"] => target::Mischief::AnswersUnasked,
        ["wrong-numbers"] => target::Mischief::WrongNumbers,
        ["names"] => target::Mischief::NamesThatLeadElsewhere,
        _ => return Err(USAGE.into()),
    });
    println!("at {}, user {}", cheat.address(), target::USER);
    println!("--host-key '{}'", cheat.host_key());
    until_stopped()
}

fn until_stopped() -> Outcome {
    loop {
        std::thread::park();
    }
}
