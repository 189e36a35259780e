//! Whose rows come out: a result says of each column from which table it comes, and the hospital named the
//! columns that hold a patient's number. What was computed from such a column has no origin, and is not seen;
//! that rows of such a table come out without the column is.

use std::collections::BTreeSet;

use super::{Expected, Run, Tracker};
use crate::mysql::parameters::{self, Kind};
use crate::mysql::read::Fields;
use crate::statements::{Told, Touched, lossy};

/// What stands of a column behind its names and its length of twelve bytes (`Protocol::ColumnDefinition41`): its
/// flag for numbers without a sign, as it stands in the type of a parameter.
const UNSIGNED: u16 = 32;
const SIGN: u8 = 0x80;

/// Null, in a row of text.
const NULL: u8 = 0xfb;

/// A column that holds the numbers of patients. Letters large and small are the same: they are to servers, for
/// columns always and for tables as they are set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientColumn {
    /// The database.
    pub schema: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

impl PatientColumn {
    fn of_table(&self, schema: &[u8], table: &[u8]) -> bool {
        self.schema.as_bytes().eq_ignore_ascii_case(schema)
            && self.table.as_bytes().eq_ignore_ascii_case(table)
    }
}

/// What the rows of a result look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    columns: Vec<Column>,
    /// Rows of a table of patients, without the column that says whose they are.
    hidden: bool,
    /// A column was not understood: the rows cannot be.
    unread: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    kind: Kind,
    /// Whether it is one of the named columns.
    patient: bool,
    /// The number of the first of the named columns that are of its table.
    table: Option<usize>,
}

/// What is watched of a statement that runs.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) shape: Shape,
    /// Whether its rows are in binary.
    pub(super) binary: bool,
    /// The prepared statement that it runs.
    pub(super) statement: Option<u32>,
    touched: Touched,
}

impl Watch {
    pub(super) fn tell(&mut self, number: u64, told: &mut Vec<Told>) {
        self.touched.tell(number, told);
    }
}

impl Tracker {
    /// In such a session it is to be seen whose rows come out.
    #[must_use]
    pub fn watching(mut self, columns: Vec<PatientColumn>) -> Self {
        self.watched = columns;
        self
    }

    /// Whether the column, or the row, that comes now is to be read before it passes.
    pub(in crate::mysql) fn reads_next(&mut self) -> bool {
        if self.watched.is_empty() {
            return false;
        }
        let Some(Run { watch, .. }) = &mut self.run else {
            return false;
        };
        match self.expected {
            Expected::Columns { .. } => true,
            Expected::Rows => {
                if watch.shape.hidden || watch.shape.unread {
                    watch.touched.unclear();
                }
                !watch.shape.unread && watch.shape.columns.iter().any(|column| column.patient)
            }
            Expected::Nothing
            | Expected::Answer(_)
            | Expected::ColumnsEnd(_)
            | Expected::Prepared { .. }
            | Expected::PreparedEnd { .. } => false,
        }
    }

    /// The beginning of a column or of a row, which may be all of it.
    pub(in crate::mysql) fn read(&mut self, body: &[u8]) {
        let Some(Run { watch, .. }) = &mut self.run else {
            return;
        };
        if matches!(self.expected, Expected::Columns { .. }) {
            match column(&self.watched, body) {
                Some(column) => watch.shape.columns.push(column),
                None => watch.shape.unread = true,
            }
            return;
        }
        let values = if watch.binary {
            in_binary(&watch.shape.columns, body)
        } else {
            in_text(&watch.shape.columns, body)
        };
        match values {
            Some(values) => {
                for patient in values {
                    watch.touched.add(&patient);
                }
            }
            None => watch.touched.unclear(),
        }
    }

    /// A result begins: what the last one looked like says nothing of it.
    pub(super) fn result_begins(&mut self) {
        if let Some(run) = &mut self.run {
            run.watch.shape = Shape::default();
        }
    }

    /// All columns of a result were said.
    pub(super) fn columns_said(&mut self) {
        let Some(Run { watch, .. }) = &mut self.run else {
            return;
        };
        let columns = &watch.shape.columns;
        let patients = columns.iter().filter(|column| column.patient);
        let said: BTreeSet<Option<usize>> = patients.map(|column| column.table).collect();
        watch.shape.hidden = columns
            .iter()
            .any(|column| column.table.is_some() && !said.contains(&column.table));
        // Rows that are asked for later look like this.
        let known = watch
            .statement
            .and_then(|number| self.prepared.get_mut(&number));
        if let Some(known) = known {
            known.shape.clone_from(&watch.shape);
        }
    }
}

/// A column, where it comes from and how its values travel.
fn column(watched: &[PatientColumn], body: &[u8]) -> Option<Column> {
    let mut fields = Fields(body);
    let _catalogue = fields.counted()?;
    let (schema, _alias, table) = (fields.counted()?, fields.counted()?, fields.counted()?);
    let (_shown, name) = (fields.counted()?, fields.counted()?);
    let _length = fields.number()?;
    let (_charset, _width, kind, flags) =
        (fields.u16()?, fields.u32()?, fields.u8()?, fields.u16()?);
    let sign = if flags & UNSIGNED == 0 { 0 } else { SIGN };
    let of_table = |named: &PatientColumn| named.of_table(schema, table);
    let is_it = |named: &PatientColumn| {
        of_table(named) && named.column.as_bytes().eq_ignore_ascii_case(name)
    };
    Some(Column {
        kind: (kind, sign),
        patient: watched.iter().any(is_it),
        table: watched.iter().position(of_table),
    })
}

/// The columns of a row up to the last one that is looked for.
fn looked_for(columns: &[Column]) -> impl Iterator<Item = &Column> {
    let last = columns.iter().rposition(|column| column.patient);
    columns.iter().take(last.map_or(0, |last| last + 1))
}

fn in_text(columns: &[Column], body: &[u8]) -> Option<Vec<String>> {
    let mut fields = Fields(body);
    let mut found = Vec::new();
    for column in looked_for(columns) {
        let value = if fields.0.first() == Some(&NULL) {
            let _null = fields.u8();
            None
        } else {
            Some(fields.counted()?)
        };
        if column.patient {
            found.extend(value.map(lossy));
        }
    }
    Some(found)
}

/// `Binary Protocol Resultset Row`: a zero, which columns are null from the third bit on, the others' values.
fn in_binary(columns: &[Column], body: &[u8]) -> Option<Vec<String>> {
    let mut fields = Fields(body);
    fields.u8().filter(|first| *first == 0)?;
    let nulls = fields.bytes((columns.len() + 9) / 8)?;
    let mut found = Vec::new();
    for (place, column) in (2..).zip(looked_for(columns)) {
        let bits = nulls.get(place / 8)?;
        let value = if bits & (1 << (place % 8)) == 0 {
            Some(parameters::value(column.kind, &mut fields)?)
        } else {
            None
        };
        if column.patient {
            found.extend(value);
        }
    }
    Some(found)
}
