//! The types of the HTTP API, shared by the site and its clients.
//!
//! Plain structures. Personal values stand in clear here and nowhere below: the engine turns them into
//! commitments. An optional field means "not said"; it never means "everything".

pub mod v1;
