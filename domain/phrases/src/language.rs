//! Which language a user reads.

/// A language in which every sentence exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Japanese: spoken when nothing else was asked for.
    #[default]
    Ja,
    /// English: also for locales in which we have no sentences.
    En,
}

impl Language {
    /// Both languages, the default first.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The language for a value of `LC_ALL`, `LC_MESSAGES`, `LANG` or `LANGUAGE` (POSIX locale names
    /// such as `ja_JP.UTF-8`, or BCP 47 tags such as `en-GB`; of a list, the first).
    ///
    /// An empty value, `C` and `POSIX` say nothing about a language: Japanese.
    pub fn from_locale(locale: &str) -> Self {
        let first = locale.trim().split(':').next().unwrap_or_default();
        let language = first
            .split(['_', '-', '.', '@'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        match language.as_str() {
            "" | "c" | "posix" | "ja" => Self::Ja,
            _ => Self::En,
        }
    }

    /// Its tag (BCP 47), as in `lang=` and `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}
