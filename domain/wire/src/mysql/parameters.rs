//! Parameters of a prepared statement that runs, as far as they are noted.

use std::collections::BTreeMap;

use super::read::Fields;
use crate::statements::{MAX_PARAMETERS, MOST_PARAMETERS, lossy};

/// Types of parameters whose text is of a known length, and how long it is.
const TINY: u8 = 0x01;
const SHORT: u8 = 0x02;
const LONG: u8 = 0x03;
const FLOAT: u8 = 0x04;
const DOUBLE: u8 = 0x05;
const NULL: u8 = 0x06;
const TIMESTAMP: u8 = 0x07;
const LONGLONG: u8 = 0x08;
const INT24: u8 = 0x09;
const DATE: u8 = 0x0a;
const TIME: u8 = 0x0b;
const DATETIME: u8 = 0x0c;
const YEAR: u8 = 0x0d;

/// A parameter's type as it travels: the second byte has a bit for numbers without a sign.
pub(super) type Kind = (u8, u8);

/// What is noted of a statement's parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) values: Vec<Option<String>>,
    /// How many more there are.
    pub(super) more: u32,
    /// Their types, where the program said them.
    pub(super) kinds: Option<Vec<Kind>>,
}

/// Reads the parameters that stand behind the head of a command to run a statement with so many. `known`: the
/// types of the last time; `sent`: bytes of those that were sent before.
pub(super) fn read(
    mut fields: Fields<'_>,
    count: u16,
    known: &[Kind],
    sent: &BTreeMap<u16, u64>,
) -> Read {
    let mut read = Read::default();
    let bitmap = usize::from(count).div_ceil(8);
    let (Some(nulls), Some(said)) = (fields.bytes(bitmap), fields.u8()) else {
        read.more = count.into();
        return read;
    };
    let mut kinds = known.to_vec();
    if said == 1 {
        kinds = (0..count)
            .map_while(|_| fields.array().map(|[kind, sign]| (kind, sign)))
            .collect();
        read.kinds = Some(kinds.clone());
    }
    let mut room = MAX_PARAMETERS;
    for number in 0..count {
        let is_null = nulls
            .get(usize::from(number / 8))
            .is_some_and(|byte| byte & (1 << (number % 8)) != 0);
        let value = if is_null {
            Some(None)
        } else if let Some(bytes) = sent.get(&number) {
            Some(Some(format!("({bytes} B)")))
        } else {
            let kind = kinds.get(usize::from(number)).copied();
            kind.and_then(|kind| value(kind, &mut fields)).map(Some)
        };
        let length = value.iter().flatten().map(String::len).sum::<usize>();
        let fits = length <= room && read.values.len() < MOST_PARAMETERS;
        let Some(value) = value.filter(|_| fits) else {
            read.more = u32::from(count - number);
            break;
        };
        room -= length;
        read.values.push(value);
    }
    read
}

/// A value as text.
pub(super) fn value((kind, sign): Kind, fields: &mut Fields<'_>) -> Option<String> {
    let unsigned = sign & 0x80 != 0;
    macro_rules! integer {
        ($signed:ty, $unsigned:ty) => {{
            let bytes = fields.array()?;
            Some(if unsigned {
                <$unsigned>::from_le_bytes(bytes).to_string()
            } else {
                <$signed>::from_le_bytes(bytes).to_string()
            })
        }};
    }
    match kind {
        TINY => integer!(i8, u8),
        SHORT | YEAR => integer!(i16, u16),
        LONG | INT24 => integer!(i32, u32),
        LONGLONG => integer!(i64, u64),
        FLOAT => Some(f32::from_le_bytes(fields.array()?).to_string()),
        DOUBLE => Some(f64::from_le_bytes(fields.array()?).to_string()),
        NULL => Some(String::new()),
        DATE | DATETIME | TIMESTAMP => moment(fields),
        TIME => duration(fields),
        _ => {
            let bytes = fields.counted()?;
            Some(match std::str::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => lossy(text.as_bytes()),
                Ok(_) | Err(_) => {
                    let kept = bytes.get(..MAX_PARAMETERS).unwrap_or(bytes);
                    format!("\\x{}", data_encoding::HEXLOWER.encode(kept))
                }
            })
        }
    }
}

fn moment(fields: &mut Fields<'_>) -> Option<String> {
    let length = fields.u8()?;
    let mut fields = Fields(fields.bytes(length.into())?);
    let Some(year) = fields.u16() else {
        return Some("0000-00-00".to_owned());
    };
    let (month, day) = (fields.u8()?, fields.u8()?);
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if let Some([hour, minute, second]) = fields.array() {
        text += &format!(" {hour:02}:{minute:02}:{second:02}");
    }
    if let Some(micros) = fields.u32() {
        text += &format!(".{micros:06}");
    }
    Some(text)
}

fn duration(fields: &mut Fields<'_>) -> Option<String> {
    let length = fields.u8()?;
    let mut fields = Fields(fields.bytes(length.into())?);
    let Some(negative) = fields.u8() else {
        return Some("00:00:00".to_owned());
    };
    let days = u64::from(fields.u32()?);
    let [hour, minute, second] = fields.array()?;
    let hours = days * 24 + u64::from(hour);
    let sign = if negative == 0 { "" } else { "-" };
    let mut text = format!("{sign}{hours:02}:{minute:02}:{second:02}");
    if let Some(micros) = fields.u32() {
        text += &format!(".{micros:06}");
    }
    Some(text)
}
