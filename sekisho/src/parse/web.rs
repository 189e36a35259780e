//! Web consoles, as a person types of them.

use ids::NonEmpty;
use wire::api::v1::{Paths, WebTerms};

use super::{NotUnderstood, size};
use crate::cli::{DataNarrowed, DataWanted};

/// Bytes that may be taken out of a console if nothing else is said: what the site takes for usual.
const USUAL_BYTES_OUT: u64 = 256 << 20;

/// What a request asks for at a web console; `None` if nothing was said of it.
pub(crate) fn web_wanted(args: DataWanted) -> Result<Option<WebTerms>, NotUnderstood> {
    if args == DataWanted::default() {
        return Ok(None);
    }
    let most = args.data_out.as_deref().map(size).transpose()?;
    Ok(Some(WebTerms {
        write: args.write,
        paths: paths(args.page),
        most_bytes_out: most.unwrap_or(USUAL_BYTES_OUT),
    }))
}

/// Nothing said is any path: [`Paths::Under`] has no empty list.
fn paths(paths: Vec<String>) -> Paths {
    NonEmpty::from_vec(paths).map_or(Paths::Anywhere, Paths::Under)
}

/// What is left of what was asked for; `None` if nothing was taken away, or it was for no console.
pub(crate) fn web_narrowed(
    asked: Option<WebTerms>,
    args: &DataNarrowed,
) -> Result<Option<WebTerms>, NotUnderstood> {
    let (Some(mut terms), true) = (asked, *args != DataNarrowed::default()) else {
        return Ok(None);
    };
    terms.write &= !args.read_only;
    if let Paths::Under(pages) = paths(args.page.clone()) {
        terms.paths = Paths::Under(pages);
    }
    if let Some(most) = &args.data_out {
        terms.most_bytes_out = size(most)?;
    }
    Ok(Some(terms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_of_a_console_is_left_to_the_site_and_without_write_it_is_looked_at() {
        assert_eq!(web_wanted(DataWanted::default()), Ok(None));
        let args = DataWanted {
            page: vec!["/app".to_owned()],
            ..DataWanted::default()
        };
        let terms = web_wanted(args).unwrap().unwrap();
        assert_eq!(
            (terms.write, terms.most_bytes_out),
            (false, USUAL_BYTES_OUT)
        );
        assert_eq!(terms.paths, paths(vec!["/app".to_owned()]));
    }

    #[test]
    fn an_approval_narrows_a_console_and_nothing_else() {
        let asked = WebTerms {
            write: true,
            paths: Paths::Anywhere,
            most_bytes_out: 100,
        };
        let args = DataNarrowed {
            read_only: true,
            page: vec!["/app".to_owned()],
            ..DataNarrowed::default()
        };
        let terms = web_narrowed(Some(asked.clone()), &args).unwrap().unwrap();
        assert!(!terms.write && terms.paths == paths(vec!["/app".to_owned()]));
        assert_eq!(web_narrowed(None, &args), Ok(None));
        assert_eq!(
            web_narrowed(Some(asked), &DataNarrowed::default()),
            Ok(None)
        );
    }
}
