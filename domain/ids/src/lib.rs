//! Identities that carry their site, moments in time, digests, lists that cannot be empty, and symbols
//! for paper.
//!
//! The bedrock of floor 0: every crate may use it, it uses none of ours. Nothing here reads a clock
//! or makes a random number.

mod digest;
mod identity;
mod moment;
mod nonempty;
pub mod paper;
mod spelled;

pub use digest::{Commitment, Digest, NotADigest};
pub use identity::{
    DeviceId, GrantId, InvitationId, NotAnId, PersonId, RequestId, SessionId, SiteId, TargetId,
    VendorId, VisitId,
};
pub use moment::{NotATimestamp, Timestamp};
pub use nonempty::{Empty, NonEmpty};
