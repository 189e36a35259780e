//! The access matrix: who × may do × what, decided by `decide` and reviewed as
//! `tests/matrix/commands.txt`.
//!
//! Each row's world is such that nothing but the asker decides, and things are Ito's (the `engineer`)
//! unless the row says whose: so the columns of the colleague and of the other vendor are "another's".
//! After a change that was meant, the failing test prints the new text: put it into the file and review
//! the difference.

mod errands;
mod inside;
mod kinds;
mod notes;
pub(crate) mod notices;
mod people;
mod registers;
mod upkeep;

use std::collections::BTreeSet;
use std::fmt::Write;

use access::*;

use crate::world::*;

type Row = (&'static str, World, Command);

fn columns() -> Vec<(&'static str, Caller)> {
    let nobody = Caller {
        factors: Factors::default(),
        ..staff(99)
    };
    vec![
        ("nobody", nobody),
        ("engineer", engineer(ITO)),
        ("colleague", engineer(KATO)),
        ("other-vendor", engineer(OTHER)),
        ("sub-contr.", engineer(SUB)),
        ("approver", staff(NURSE)),
        ("operator", staff(OPERATOR)),
        ("inspector", staff(INSPECTOR)),
        ("custodian", staff(CUSTODIAN)),
        ("local", local()),
        ("kit", kit()),
        ("gateway", Caller::gateway()),
        ("invitee", invitee(10)),
    ]
}

fn rows() -> Vec<Row> {
    [
        people::rows(),
        registers::rows(),
        errands::rows(),
        inside::rows(),
        upkeep::rows(),
        notices::rows(),
        notes::rows(),
    ]
    .concat()
}

fn printed(rows: &[Row]) -> String {
    let columns = columns();
    let mut text = format!("{:<56}", "command");
    for (name, _) in &columns {
        write!(text, "{name:<14}").unwrap();
    }
    text = text.trim_end().to_owned() + "\n";
    for (row, world, command) in rows {
        let cells = columns
            .iter()
            .map(|(_, caller)| decide(&world.site, caller, command.clone(), world.now).is_ok());
        text += &line(row, cells);
    }
    text + &reads(&columns)
}

/// What may be read, and of whom: in a world in which Ito, Kato and the other vendor's engineer each
/// have a visit.
fn reads(columns: &[(&'static str, Caller)]) -> String {
    let mut world = two_visits();
    world.ask(&engineer(OTHER), world.visit_to(IMAGING, HOUR));
    let sights: Vec<_> = columns
        .iter()
        .map(|(_, caller)| world.site.sight(caller, world.now).ok())
        .collect();
    let seen = |row: &str, sees: &dyn Fn(&Sight) -> bool| {
        line(
            row,
            sights.iter().map(|sight| sight.as_ref().is_some_and(sees)),
        )
    };
    let site = &world.site;
    [
        seen("(read anything)", &|_| true),
        seen("(read what is not one's own)", &|sight| {
            *sight == Sight::Everything
        }),
        seen("(read: the engineer's own visit)", &|sight| {
            site.sees_visit(sight, &visit(1))
        }),
        seen("(read: the colleague's visit)", &|sight| {
            site.sees_visit(sight, &visit(2))
        }),
        seen("(read: the other vendor's visit)", &|sight| {
            site.sees_visit(sight, &visit(3))
        }),
        seen("(read: a target of the engineer's vendor)", &|sight| {
            site.sees_target(sight, &target(BILLING))
        }),
        seen("(read: a target of the other vendor)", &|sight| {
            site.sees_target(sight, &target(IMAGING))
        }),
        seen("(read: the engineer as a person)", &|sight| {
            site.sees_person(sight, &person(ITO))
        }),
        seen("(read: the colleague as a person)", &|sight| {
            site.sees_person(sight, &person(KATO))
        }),
        seen("(read: an approver as a person)", &|sight| {
            site.sees_person(sight, &person(NURSE))
        }),
    ]
    .concat()
}

fn line(row: &str, cells: impl Iterator<Item = bool>) -> String {
    let cells: String = cells
        .map(|yes| format!("{:<14}", if yes { "yes" } else { "-" }))
        .collect();
    format!("{row:<56}{cells}").trim_end().to_owned() + "\n"
}

/// Kato's visit beside Ito's, both connected.
fn two_visits() -> World {
    let mut world = World::connected();
    let request = world.ask(&engineer(KATO), world.visit_to(BILLING, HOUR));
    world.approve(DOCTOR, &request);
    world.does(&engineer(KATO), open(BILLING));
    world
}

#[test]
fn the_access_matrix_is_the_reviewed_one() {
    let found = printed(&rows());
    let reviewed = include_str!("../../../../tests/matrix/commands.txt");
    assert!(
        found == reviewed,
        "the matrix is now:\n\n{found}\n(end of the matrix)"
    );
}

/// Of every command, and of every kind of thing that a command can be about.
#[test]
fn every_command_and_every_kind_of_it_has_a_row() {
    let rows = rows();
    let covered: BTreeSet<&str> = rows.iter().map(|(_, _, command)| command.name()).collect();
    let all: BTreeSet<&str> = Command::NAMES.iter().copied().collect();
    assert_eq!(covered, all, "every command has its row");
    let covered: BTreeSet<&str> = rows
        .iter()
        .filter_map(|(_, _, command)| kinds::of(command))
        .collect();
    assert_eq!(covered, kinds::all(), "every kind has its row");
    let mut told = BTreeSet::new();
    for (row, _, command) in &rows {
        assert!(row.starts_with(command.name()), "{row}");
        assert!(told.insert(row), "{row} stands there twice");
    }
}

/// A row in which everybody is refused would say nothing of who asks, but for the ways that nobody has.
#[test]
fn every_row_but_those_of_what_nobody_may_has_somebody_who_may() {
    for (row, world, command) in rows() {
        let may = |(_, caller): &(_, Caller)| {
            decide(&world.site, caller, command.clone(), world.now).is_ok()
        };
        let somebody = columns().iter().any(may);
        assert_eq!(somebody, !row.ends_with("(nobody)"), "{row}");
    }
}
