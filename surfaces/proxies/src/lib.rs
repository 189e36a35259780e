//! Moves bytes under a permit and feeds the recording.
