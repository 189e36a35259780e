//! Whose rows come out: a result says of each column from which table it comes unchanged, and the hospital
//! named the columns that hold a patient's number. What was computed from such a column has no origin, and is
//! not seen; that rows of such a table come out without the column is.

use super::names::Names;
use super::{Expected, Portal, Run, Tracker, running};
use crate::postgres::back::{Described, columns_of, described};
use crate::postgres::back_kind as kind;
use crate::postgres::front::result_formats;
use crate::postgres::read::lossy;
use crate::statements::{Told, Touched};

/// Columns that hold a patient's number: the object identifier of the table, the column's number in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatientColumns(pub Vec<(u32, u16)>);

/// What a session's results look like.
#[derive(Debug, Default)]
pub(super) struct Watched {
    columns: PatientColumns,
    statements: Names<Shape>,
    portals: Names<Shape>,
}

/// Where patients stand in the rows of a result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Places (rising), types and forms.
    patients: Vec<Place>,
    /// Rows of a table of patients, without the column that says whose they are.
    hidden: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    at: u16,
    kind: u32,
    /// Nothing where the program did not let it be seen.
    format: Option<u16>,
}

/// What is watched of a statement that runs.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// The portal that it runs; a text has none.
    pub(super) portal: Option<Vec<u8>>,
    /// What the rows of a text look like, once the server said it.
    pub(super) shape: Option<Shape>,
    touched: Touched,
}

impl Watch {
    pub(super) fn of(portal: &[u8]) -> Self {
        Self {
            portal: Some(portal.to_vec()),
            ..Self::default()
        }
    }

    /// What its rows look like, if that is known, and what came out with them.
    fn parts<'a>(&'a mut self, watched: &'a Watched) -> (Option<&'a Shape>, &'a mut Touched) {
        let shape = match &self.portal {
            Some(portal) => watched.portals.get(portal),
            None => self.shape.as_ref(),
        };
        (shape, &mut self.touched)
    }
}

impl Tracker {
    /// Of a session in which it is to be seen whose rows come out. Without columns it is one like others.
    pub fn watching(columns: PatientColumns) -> Self {
        let watched = (!columns.0.is_empty()).then(|| Watched {
            columns,
            ..Watched::default()
        });
        Self {
            watched,
            ..Self::default()
        }
    }

    /// Whether a row that comes now is to be read before it passes.
    pub(in crate::postgres) fn reads_rows(&mut self) -> bool {
        let Some(watched) = &self.watched else {
            return false;
        };
        let Some(run) = running(&mut self.expected) else {
            return false;
        };
        let (shape, touched) = run.watch.parts(watched);
        match shape {
            Some(shape) => {
                if shape.hidden {
                    touched.unclear();
                }
                !shape.patients.is_empty()
            }
            None => {
                touched.unclear();
                false
            }
        }
    }

    /// Something else than rows comes out, in which there may be patients.
    pub(in crate::postgres) fn unseen(&mut self) {
        if self.watched.is_some()
            && let Some(run) = running(&mut self.expected)
        {
            run.watch.touched.unclear();
        }
    }

    /// A row comes out.
    pub(super) fn row(&mut self, body: &[u8]) {
        let (Some(watched), Some(run)) = (&self.watched, running(&mut self.expected)) else {
            return;
        };
        let (Some(shape), touched) = run.watch.parts(watched) else {
            return;
        };
        let places = shape.patients.iter();
        let mut values = columns_of(body, places.clone().map(|place| place.at));
        for place in places {
            match values.next() {
                Some(None) => {}
                Some(Some(value)) => {
                    match place.format.and_then(|form| text(place.kind, form, value)) {
                        Some(patient) => touched.add(&patient),
                        None => touched.unclear(),
                    }
                }
                // Further back than what is kept of a row.
                None => touched.unclear(),
            }
        }
    }

    /// Tells of the patients who came out with the statement that runs.
    pub(super) fn tell_patients(&mut self) {
        if self.watched.is_some()
            && let Some(run) = running(&mut self.expected)
        {
            run.watch.touched.tell(run.ended.number, &mut self.told);
        }
    }

    /// The server said what a result looks like, or that there is none.
    pub(super) fn seen(&mut self, asked: Option<&(bool, Vec<u8>)>, message: u8, body: &[u8]) {
        let Some(watched) = &mut self.watched else {
            return;
        };
        let shape = if message == kind::COLUMNS {
            described(body).map(|columns| watched.columns.shape(&columns))
        } else {
            Some(Shape::default())
        };
        match asked {
            Some((true, name)) => watched.statements.put(name, shape),
            Some((false, name)) => watched.portals.put(name, shape),
            None => {
                if let Some(Expected::Query(run)) = self.expected.front_mut() {
                    run.watch.shape = shape;
                }
            }
        }
    }

