//! Making a failing story short.

/// Leaves out steps as long as what is left still fails: halves first, then quarters, down to single
/// steps. Asks `fails` at most `tries` times.
pub fn shorten<S: Clone>(steps: &[S], tries: usize, mut fails: impl FnMut(&[S]) -> bool) -> Vec<S> {
    let mut short = steps.to_vec();
    let mut left = tries;
    let mut size = short.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        let mut left_out = false;
        while from < short.len() && left > 0 {
            left -= 1;
            let end = from.saturating_add(size).min(short.len());
            let before = short.iter().take(from);
            let fewer: Vec<S> = before.chain(short.iter().skip(end)).cloned().collect();
            if fails(&fewer) {
                short = fewer;
                left_out = true;
            } else {
                from = end;
            }
        }
        if left == 0 {
            break;
        }
        // Once more over single steps, as long as that helps.
        size = if size == 1 && left_out { 1 } else { size / 2 };
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_still_fails_and_nothing_of_it_can_be_left_out() {
        let steps: Vec<u32> = (0..64).collect();
        let short = shorten(&steps, 1000, |steps| {
            steps.contains(&7) && steps.contains(&41)
        });
        assert_eq!(short, [7, 41]);
    }

    #[test]
    fn it_asks_no_more_often_than_it_may() {
        let mut asked = 0;
        let steps = [0; 64];
        let _short = shorten(&steps, 10, |_| {
            asked += 1;
            false
        });
        assert_eq!(asked, 10);
    }
}
