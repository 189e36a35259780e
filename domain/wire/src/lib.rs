//! Bytes to messages and back: client protocol, join protocol, API types.
