//! The recording format: frames, journal records, segments, seals, verification.
