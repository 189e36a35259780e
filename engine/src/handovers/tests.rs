use std::sync::atomic::AtomicBool;

use access::EndReason;

use super::*;
use crate::watch::Unsettled;

fn handed(pending: &Arc<Pending>, path: &str) -> Handed {
    Handed {
        session: "handa/session-1".parse().unwrap(),
        direction: Handover::In,
        path: path.to_owned(),
        bytes: 1,
        sha256: None,
        look: None,
        pending: Arc::clone(pending),
        _purse: FileBudget::default(),
        opening: None,
    }
}

fn end(pending: &Arc<Pending>) -> Unsettled {
    Unsettled {
        command: Command::CloseSession {
            session: "handa/session-1".parse().unwrap(),
            reason: EndReason::EngineerClosed,
            sent: 0,
            received: 0,
            data_out: 0,
        },
        after: Some(Arc::clone(pending)),
    }
}

#[test]
fn what_could_not_be_entered_comes_again_in_its_order_and_the_end_waits_for_it() {
    let (handovers, pending) = (Handovers::default(), Arc::default());
    for path in ["/a", "/b", "/c"] {
        handovers.add(handed(&pending, path));
    }
    let failed = handovers.next();
    handovers.add(handed(&pending, "/d"));
    handovers.put_back(failed);
    assert!(end(&pending).has_to_wait());
    let again = handovers.next();
    let paths: Vec<&str> = again.iter().map(|handed| handed.path.as_str()).collect();
    assert_eq!(paths, ["/a", "/b", "/c", "/d"]);
    again.iter().for_each(|handed| handed.pending.one_less());
    assert!(!end(&pending).has_to_wait());
}

#[test]
fn whoever_waits_for_files_gives_up_when_the_ledger_fails() {
    let pending = Pending::default();
    pending.one_more();
    let failed = AtomicBool::new(false);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let given_up = || failed.swap(true, Ordering::SeqCst);
        pending.settled(given_up).await;
    });
    assert!(!pending.is_settled());
}

#[test]
fn whoever_has_many_files_that_are_not_entered_waits_before_the_next() {
    let pending = Pending::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        for _ in 0..MOST_PENDING {
            pending.room().await;
            pending.one_more();
        }
        tokio::select! {
            biased;
            () = pending.room() => panic!("there is no room"),
            () = std::future::ready(()) => {}
        }
        tokio::join!(pending.room(), async { pending.one_less() });
    });
}
