use ssh::LoginKey;

use super::*;
use crate::workers::crossing::{read_secret, read_signature};

fn known() -> Arc<Known> {
    Arc::new(Known {
        is_over: AtomicBool::new(false),
        crashed: AtomicBool::new(false),
        heard: Arc::default(),
    })
}

fn lines() -> (Line, Line) {
    let (ours, theirs) = packets::pair().unwrap();
    (
        Line::new(ours, false).unwrap(),
        Line::new(theirs, true).unwrap(),
    )
}

fn by_key() -> TargetLogin {
    TargetLogin {
        user: "maint".to_owned(),
        secret: Secret::PrivateKey(LoginKey::generate().unwrap().pem().unwrap()),
    }
}

fn by_certificate() -> TargetLogin {
    let authority = LoginKey::generate().unwrap().pem().unwrap();
    let of = ssh::Certified {
        user: "maint",
        key_id: "session-1",
        serial: 1,
        from: 100,
        until: 400,
    };
    TargetLogin {
        user: "maint".to_owned(),
        secret: ssh::certify(&authority, &of).unwrap(),
    }
}

fn by_password() -> TargetLogin {
    TargetLogin {
        user: "maint".to_owned(),
        secret: Secret::Password(Zeroizing::new("juniper".to_owned())),
    }
}

/// What becomes of a login when a worker says this, and what it is answered.
async fn told(login: &TargetLogin, says: &[Reaching]) -> (Result<(), NotReached>, Vec<Vec<u8>>) {
    let (ours, theirs) = lines();
    let known = known();
    let mut answers = Vec::new();
    for said in says {
        theirs.send(&json(said).unwrap()).await.unwrap();
    }
    let entered = timeout(Duration::from_secs(5), entered(&ours, &known, login));
    let entered = entered.await.unwrap_or(Err(NotReached::Unreachable));
    while let Ok(Some(answer)) = theirs.there(|packet, _| packet.to_vec()) {
        answers.push(answer);
    }
    (entered, answers)
}

#[tokio::test]
async fn a_password_is_told_once_and_a_private_key_never() {
    let (entered, answers) = told(&by_password(), &[Reaching::Password, Reaching::Entered]).await;
    assert_eq!(entered, Ok(()));
    assert!(matches!(
        read_secret(&answers[0]),
        Some(TargetSecret::Password(told)) if *told == "juniper"
    ));
    let twice = [Reaching::Password, Reaching::Password, Reaching::Entered];
    let (entered, answers) = told(&by_password(), &twice).await;
    assert_eq!(
        (entered, answers.len()),
        (Err(NotReached::WorkerCrashed), 1)
    );
    for login in [by_key(), by_certificate()] {
        let (entered, answers) = told(&login, &[Reaching::Password, Reaching::Entered]).await;
        assert_eq!(entered, Ok(()));
        assert!(read_secret(&answers[0]).is_none() && read_signature(&answers[0]).is_none());
    }
}

#[tokio::test]
async fn nothing_is_signed_that_is_no_challenge_and_nothing_believed_that_no_worker_says() {
    for says in [
        Reaching::Sign(b"any text that somebody wants signed".to_vec()),
        Reaching::Sign(Vec::new()),
        Reaching::Over,
    ] {
        let (entered, answers) = told(&by_key(), &[says]).await;
        assert_eq!(entered, Err(NotReached::WorkerCrashed));
        assert!(answers.is_empty());
    }
}

/// A target whose worker is `theirs`, and one open channel with its worker's end.
async fn opened() -> (Target, Line, TargetChannel, Line) {
    let (line, theirs) = lines();
    let target = Target {
        line,
        known: known(),
        _own: None,
    };
    let opening = target.open();
    let worker = async {
        let handed = theirs.next(|_, mut handed| handed.pop()).await;
        let line = Line::new(handed.unwrap().unwrap().unwrap(), false).unwrap();
        line.send(&Came::Opened.encode()).await.unwrap();
        line
    };
    let (channel, far) = tokio::join!(opening, worker);
    (target, theirs, channel.unwrap(), far)
}

#[tokio::test]
async fn what_passes_on_a_channel_keeps_its_order_and_its_end_is_told() {
    let (target, worker, mut channel, far) = opened().await;
    channel.out.data(b"in".to_vec()).await.unwrap();
    channel.out.eof().await.unwrap();
    let sent = |packet: &[u8], _| Sent::decode(packet);
    assert_eq!(
        far.next(sent).await.unwrap(),
        Some(Some(Sent::Data(b"in".to_vec())))
    );
    assert_eq!(far.next(sent).await.unwrap(), Some(Some(Sent::Eof)));
    for received in [Received::Eof, Received::Closed(Closed::ByPeer)] {
        far.send(&Came::Received(received).encode()).await.unwrap();
    }
    assert!(matches!(channel.inbox.next().await, Some(Received::Eof)));
    let closed = channel.inbox.next().await;
    assert!(matches!(closed, Some(Received::Closed(Closed::ByPeer))));
    assert!(channel.inbox.next().await.is_none());
    assert_eq!(channel.out.data(b"late".to_vec()).await, Err(Gone));
    assert!(!target.is_over());
    worker.send(&json(&Reaching::Over).unwrap()).await.unwrap();
    assert!(target.is_over() && !target.has_crashed());
}

#[tokio::test]
async fn a_worker_that_is_gone_or_says_what_cannot_be_is_a_crash() {
    let (target, worker, mut channel, far) = opened().await;
    far.send(b"?").await.unwrap();
    let closed = channel.inbox.next().await;
    assert!(matches!(
        closed,
        Some(Received::Closed(Closed::WithConnection))
    ));
    assert!(target.has_crashed());
    drop(worker);
    let (target, worker, _channel, _far) = opened().await;
    drop(worker);
    assert!(target.has_crashed());
    assert!(matches!(target.open().await, Err(OpenError::Ended)));
}

#[tokio::test]
async fn whoever_does_not_read_holds_whoever_sends() {
    let (_target, _worker, channel, far) = opened().await;
    let piece = || vec![7; AT_ONCE];
    let mut under_way = 0;
    // As much as the line takes, and no more.
    while let Ok(sent) = timeout(Duration::from_millis(100), channel.out.data(piece())).await {
        sent.unwrap();
        under_way += 1;
        assert!(under_way < 16);
    }
    // The system wakes who waits when most of it was taken.
    for _ in 0..under_way {
        let taken = far.next(|packet, _| packet.len()).await.unwrap();
        assert_eq!(taken, Some(AT_ONCE + 1));
    }
    channel.out.data(piece()).await.unwrap();
    // What nobody reads any more holds nobody: the worker hears of it.
    drop(channel.inbox);
    let late = far.send(&Came::Received(Received::Eof).encode()).await;
    assert!(late.is_err());
}
