//! The targets, by who feeds them.

mod archive;
mod bundle;
mod channel;
mod config;
mod crossing;
mod export;
mod hello;
mod invitation;
mod journal;
mod ledger;
mod logs;
mod messages;
mod mysql;
mod page;
mod postgres;
mod rdp;
mod receipt;
mod recording;
mod relay;
mod rfb;
mod scp;
mod segment;
mod sftp;
mod shown;
mod telnet;
mod typed;
pub(crate) mod vault;
mod web;

use crate::Target;

macro_rules! targets {
    ($($name:literal: $module:ident :: $run:ident, $seeds:ident;)+) => {
        /// Every target.
        pub const TARGETS: &[Target] = &[
            $(Target { name: $name, run: $module::$run, seeds: $module::$seeds }),+
        ];
    };
}

targets! {
    // A stranger.
    "hello": hello::run, seeds;
    "invitation": invitation::run, seeds;
    // A client, and a gateway towards its client.
    "session": messages::session, session_seeds;
    "join": messages::join, join_seeds;
    // A browser's page.
    "page-line": page::line, line_seeds;
    "page-messages": page::messages, message_seeds;
    // A relay, and a gateway towards its relay.
    "relay-control": relay::control, control_seeds;
    "relay-data": relay::data, data_seeds;
    // A client and a target, inside SSH.
    "sftp-packets": sftp::packets, packet_seeds;
    "sftp": sftp::conversation, conversation_seeds;
    "scp": scp::conversation, conversation_seeds;
    "scp-command": scp::command, command_seeds;
    "shown": shown::run, seeds;
    "typed": typed::run, seeds;
    "archive": archive::run, seeds;
    "channel": channel::start, start_seeds;
    "crossing": crossing::run, seeds;
    "transfer": channel::transfer, transfer_seeds;
    // A client and a target, inside a database session.
    "postgres-first": postgres::first, first_seeds;
    "postgres": postgres::conversation, conversation_seeds;
    "mysql-first": mysql::first, first_seeds;
    "mysql": mysql::conversation, conversation_seeds;
    // A client and a target, inside a session at a web console.
    "web": web::run, seeds;
    // A console, inside a session by telnet.
    "telnet": telnet::run, seeds;
    // A client and a target, inside a desktop session.
    "rfb-viewer": rfb::viewer, viewer_seeds;
    "rfb-server": rfb::server, server_seeds;
    "rdp-handshake": rdp::handshake, handshake_seeds;
    "rdp-up": rdp::up, up_seeds;
    "rdp-down": rdp::down, down_seeds;
    "rdp-clipboard": rdp::clipboard, clipboard_seeds;
    "rdp-credssp": rdp::credssp, credssp_seeds;
    // A device of others that sends its log.
    "log-stream": logs::stream, stream_seeds;
    // A file that a person brings, and what a process that reads strangers tells.
    "log-windows": logs::windows, windows_seeds;
    "log-told": logs::told, told_seeds;
    // Stored files.
    "log-record": logs::record, record_seeds;
    "frame": recording::frame, frame_seeds;
    "content": recording::content, content_seeds;
    "note": recording::note, note_seeds;
    "segment": segment::run, seeds;
    "entry": ledger::entry, entry_seeds;
    "bundle": bundle::run, seeds;
    "proof": ledger::proof, proof_seeds;
    "checkpoint": ledger::checkpoint, checkpoint_seeds;
    "receipt": receipt::run, seeds;
    "journal": journal::run, seeds;
    "vault": vault::run, seeds;
    "export": export::run, seeds;
    "config": config::run, seeds;
}
