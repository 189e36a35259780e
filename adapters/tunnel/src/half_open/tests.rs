use super::*;

fn from(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A handshake that goes on until it is given up, as the table sees one.
fn enter(table: &HalfOpens, peer: &str) -> (Place, tokio::task::JoinHandle<()>) {
    let place = table.enter(from(peer));
    let task = tokio::spawn(std::future::pending());
    table.may_be_given_up(from(peer), place.number(), task.abort_handle());
    (place, task)
}

#[tokio::test]
async fn l35_a_source_beyond_its_share_loses_its_own_oldest() {
    let table = HalfOpens::new(100, 2);
    let (_first, oldest) = enter(&table, "192.0.2.1");
    let _second = enter(&table, "192.0.2.1");
    let (_other, others) = enter(&table, "192.0.2.2");
    let _third = enter(&table, "192.0.2.1");
    assert!(oldest.await.unwrap_err().is_cancelled());
    assert!(!others.is_finished());
    assert_eq!((table.len(), table.crowded_out()), (3, 1));
}

#[tokio::test]
async fn l35_when_all_places_are_taken_the_source_that_holds_most_gives_way() {
    let table = HalfOpens::new(4, 3);
    let (_a, patient) = enter(&table, "192.0.2.1");
    let (_b, first_of_many) = enter(&table, "192.0.2.9");
    let _c = enter(&table, "192.0.2.9");
    let _d = enter(&table, "192.0.2.9");
    let _e = enter(&table, "192.0.2.2");
    assert!(first_of_many.await.unwrap_err().is_cancelled());
    assert!(!patient.is_finished());
    assert_eq!(table.len(), 4);
}

#[tokio::test]
async fn a_place_is_given_back_when_the_handshake_is_over() {
    let table = HalfOpens::new(2, 2);
    let (place, _task) = enter(&table, "192.0.2.1");
    drop(place);
    assert_eq!((table.len(), table.crowded_out()), (0, 0));
}

#[tokio::test]
async fn a_handshake_given_up_before_it_could_be_told_is_told_then() {
    let table = HalfOpens::new(1, 1);
    let first = table.enter(from("192.0.2.1"));
    let _second = table.enter(from("192.0.2.1"));
    let task = tokio::spawn(std::future::pending::<()>());
    table.may_be_given_up(from("192.0.2.1"), first.number(), task.abort_handle());
    assert!(task.await.unwrap_err().is_cancelled());
    drop(first);
    assert_eq!(table.len(), 1);
}

#[test]
fn l41_one_customers_line_is_one_source_however_it_is_written() {
    assert_eq!(source_of(from("::ffff:192.0.2.1")), from("192.0.2.1"));
    assert_eq!(
        source_of(from("2001:db8:1:2:aaaa::1")),
        source_of(from("2001:db8:1:2:bbbb::2"))
    );
    assert_ne!(
        source_of(from("2001:db8:1:2::1")),
        source_of(from("2001:db8:1:3::1"))
    );
}
