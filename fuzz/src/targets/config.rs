//! `site.toml` and `relay.toml`: files that persons edit. The sources that read them are the product's own.

#[allow(
    dead_code,
    reason = "the product looks at what is only read and written here"
)]
#[path = "../../../sekisho/src/relay/config/file.rs"]
mod relay_toml;
#[allow(
    dead_code,
    reason = "the product looks at what is only read and written here"
)]
#[path = "../../../sekisho/src/config/file.rs"]
mod site_toml;

use relay_toml::RelayFile;
use site_toml::ConfigFile;

/// Reads both files; what was read must be written so that it reads the same. Nothing weakens a site unless
/// its name says that it is dangerous.
pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(file) = ConfigFile::parse(text) {
        let again = toml::to_string(&file).expect("it was written");
        let read = ConfigFile::parse(&again).expect("what we write reads");
        assert_eq!(toml::to_string(&read).as_deref(), Ok(&again[..]));
        assert!(
            !read.dangerous_key_beside_data || text.contains("dangerous"),
            "{text}"
        );
    }
    if let Ok(file) = RelayFile::parse(text) {
        let again = toml::to_string(&file).expect("it was written");
        let read = RelayFile::parse(&again).expect("what we write reads");
        assert_eq!(toml::to_string(&read).as_deref(), Ok(&again[..]));
    }
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let site = r#"site = "handa"
listen = "192.0.2.1:443"
engineers_name = "handa.maintenance.example"
console_name = "console.handa.example"
engineers_address = "relay.example:443"
dangerous_key_beside_data = true

[relay_way]
wrap = "tls"
http-connect = "proxy.example:3128"
"#;
    let relay = r#"listen = "[::]:443"
name = "relay.example"

[[site]]
site = "handa"
key = "00000000000000000000000000000000000000000000000000000000000000aa"
names = ["in.handa.example"]
gateways_from = ["203.0.113.0/24"]
site_key = "sekisho/handa+1+AQ=="
kit_key = "sekisho/handa/kit+1+AQ=="

[[site]]
site = "ena"
key = "00000000000000000000000000000000000000000000000000000000000000bb"
names = ["in.ena.example"]
gateways_from = "anywhere"
site_key = "k"
kit_key = "k"
"#;
    vec![
        ("site", site.as_bytes().to_vec()),
        ("relay", relay.as_bytes().to_vec()),
    ]
}
