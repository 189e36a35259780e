//! What both sides say in the seeds.

use std::borrow::Cow;

use crate::bytes::field;

fn packet(kind: u8, fields: &[Cow<'_, [u8]>]) -> Vec<u8> {
    let body = [&[kind][..], &fields.concat()].concat();
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], &body].concat()
}

fn number(number: u32) -> Cow<'static, [u8]> {
    number.to_be_bytes().to_vec().into()
}

fn string(text: &str) -> Cow<'static, [u8]> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], text.as_bytes()].concat().into()
}

fn init() -> Vec<u8> {
    packet(1, &[number(3)])
}

fn version() -> Vec<u8> {
    packet(
        2,
        &[number(3), string("posix-rename@openssh.com"), string("1")],
    )
}

fn write() -> Vec<u8> {
    let offset = vec![0; 8].into();
    packet(6, &[number(8), string("h0"), offset, string("hello")])
}

/// An upload, as both sides say it. The ids of our own requests count from 0.
fn upload() -> Vec<u8> {
    let said = [
        (0, init()),
        (1, version()),
        (
            0,
            packet(3, &[number(7), string("up.txt"), number(26), number(0)]),
        ),
        (1, name(0, "/srv")),
        (1, status(1, 2)),
        (1, packet(102, &[number(2), string("h0")])),
        (0, write()),
        (1, status(3, 0)),
        (0, packet(4, &[number(9), string("h0")])),
        (1, status(4, 0)),
    ];
    talk(&said)
}

fn name(id: u32, path: &str) -> Vec<u8> {
    packet(
        104,
        &[number(id), number(1), string(path), string(path), number(0)],
    )
}

fn status(id: u32, code: u32) -> Vec<u8> {
    packet(101, &[number(id), number(code), string("said"), string("")])
}

fn talk(said: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let said = said
        .iter()
        .flat_map(|(side, bytes)| [&[*side][..], &field(bytes)].concat());
    [0, 200].into_iter().chain(said).collect()
}

pub(in crate::targets) fn packet_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let rename = [number(5), string("/srv/a"), string("/srv/b")];
    vec![
        ("init", init()),
        ("version", version()),
        ("write", write()),
        ("rename", packet(18, &rename)),
        ("name", name(4, "/srv")),
        ("status", status(4, 3)),
        ("data", packet(103, &[number(4), string("content")])),
        (
            "extended",
            packet(
                200,
                &[number(4), string("statvfs@openssh.com"), string("/")],
            ),
        ),
    ]
}

pub(in crate::targets) fn conversation_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let look = [
        (0, init()),
        (1, version()),
        (0, packet(16, &[number(1), string(".")])),
        (1, name(0, "/srv")),
        (0, packet(17, &[number(2), string("a")])),
        (1, name(1, "/srv/a")),
        (1, packet(105, &[number(2), number(0)])),
        (0, packet(13, &[number(3), string("a")])),
        (1, name(3, "/srv")),
        (1, packet(105, &[number(4), number(0)])),
        (1, status(5, 0)),
    ];
    let mut refused = upload();
    refused.splice(..1, [0xff]);
    let mut poor = upload();
    poor.splice(1..2, [3]);
    vec![
        ("upload", upload()),
        ("look", talk(&look)),
        ("refused", refused),
        ("poor", poor),
    ]
}
