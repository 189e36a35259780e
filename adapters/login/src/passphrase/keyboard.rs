//! Walks over the keyboard: neighbouring keys, on the layouts that are in use in Japan.

/// Keys in a straight line that make a walk. Three happen in ordinary words ("were", "poi").
const STRAIGHT: usize = 4;

/// Keys in a crooked line, each beside the last, that make one.
const CROOKED: usize = 7;

/// A keyboard as rows of keys, unshifted and shifted; a column runs down to the left as fingers do.
struct Layout {
    rows: &'static [(&'static str, &'static str)],
}

const LAYOUTS: [Layout; 4] = [
    // JIS X 6002.
    Layout {
        rows: &[
            ("1234567890-^¥", "!\"#$%&'()~=~|"),
            ("qwertyuiop@[", "qwertyuiop`{"),
            ("asdfghjkl;:]", "asdfghjkl+*}"),
            ("zxcvbnm,./\\", "zxcvbnm<>?_"),
        ],
    },
    // ANSI (US).
    Layout {
        rows: &[
            ("1234567890-=", "!@#$%^&*()_+"),
            ("qwertyuiop[]", "qwertyuiop{}"),
            ("asdfghjkl;'", "asdfghjkl:\""),
            ("zxcvbnm,./", "zxcvbnm<>?"),
        ],
    },
    // The number pad, twice: its 0 is wide and lies under 1 and under 2.
    Layout {
        rows: &[("789", ""), ("456", ""), ("123", ""), ("0", "")],
    },
    Layout {
        rows: &[("789", ""), ("456", ""), ("123", ""), ("\u{0}0.", "")],
    },
];

/// Row and column of a key.
type Place = (i8, i8);

/// Which characters belong to a walk on any of the layouts.
pub(super) fn walks(typed: &[char]) -> Vec<bool> {
    let mut taken = vec![false; typed.len()];
    for layout in &LAYOUTS {
        let places: Vec<Option<Place>> = typed.iter().map(|c| layout.place(*c)).collect();
        mark(&mut taken, &places, STRAIGHT, same_direction);
        mark(&mut taken, &places, CROOKED, |_, step| is_beside(step));
    }
    taken
}

impl Layout {
    fn place(&self, c: char) -> Option<Place> {
        let c = c.to_ascii_lowercase();
        self.rows
            .iter()
            .zip(0i8..)
            .find_map(|((plain, shifted), row)| {
                let column = [plain, shifted]
                    .iter()
                    .find_map(|keys| keys.chars().position(|key| key == c))?;
                Some((row, i8::try_from(column).ok()?))
            })
    }
}

/// Marks every maximal run of at least `shortest` keys whose steps `go_on`.
fn mark(
    taken: &mut [bool],
    places: &[Option<Place>],
    shortest: usize,
    go_on: impl Fn(Option<Place>, Place) -> bool,
) {
    let mut start = 0;
    let mut last: Option<Place> = None;
    for end in 1..=places.len() {
        let step = places
            .get(end - 1)
            .zip(places.get(end))
            .and_then(|(from, to)| step(*from, *to));
        if let Some(step) = step
            && go_on(last, step)
        {
            last = Some(step);
            continue;
        }
        if end - start >= shortest {
            taken
                .iter_mut()
                .take(end)
                .skip(start)
                .for_each(|taken| *taken = true);
        }
        // A step that turns may begin the next straight line, from the key before it.
        let turns = step.is_some_and(|step| is_beside(step) && go_on(None, step));
        start = if turns { end - 1 } else { end };
        last = step.filter(|_| turns);
    }
}

fn step(from: Option<Place>, to: Option<Place>) -> Option<Place> {
    let ((row, column), (next_row, next_column)) = (from?, to?);
    Some((next_row - row, next_column - column))
}

fn same_direction(last: Option<Place>, step: Place) -> bool {
    is_beside(step) && last.is_none_or(|last| last == step)
}

/// One key further in the row, in the column, or in the column's other slant. The same key again
/// stands still and is beside itself.
fn is_beside((rows, columns): Place) -> bool {
    matches!(
        (rows, columns),
        (0, -1..=1) | (1 | -1, 0) | (1, -1) | (-1, 1)
    )
}
