//! What crosses between the gateway and a worker, in packets: each wakes two processes.

use crate::postgres_ground::{Ground, Server, Wish};

/// Packets of a session with so many statements.
fn packets(ground: &Ground, statements: usize) -> u64 {
    let before = ground.workers.heard();
    let args: Vec<&str> = ["-c", "select 1"].repeat(statements);
    let ran = ground.psql(&args);
    assert_eq!(ran.out, "1\n".repeat(statements), "{}", ran.err);
    ground.workers.heard() - before
}

#[test]
fn a_statement_and_its_answer_are_two_packets() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let few = packets(&ground, 10);
    let many = packets(&ground, 210);
    // What was counted and has no packet to go with has one of its own twice in a second: either session may have
    // one more of these than the other.
    let more = many - few;
    assert!(
        (390..=420).contains(&more),
        "{more} packets for 200 statements"
    );
}

#[test]
fn much_that_comes_at_once_crosses_together() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let before = ground.workers.heard();
    let copy = "copy (select repeat('x', 999) from generate_series(1, 20000)) to stdout";
    let ran = ground.psql(&["-c", copy]);
    assert_eq!(ran.out.len(), 20_000_000, "{}", ran.err);
    let packets = ground.workers.heard() - before;
    // The server says 8 KiB at a time, which would be 2,400.
    assert!(packets < 2_400, "{packets} packets for 20 MB");
}
