//! Pixels as RFB's Hextile (RFC 6143 §7.7.4): what a recording of a desktop is made of.

/// The side of a tile.
const TILE: usize = 16;
/// What a tile is made of.
const RAW: u8 = 1;
const BACKGROUND: u8 = 2;
const FOREGROUND: u8 = 4;
const SUBRECTANGLES: u8 = 8;

/// One rectangle of an update, of pixels that are read by column and row.
pub(crate) fn hextile(to: &mut Vec<u8>, place: [u16; 4], pixel: impl Fn(usize, usize) -> u32) {
    for number in place {
        to.extend(number.to_be_bytes());
    }
    to.extend(crate::rfb::HEXTILE.to_be_bytes());
    let [_, _, width, height] = place.map(usize::from);
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            let (across, down) = (TILE.min(width - left), TILE.min(height - top));
            tile(to, across, down, |x, y| pixel(left + x, top + y));
        }
    }
}

fn tile(to: &mut Vec<u8>, width: usize, height: usize, pixel: impl Fn(usize, usize) -> u32) {
    let all = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let background = pixel(0, 0);
    let mut others = all().map(|(x, y)| pixel(x, y));
    let Some(foreground) = others.find(|value| *value != background) else {
        to.push(BACKGROUND);
        to.extend(background.to_le_bytes());
        return;
    };
    if others.all(|value| value == background || value == foreground) {
        let runs = runs(width, height, |x, y| pixel(x, y) == foreground);
        let count = u8::try_from(runs.len());
        if let Some(count) = count
            .ok()
            .filter(|count| usize::from(*count) < width * height)
        {
            to.push(BACKGROUND | FOREGROUND | SUBRECTANGLES);
            to.extend(background.to_le_bytes());
            to.extend(foreground.to_le_bytes());
            to.push(count);
            to.extend(runs.as_flattened());
            return;
        }
    }
    to.push(RAW);
    for (x, y) in all() {
        to.extend(pixel(x, y).to_le_bytes());
    }
}

/// What lies side by side in one row, as places and sizes of a nibble each.
fn runs(width: usize, height: usize, lit: impl Fn(usize, usize) -> bool) -> Vec<[u8; 2]> {
    let nibble = |value: usize| u8::try_from(value & 15).unwrap_or_default();
    let mut runs = Vec::new();
    for y in 0..height {
        let mut x = 0;
        while x < width {
            let length = (x..width).take_while(|x| lit(*x, y)).count();
            if length > 0 {
                runs.push([nibble(x) << 4 | nibble(y), nibble(length - 1) << 4]);
            }
            x += length.max(1);
        }
    }
    runs
}
