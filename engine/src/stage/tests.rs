use super::*;

fn terminal() -> Option<Terminal> {
    Some(Terminal {
        term: "xterm".to_owned(),
        columns: 80,
        rows: 24,
    })
}

fn opened(channel: u32, terminal: Option<Terminal>) -> Shown {
    Shown::Opened {
        channel,
        what: What::Shell,
        terminal,
    }
}

fn output(channel: u32, bytes: &[u8]) -> Shown {
    Shown::Output {
        channel,
        bytes: Arc::from(bytes),
    }
}

fn all(watcher: &Watcher) -> Vec<Shown> {
    std::iter::from_fn(|| watcher.take()).collect()
}

#[test]
fn who_comes_late_sees_what_is_open_and_the_last_of_each_terminal() {
    let stage = Stage::default();
    stage.show(opened(0, terminal()));
    stage.show(opened(1, None));
    stage.show_output(0, &[b'a'; TAIL]);
    stage.show_output(0, b"end");
    stage.show_output(1, b"not kept");
    stage.show(Shown::Resized {
        channel: 0,
        columns: 132,
        rows: 50,
    });
    let seen = all(&stage.watch());
    let larger = terminal().map(|terminal| Terminal {
        columns: 132,
        rows: 50,
        ..terminal
    });
    let mut last = vec![b'a'; TAIL - 3];
    last.extend(b"end");
    assert_eq!(seen, [opened(0, larger), output(0, &last), opened(1, None)]);
}

#[test]
fn who_reads_too_slowly_is_told_and_shown_the_present_state() {
    let stage = Stage::default();
    stage.show(opened(0, terminal()));
    let slow = stage.watch();
    for _ in 0..1000 {
        stage.show_output(0, &[b'x'; 4096]);
    }
    stage.show_output(0, b"last");
    let seen = all(&slow);
    assert!(seen.contains(&Shown::Lost));
    assert_eq!(seen.last(), Some(&output(0, b"last")));
    let held: usize = seen.iter().map(Shown::weight).sum();
    assert!(held <= MOST_WAITING + 2 * TAIL, "{held}");
}

#[test]
fn who_left_is_shown_nothing_more() {
    let stage = Stage::default();
    let watcher = stage.watch();
    stage.leave(&watcher);
    stage.show(Shown::Notice("later".to_owned()));
    assert!(watcher.has_left());
    assert_eq!(watcher.take(), None);
}
