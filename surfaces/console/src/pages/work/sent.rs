//! A form that may carry one file, read within its limits.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use engine::DraftFile;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use wire::api::v1::{MAX_FILE, MAX_LINE};
use wire::multipart::{Part, boundary, parts};

use super::super::failed::PageFailed;
use super::super::posted::from_our_own_page;
use crate::answer::Failed;
use crate::asker::Desk;
use crate::serve::BODY_WITHIN;

/// Texts of one form, in bytes: every field is limited by itself, and so is what a draft holds.
const MOST_TEXT: usize = 256 * 1024;
/// A form with its file.
const MOST_BODY: usize = MAX_FILE + MOST_TEXT;

/// Fields of a form by their names, in order. A field that is not there is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Values(pub(super) Vec<(String, String)>);

impl Values {
    /// The text of a field, without the spaces around it.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// The text of a field that may stay empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// The texts of a field that may be there several times.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.0.iter().filter(move |(known, _)| known == name);
        fields.map(|(_, value)| value.trim())
    }

    /// Whether a box was ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// One more.
    pub(super) fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// A box that is ticked, or not.
    pub(super) fn tick(&mut self, name: &str, ticked: bool) {
        if ticked {
            self.put(name, "on");
        }
    }
}

/// What a person sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its fields.
    pub(crate) values: Values,
    /// Its file, if one was chosen.
    pub(crate) file: Option<DraftFile>,
}

impl FromRequest<Desk> for Sent {
    type Rejection = PageFailed;

    async fn from_request(request: Request, _: &Desk) -> Result<Self, PageFailed> {
        from_our_own_page(request.headers())?;
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.to_owned();
        let body = Limited::new(request.into_body(), MOST_BODY).collect();
        let body = match tokio::time::timeout(BODY_WITHIN, body).await {
            Err(_) => return Err(Failed::TooSlow.into()),
            Ok(Ok(collected)) => collected.to_bytes(),
            Ok(Err(cause)) if cause.is::<LengthLimitError>() => {
                return Err(Failed::TooLarge(MOST_BODY).into());
            }
            Ok(Err(_)) => return Err(Failed::field("form").into()),
        };
        Ok(Self::read(&kind, &body)?)
    }
}

impl Sent {
    fn read(kind: &str, body: &[u8]) -> Result<Self, Failed> {
        let sent = match boundary(kind) {
            Some(boundary) => {
                let parts = parts(body, boundary).map_err(|_| Failed::field("form"))?;
                Self::of_parts(parts)?
            }
            None if is_plain_form(kind) => Self {
                values: Values(
                    form_urlencoded::parse(body)
                        .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")))
                        .collect(),
                ),
                file: None,
            },
            None => return Err(Failed::field("content-type")),
        };
        let texts = sent.values.0.iter();
        let size: usize = texts.map(|(name, value)| name.len() + value.len()).sum();
        if size > MOST_TEXT || sent.values.0.len() > wire::multipart::MOST_PARTS {
            return Err(Failed::TooLarge(MOST_TEXT));
        }
        Ok(sent)
    }

    fn of_parts(parts: Vec<Part<'_>>) -> Result<Self, Failed> {
        let mut sent = Self::default();
        for part in parts {
            match part.file {
                // Nothing was chosen.
                Some(name) if name.is_empty() && part.bytes.is_empty() => {}
                Some(name) if sent.file.is_none() => {
                    sent.file = Some(DraftFile {
                        name: file_name(&name),
                        bytes: part.bytes.to_vec(),
                    });
                }
                Some(_) => return Err(Failed::field(part.name)),
                None => {
                    let text = std::str::from_utf8(part.bytes);
                    let text = text.map_err(|_| Failed::field(part.name.clone()))?;
                    sent.values.put(&part.name, text.replace("\r\n", "\n"));
                }
            }
        }
        Ok(sent)
    }
}

fn is_plain_form(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The last part of what the sender's computer calls its file, as one line that is not too long. It is
/// kept and shown as a text; no file of ours is ever named by it (lesson L25).
fn file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !letter.is_control()).collect();
    let end = plain.trim().floor_char_boundary(MAX_LINE);
    match plain.trim().get(..end) {
        None | Some("" | "." | "..") => "file".to_owned(),
        Some(name) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l25_the_name_of_a_file_is_a_text_and_no_path() {
        for (sent, kept) in [
            ("plan.pdf", "plan.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\fakepath\\作業計画書.xlsx", "作業計画書.xlsx"),
            ("..", "file"),
            ("", "file"),
            ("a\r\nX-Evil: 1", "aX-Evil: 1"),
        ] {
            assert_eq!(file_name(sent), kept, "{sent}");
        }
        assert!(file_name(&"長".repeat(500)).len() <= MAX_LINE);
    }

    #[test]
    fn a_form_is_read_with_its_file_and_without() {
        let kind = "multipart/form-data; boundary=X";
        let body = "--X\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\na\r\nb\r\n\
            --X\r\nContent-Disposition: form-data; name=\"plan\"; filename=\"p.txt\"\r\n\r\n1\r\n\
            --X--\r\n";
        let sent = Sent::read(kind, body.as_bytes()).unwrap();
        assert_eq!(sent.values.text("purpose"), "a\nb");
        assert_eq!(sent.file.unwrap().bytes, b"1");
        let plain = Sent::read("application/x-www-form-urlencoded", b"a=1&b=").unwrap();
        assert_eq!(
            (plain.values.text("a"), plain.values.some("b")),
            ("1", None)
        );
    }

    #[test]
    fn l24_a_form_of_another_kind_or_too_long_is_refused() {
        assert!(Sent::read("application/json", b"{}").is_err());
        assert!(Sent::read("multipart/form-data", b"").is_err());
        assert!(Sent::read("multipart/form-data; boundary=X", b"--X\r\n").is_err());
        let long = format!("a={}", "x".repeat(MOST_TEXT + 1));
        let plain = "application/x-www-form-urlencoded";
        assert!(Sent::read(plain, long.as_bytes()).is_err());
        let many = "a=1&".repeat(wire::multipart::MOST_PARTS + 1);
        assert!(Sent::read(plain, many.as_bytes()).is_err());
    }
}
