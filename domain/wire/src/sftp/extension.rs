//! The extensions that pass: OpenSSH's, as of its file `PROTOCOL`, section 4.
//!
//! `copy-data` does not: it moves content between two files of the target past every limit and
//! every digest, and clients do without it. What is unknown does not either.

/// One that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Extension {
    PosixRename,
    Statvfs,
    Fstatvfs,
    Hardlink,
    Fsync,
    Lsetstat,
    Limits,
    ExpandPath,
    HomeDirectory,
    UsersGroupsById,
}

const ALL: [Extension; 10] = [
    Extension::PosixRename,
    Extension::Statvfs,
    Extension::Fstatvfs,
    Extension::Hardlink,
    Extension::Fsync,
    Extension::Lsetstat,
    Extension::Limits,
    Extension::ExpandPath,
    Extension::HomeDirectory,
    Extension::UsersGroupsById,
];

impl Extension {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::PosixRename => "posix-rename@openssh.com",
            Self::Statvfs => "statvfs@openssh.com",
            Self::Fstatvfs => "fstatvfs@openssh.com",
            Self::Hardlink => "hardlink@openssh.com",
            Self::Fsync => "fsync@openssh.com",
            Self::Lsetstat => "lsetstat@openssh.com",
            Self::Limits => "limits@openssh.com",
            Self::ExpandPath => "expand-path@openssh.com",
            Self::HomeDirectory => "home-directory",
            Self::UsersGroupsById => "users-groups-by-id@openssh.com",
        }
    }

    pub(super) fn named(name: &[u8]) -> Option<Self> {
        let mut all = ALL.into_iter();
        all.find(|extension| extension.name().as_bytes() == name)
    }
}