    /// A statement was prepared under this name: what the last of it looked like says nothing of it.
    pub(super) fn reshaped(&mut self, name: &[u8]) {
        if let Some(watched) = &mut self.watched {
            watched.statements.forget(name);
        }
    }

    /// The server has a portal of this name.
    pub(super) fn shaped(&mut self, name: &[u8], portal: &Portal) {
        if let Some(watched) = &mut self.watched {
            let shape = watched.statements.get(&portal.statement).cloned();
            let shape = shape.map(|shape| shape.in_forms(portal.formats.as_deref()));
            watched.portals.put(name, shape);
        }
    }

    /// In which forms the portal that is asked for will give its columns.
    pub(super) fn forms(&self, bind: &[u8]) -> Option<Vec<u16>> {
        self.watched.as_ref().and_then(|_| result_formats(bind))
    }
}

impl Run {
    /// Tells of what came out before it ended.
    pub(super) fn tell_patients(&mut self, told: &mut Vec<Told>) {
        self.watch.touched.tell(self.ended.number, told);
    }
}

impl PatientColumns {
    fn shape(&self, columns: &[Described]) -> Shape {
        let held = |column: &Described| self.0.contains(&(column.table, column.number));
        let patients = (0..).zip(columns).filter(|(_, column)| held(column));
        let patients: Vec<Place> = patients
            .map(|(at, column)| Place {
                at,
                kind: column.kind,
                format: Some(column.format),
            })
            .collect();
        let without = |table: u32| {
            let of_patients = self.0.iter().any(|(known, _)| *known == table);
            of_patients
                && !columns
                    .iter()
                    .any(|other| other.table == table && held(other))
        };
        Shape {
            hidden: columns.iter().any(|column| without(column.table)),
            patients,
        }
    }
}

impl Shape {
    /// A statement that was described says nothing of forms: who runs it does.
    fn in_forms(mut self, forms: Option<&[u16]>) -> Self {
        for place in &mut self.patients {
            place.format = match forms {
                Some([]) => Some(0),
                Some([all]) => Some(*all),
                Some(each) => each.get(usize::from(place.at)).copied(),
                None => None,
            };
        }
        self
    }
}

impl Names<Shape> {
    fn put(&mut self, name: &[u8], shape: Option<Shape>) {
        match shape {
            Some(shape) => self.set(name.to_vec(), shape),
            None => self.forget(name),
        }
    }
}

/// Types whose binary form is read (`pg_type.dat`), by object identifier.
const TYPES_OF_TEXT: [u32; 5] = [18, 19, 25, 1042, 1043];
const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const NUMERIC: u32 = 1700;
const UUID: u32 = 2950;

/// A value as it is written.
fn text(kind: u32, format: u16, value: &[u8]) -> Option<String> {
    if format == 0 || TYPES_OF_TEXT.contains(&kind) {
        return Some(lossy(value));
    }
    match kind {
        INT2 => Some(i16::from_be_bytes(value.try_into().ok()?).to_string()),
        INT4 => Some(i32::from_be_bytes(value.try_into().ok()?).to_string()),
        INT8 => Some(i64::from_be_bytes(value.try_into().ok()?).to_string()),
        NUMERIC => whole_number(value),
        UUID => {
            let hex = data_encoding::HEXLOWER.encode(value);
            let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part));
            Some([a?, b?, c?, d?, e?].join("-"))
        }
        _ => None,
    }
}

/// `numeric` in its binary form (`numeric_send`): the number of its digits, of which each is one to the base of
/// 10,000; the power of the first; its sign; the places after the point.
fn whole_number(value: &[u8]) -> Option<String> {
    let mut fields = crate::postgres::read::Fields(value);
    let (count, weight, sign, _places) =
        (fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?);
    let digits: Vec<u16> = (0..count).map(|_| fields.u16()).collect::<Option<_>>()?;
    let negative = match sign {
        0 => "",
        0x4000 => "-",
        _ => return None,
    };
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    // What is shorter than its power has zeros behind it; what is longer has something after the point.
    let length = usize::from(weight).checked_add(1)?;
    if weight > 16 || digits.len() > length {
        return None;
    }
    let mut written = String::new();
    for place in 0..length {
        let digit = digits.get(place).copied().unwrap_or(0);
        written.push_str(&format!("{digit:04}"));
    }
    Some(format!("{negative}{}", written.trim_start_matches('0')))
}
