//! Desktops, as a person types of them.

use wire::api::v1::DesktopTerms;

use crate::cli::{DesktopNarrowed, DesktopWanted};

/// What a request asks for inside desktop sessions; `None` if nothing was said of it.
pub(crate) fn desktop_wanted(args: &DesktopWanted) -> Option<DesktopTerms> {
    let way = |way: &str| args.clipboard.iter().any(|typed| typed == way);
    (*args != DesktopWanted::default()).then(|| DesktopTerms {
        input: !args.view_only,
        clipboard_in: way("in"),
        clipboard_out: way("out"),
    })
}

/// What is left of what was asked for; `None` if nothing was taken away, or nothing was asked for.
pub(crate) fn desktop_narrowed(
    asked: Option<DesktopTerms>,
    args: DesktopNarrowed,
) -> Option<DesktopTerms> {
    let asked = asked.filter(|_| args != DesktopNarrowed::default())?;
    Some(DesktopTerms {
        input: asked.input && !args.view_only,
        clipboard_in: asked.clipboard_in && !args.no_clipboard,
        clipboard_out: asked.clipboard_out && !args.no_clipboard,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clipboard_is_closed_in_each_direction_that_nobody_named() {
        assert_eq!(desktop_wanted(&DesktopWanted::default()), None);
        let out = DesktopWanted {
            clipboard: vec!["out".to_owned()],
            ..DesktopWanted::default()
        };
        let asked = desktop_wanted(&out).unwrap();
        assert!(asked.input && asked.clipboard_out && !asked.clipboard_in);
        let looks = DesktopWanted {
            view_only: true,
            ..DesktopWanted::default()
        };
        assert!(!desktop_wanted(&looks).unwrap().input);
    }

    #[test]
    fn an_approval_narrows_a_desktop_and_adds_nothing_by_silence() {
        let asked = DesktopTerms {
            input: true,
            clipboard_in: false,
            clipboard_out: true,
        };
        assert_eq!(
            desktop_narrowed(Some(asked), DesktopNarrowed::default()),
            None
        );
        let args = DesktopNarrowed {
            view_only: true,
            no_clipboard: true,
        };
        let left = desktop_narrowed(Some(asked), args).unwrap();
        assert!(!left.input && !left.clipboard_in && !left.clipboard_out);
        assert_eq!(desktop_narrowed(None, args), None);
    }
}
