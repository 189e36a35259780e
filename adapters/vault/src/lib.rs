//! Keys and secrets, sealed at rest; the recovery kit.
