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

/// A desktop of 128 × 64 pixels.
fn desktop(channel: u32) -> Shown {
    let pixels = data_encoding::HEXLOWER.encode(PixelFormat::OURS.as_bytes());
    Shown::Opened {
        channel,
        what: What::Desktop {
            name: "ct".to_owned(),
            width: 128,
            height: 64,
            pixels,
        },
        terminal: None,
    }
}

/// An update that gives one pixel a colour.
fn dot(x: u8, colour: u8) -> Vec<u8> {
    let head = [0, 0, 0, 1, 0, x, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0];
    [&head[..], &[colour; 4]].concat()
}

#[test]
fn who_comes_late_sees_the_whole_desktop_and_who_is_slow_sees_it_as_it_is() {
    let stage = Stage::default();
    stage.show(desktop(0));
    stage.show_output(0, &dot(3, 9));
    let watcher = stage.watch();
    assert!(stage.picture(&watcher).is_none(), "it is told of it first");
    assert!(matches!(watcher.take(), Some(Shown::Opened { .. })));
    let look = || {
        let mut canvas = Canvas::new(ServerSize::new(128, 64).unwrap(), PixelFormat::OURS).unwrap();
        let mut bytes = 0;
        while let Some(Shown::Picture { bytes: seen, .. }) = stage.picture(&watcher) {
            canvas.take(&seen, &mut Painted::default()).unwrap();
            bytes += seen.len();
        }
        (canvas.picture(&[[3, 0, 1, 1]]), bytes)
    };
    let (first, whole) = look();
    assert!(first.ends_with(&[9, 9, 9, 0]));
    assert!(!watcher.has_unseen());
    for colour in 0..=200 {
        stage.show_output(0, &dot(3, colour));
    }
    let (last, part) = look();
    assert!(last.ends_with(&[200, 200, 200, 0]));
    assert!(part < whole, "what changed, once: {part} of {whole}");
}

#[test]
fn a_desktop_that_cannot_be_drawn_is_not_shown_and_holds_nobody_up() {
    let stage = Stage::default();
    stage.show(desktop(0));
    let watcher = stage.watch();
    stage.show_output(0, &[77; 100]);
    stage.show_output(0, &dot(3, 9));
    assert!(!watcher.has_unseen());
    stage.show(Shown::Notice("on".to_owned()));
    let seen: Vec<Shown> = std::iter::from_fn(|| watcher.take()).collect();
    assert!(matches!(seen.last(), Some(Shown::Notice(_))));
}
